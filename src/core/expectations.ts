/**
 * What a schema expects, in words: `a whole number of at least 1`. Read from the schema itself, so that a bound is in the
 * message wherever a bound is set. Schemas are zod's, named here by their shape, since core depends on no library.
 */
import { listing } from "./wording.ts";

/** What is read of a schema. */
export interface Schema {
  readonly _zod: {
    readonly def: {
      readonly type: string;
      readonly innerType?: Schema;
      readonly in?: Schema;
      readonly out?: Schema;
      readonly options?: readonly Schema[];
      readonly values?: readonly unknown[];
      readonly entries?: Readonly<Record<string, unknown>>;
      readonly shape?: Readonly<Record<string, Schema>>;
      readonly checks?: readonly { readonly _zod: { readonly def: Check } }[];
    };
  };
}

/** A bound, by what zod calls it. */
interface Check {
  readonly check?: string;
  readonly value?: unknown;
  readonly inclusive?: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** `a number from 0 to 1`, `one of cosine, constant`, `a list or a mapping`. */
export function expectationOf(schema: Schema): string {
  const { def } = schema._zod;
  // Of `z.int()` the type itself is a check.
  const checks = [def as Check, ...(def.checks ?? []).map(({ _zod }) => _zod.def)];
  switch (def.type) {
    case "number":
      return `a ${checks.some(({ check }) => check === "number_format") ? "whole " : ""}number${rangeOf(checks)}`;
    case "string":
      return sized("a text", checks, "character");
    case "boolean":
      return "true or false";
    case "null":
      return "null";
    case "literal":
      return (def.values ?? []).map((value) => JSON.stringify(value)).join(" or ");
    case "enum":
      return `one of ${listing(Object.values(def.entries ?? {}).map(String))}`;
    case "array":
      return sized("a list", checks, "item");
    case "object":
    case "record":
      return "a mapping (key: value)";
    case "union":
      return [...new Set((def.options ?? []).map(expectationOf))].join(" or ");
    case "pipe":
      // What is put in; where that is a function (a preprocessing), what comes out of it.
      return expectationOf(def.in?._zod.def.type === "transform" ? def.out! : def.in!);
    default:
      return def.innerType ? expectationOf(def.innerType) : "another value";
  }
}

/** The keys that an object's schema knows. */
export const keysOf = (schema: Schema): readonly string[] => Object.keys(schema._zod.def.shape ?? {});

const plain = (value: number) => value.toLocaleString("en-US", { maximumFractionDigits: 12 });

function rangeOf(checks: readonly Check[]): string {
  const bounds = (kind: string) => checks.filter(({ check, value }) => check === kind && typeof value === "number");
  const isWhole = checks.some(({ check }) => check === "number_format");
  // Of whole numbers, "above 0" is "at least 1".
  const whole = (bound: Check | undefined, up: number) =>
    bound && isWhole && !bound.inclusive ? { value: (bound.value as number) + up, inclusive: true } : bound;
  const [low, high] = [whole(bounds("greater_than").at(-1), 1), whole(bounds("less_than").at(-1), -1)];
  const [least, most] = [low?.value as number, high?.value as number];
  if (low?.inclusive && high?.inclusive) return ` from ${plain(least)} to ${plain(most)}`;
  const from = low && (low.inclusive ? `of at least ${plain(least)}` : `above ${plain(least)}`);
  const to = high && (high.inclusive ? `at most ${plain(most)}` : `below ${plain(most)}`);
  const ends = [from, to].filter((end) => end !== undefined);
  return ends.length === 0 ? "" : ` ${ends.join(" and ")}`;
}

function sized(what: string, checks: readonly Check[], unit: string): string {
  const least = checks.find(({ check }) => check === "min_length")?.minimum ?? 0;
  const most = checks.find(({ check }) => check === "max_length")?.maximum;
  const some = (count: number) => `${plain(count)} ${unit}${count === 1 ? "" : "s"}`;
  if (most !== undefined) return `${what} of ${least > 0 ? `${least} to` : "at most"} ${some(most)}`;
  return least > 0 ? `${what} of at least ${some(least)}` : what;
}
