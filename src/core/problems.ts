/**
 * What is wrong with a value that a schema refuses: each problem with its key, what was expected there and what was found.
 * Schemas are zod's, named here by their shape, since core depends on no library.
 */
import { expectationOf, keysOf, type Schema } from "./expectations.ts";
import { expectedOneOf, listing, quoted, suggestion } from "./wording.ts";

export type Path = readonly (string | number)[];

export interface Problem {
  /** Where in the value; of an unknown key, that key. */
  readonly path: Path;
  /** `expected a number from 0 to 1, got "abc"` */
  readonly message: string;
  /** Whether the key is the problem, not what it holds. */
  readonly isKey: boolean;
}

/** An issue while its message is made: what raised it is still there. */
interface RawIssue {
  readonly code?: string;
  readonly input?: unknown;
  readonly inst?: unknown;
  readonly schema?: unknown;
  readonly path?: readonly PropertyKey[] | undefined;
  readonly keys?: readonly string[];
  readonly options?: readonly unknown[];
  readonly note?: string;
  readonly discriminator?: string;
}

interface Issue {
  readonly code?: string | undefined;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
  readonly errors?: readonly (readonly Issue[])[];
}

interface Checker<T> {
  safeParse(
    value: unknown,
    how: { readonly error: (issue: RawIssue) => string | undefined },
  ):
    | { readonly success: true; readonly data: T }
    | { readonly success: false; readonly error: { readonly issues: readonly unknown[] } };
}

export type Checked<T> =
  | { readonly kind: "fits"; readonly data: T }
  | { readonly kind: "refused"; readonly problems: readonly Problem[] };

/** Checks `value`. Problems come in the order of the schema, each once; there is at least one where it is refused. */
export function checked<T>(schema: Checker<T>, value: unknown): Checked<T> {
  const parsed = schema.safeParse(value, { error: messageFor });
  if (parsed.success) return { kind: "fits", data: parsed.data };
  const problems = (parsed.error.issues as readonly Issue[]).flatMap((issue) => problemsOf(issue));
  const isFirst = ({ path, message }: Problem, index: number) =>
    problems.findIndex((other) => other.message === message && keyOf(other.path) === keyOf(path)) === index;
  // Two bounds of one value have one message. Beyond a screen nobody reads whether they are told apart.
  return { kind: "refused", problems: problems.length > 100 ? problems : problems.filter(isFirst) };
}

/** `methods.1.samples`: a path as `--set` takes it. */
export const keyOf = (path: Path): string => path.join(".");

/** `methods.1.samples: expected …` */
export const problemText = ({ path, message }: Problem): string =>
  path.length === 0 ? message : `${keyOf(path)}: ${message}`;

/** Undefined where the schema has words of its own. Of unknown keys: a line each. */
function messageFor(issue: RawIssue): string | undefined {
  const schema = (issue.schema ?? issue.inst) as Schema;
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys!.map((key) => unknownKey(key, keysOf(schema))).join("\n");
    case "invalid_union":
      if (issue.discriminator !== undefined && issue.options) {
        const said = (issue.input as Readonly<Record<string, unknown>>)[issue.discriminator];
        return expectedOneOf(issue.options.map(String), said);
      }
      return `expected ${expectationOf(schema)}, got ${found(issue)}`;
    case "invalid_value":
      return `expected ${expectationOf(schema)}, got ${found(issue)}${suggestion(issue.input, choicesOf(schema))}`;
    case "invalid_type":
    case "too_small":
    case "too_big":
    case "not_multiple_of":
      return `expected ${expectationOf(schema)}, got ${found(issue)}`;
    default:
      return undefined;
  }
}

/** What may be a secret is never quoted. */
function found({ input, path = [] }: RawIssue): string {
  const isSecret = /key|secret|password/i.test(String(path.at(-1) ?? ""));
  return isSecret && input !== undefined ? `another ${typeof input}` : quoted(input);
}

const choicesOf = ({ _zod: { def } }: Schema): readonly string[] =>
  [...Object.values(def.entries ?? {}), ...(def.values ?? [])].filter((value) => typeof value === "string");

function unknownKey(key: string, known: readonly string[]): string {
  const meant = suggestion(key, known);
  if (meant !== "") return `no such key${meant}`;
  return known.length === 0 ? "no such key" : `no such key; expected ${listing(known)}`;
}

function problemsOf(issue: Issue, base: Path = []): readonly Problem[] {
  const path = [...base, ...(issue.path as Path)];
  if (issue.code === "unrecognized_keys") {
    const messages = issue.message.split("\n");
    return issue.keys!.map((key, at) => ({
      path: [...path, key],
      message: messages[at] ?? "no such key",
      isKey: true,
    }));
  }
  if (issue.code !== "invalid_union" || !issue.errors?.length) return [{ path, message: issue.message, isKey: false }];
  return ofUnion(issue, path);
}

/**
 * Of the alternatives, the one that the value comes closest to, judged by what kind of problem keeps it out. Where none of
 * them fits its kind at all, or several are as close, the problem is the whole value's.
 */
function ofUnion({ errors = [], message }: Issue, path: Path): readonly Problem[] {
  const ways = alternativesOf(errors).map((issues) => issues.flatMap((issue) => problemsOf(issue, path)));
  const weights = ways.map((problems) => problems.reduce((sum, problem) => sum + weightOf(problem, path), 0));
  const least = Math.min(...weights);
  const closest = ways.filter((_, at) => weights[at] === least);
  const whole = [{ path, message, isKey: false }];
  if (least >= OTHER_KIND) return whole;
  if (closest.length === 1) return closest[0]!;
  const words = closest.map((problems) => problems.map(problemText).join(", "));
  return [{ path, message: `expected one of these to hold: ${words.join("; or ")}`, isKey: false }];
}

/** An alternative that is itself a choice counts as its own alternatives. */
function alternativesOf(errors: readonly (readonly Issue[])[]): readonly (readonly Issue[])[] {
  return errors.flatMap((issues) => {
    const [only] = issues;
    const isChoice = issues.length === 1 && only?.code === "invalid_union" && only.path.length === 0;
    return isChoice && only.errors?.length ? alternativesOf(only.errors) : [issues];
  });
}

const OTHER_KIND = 1_000;

function weightOf({ path, message, isKey }: Problem, of: Path): number {
  if (path.length === of.length) return OTHER_KIND;
  if (isKey) return 10;
  return message.endsWith("got nothing") ? 5 : 1;
}
