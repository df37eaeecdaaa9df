/** Where a template's names have their values, and how much work one rendering may be. */
import { lengthOf, typeOf, undefinedAs, type Value } from "./values.ts";

/** Names of one block. Inner blocks see those of the outer ones. */
export interface Scope {
  readonly values: Map<string, Value>;
  readonly outer: Scope | null;
  readonly work: Work;
}

/** What is counted while a conversation is rendered. Both throw where it is too much. */
export interface Work {
  steps(count: number): void;
  /** A value that was made: counts its size, and hands it on. */
  made(value: Value): Value;
}

export interface WorkLimits {
  /** Values that are worked out, long ones counted in parts. */
  readonly steps: number;
  /** Characters of a text, or elements of a list. */
  readonly size: number;
}

export const inside = (outer: Scope): Scope => ({ values: new Map(), outer, work: outer.work });

export function lookUp(scope: Scope, name: string): Value {
  for (let each: Scope | null = scope; each; each = each.outer) {
    const value = each.values.get(name);
    if (value !== undefined) return value;
  }
  return undefinedAs(name);
}

/** Characters that are as much work as a small value, or as one element. */
const SIZE_OF_STEP = 256;
const SIZED = ["str", "list", "tuple", "range", "dict", "view"];

export function workWithin(limits: WorkLimits): Work {
  let steps = 0;
  const count = (added: number) => {
    steps += added;
    if (steps > limits.steps) throw new Error(`it takes more than ${limits.steps} steps for one conversation`);
  };
  return {
    steps: count,
    made(value) {
      const size = typeof value === "string" ? value.length : SIZED.includes(typeOf(value)) ? lengthOf(value) : 0;
      count(typeof value !== "string" ? 1 + size : size > SIZE_OF_STEP ? 1 + size / SIZE_OF_STEP : 1);
      if (size > limits.size) {
        throw new Error(`it makes a text or list of more than ${limits.size} characters or elements`);
      }
      return value;
    },
  };
}
