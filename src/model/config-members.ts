/**
 * config.json, read member by member: what nobody has asked for in the end is not understood, and refused by name. So a member
 * that changes what a model computes cannot be passed over.
 */
import { ModelError } from "./errors.ts";
import { shown } from "./shown.ts";

export type Stored = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is Stored =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Members of a file. Each reader throws ModelError, naming file and member, for a value of another kind. */
export interface Members {
  /** As it stands, null included; undefined where it is not there. */
  any(name: string): unknown;
  /** `otherwise`: where it is not there. */
  flag(name: string, otherwise: boolean): boolean;
  /** Above 0. */
  number(name: string, otherwise: number): number;
  /** A whole number ≥ 1. */
  whole(name: string, otherwise: number): number;
  /** Undefined for null, too. */
  object(name: string): Stored | undefined;
  /** Throws. `expected` follows "to be". */
  refuse(name: string, expected: string): never;
  /** Throws for a member that is not null and that nobody has asked for, unless `ignored` has it. */
  refuseOthers(ignored: ReadonlySet<string>): void;
}

const or = (value: unknown, otherwise: unknown): unknown => (value === undefined ? otherwise : value);

/** The members of `stored`, which stands in the file at `path`. */
export function membersOf(path: string, stored: Stored): Members {
  const asked = new Set<string>();
  const any = (name: string) => {
    asked.add(name);
    return Object.hasOwn(stored, name) ? stored[name] : undefined;
  };
  const refuse = (name: string, expected: string): never => {
    throw new ModelError(`${path}: expected ${name} to be ${expected}, got ${shown(any(name))}`);
  };
  return {
    any,
    refuse,
    flag(name, otherwise) {
      const value = or(any(name), otherwise);
      return typeof value === "boolean" ? value : refuse(name, "true or false");
    },
    number(name, otherwise) {
      const value = or(any(name), otherwise);
      return typeof value === "number" && value > 0 ? value : refuse(name, "a number > 0");
    },
    whole(name, otherwise) {
      const value = or(any(name), otherwise);
      return typeof value === "number" && Number.isSafeInteger(value) && value >= 1
        ? value
        : refuse(name, "a whole number ≥ 1");
    },
    object(name) {
      const value = any(name) ?? undefined;
      return value === undefined || isObject(value) ? value : refuse(name, "an object");
    },
    refuseOthers(ignored) {
      const isUnknown = (name: string) => !asked.has(name) && !ignored.has(name) && stored[name] !== null;
      const unknown = Object.keys(stored).find(isUnknown);
      if (unknown === undefined) return;
      const advice = "expected it to be absent (remove it if it changes nothing that the model computes)";
      throw new ModelError(`${path}: ${shown(unknown)}: ${shown(stored[unknown])} is not understood, ${advice}`);
    },
  };
}
