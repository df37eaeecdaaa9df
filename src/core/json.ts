/** JSON values, and the one way of writing them that makes equal values equal bytes. */
import { constants } from "node:buffer";

/** A value that JSON can write and give back unchanged; `readonly` all the way down. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** `value` as JSON with the keys of every object sorted: equal values give equal text. `undefined` members are left out. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(inOrder(value));
}

/** `value` with the keys of every object sorted: a copy, or itself where they are. JSON.stringify is slow with a replacer. */
function inOrder(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  return Array.isArray(value) ? listInOrder(value) : objectInOrder(value);
}

function listInOrder(list: readonly unknown[]): readonly unknown[] {
  let copy: unknown[] | undefined;
  for (let i = 0; i < list.length; i++) {
    const inner = inOrder(list[i]);
    if (inner === list[i]) continue;
    copy ??= [...list];
    copy[i] = inner;
  }
  return copy ?? list;
}

function objectInOrder(value: object): unknown {
  const { toJSON } = value as { readonly toJSON?: unknown };
  if (typeof toJSON === "function") return inOrder(toJSON.call(value, ""));
  const members = value as Readonly<Record<string, unknown>>;
  const keys = Object.keys(value);
  let copy: Record<string, unknown> | undefined;
  if (!isSorted(keys)) {
    keys.sort();
    copy = {};
  }
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!;
    const inner = inOrder(members[key]);
    if (!copy && inner === members[key]) continue;
    copy ??= Object.fromEntries(keys.slice(0, i).map((before) => [before, members[before]]));
    // Only as a property of its own: an assignment would set the prototype.
    if (key === "__proto__") Object.defineProperty(copy, key, { value: inner, enumerable: true });
    else copy[key] = inner;
  }
  return copy ?? value;
}

function isSorted(keys: readonly string[]): boolean {
  for (let i = 1; i < keys.length; i++) if (keys[i - 1]! > keys[i]!) return false;
  return true;
}

/**
 * `canonicalJson(value)` in pieces: each element of a list, and of a list that is a member of `value`, is a text of its
 * own. So a training set of any size can be hashed and written, although no text may pass `LONGEST_TEXT` characters.
 */
export function* canonicalPieces(value: unknown): Generator<string> {
  if (Array.isArray(value)) yield* elementPieces(value);
  else if (isRecord(value) && Object.values(value).some(Array.isArray)) yield* memberPieces(value);
  else yield canonicalJson(value);
}

function* memberPieces(value: object): Generator<string> {
  let before = "{";
  for (const [key, member] of Object.entries(sorted(value))) {
    if (member === undefined) continue;
    yield `${before}${JSON.stringify(key)}:`;
    if (Array.isArray(member)) yield* elementPieces(member);
    else yield canonicalJson(member);
    before = ",";
  }
  yield before === "{" ? "{}" : "}";
}

function* elementPieces(list: readonly unknown[]): Generator<string> {
  let before = "[";
  for (const element of list) {
    yield before;
    yield canonicalJson(element === undefined ? null : element);
    before = ",";
  }
  yield before === "[" ? "[]" : "]";
}

const isRecord = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const sorted = (value: object): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));

/** Characters of the longest text there can be: V8's limit. */
export const LONGEST_TEXT = constants.MAX_STRING_LENGTH;

/** Whether `error` says that a text would have passed `LONGEST_TEXT`. */
export const isTooLong = (error: unknown): boolean =>
  error instanceof RangeError && error.message === "Invalid string length";

/**
 * The scalars of `value` by their path: `{ a: { b: 1 } }` gives `a.b` → 1. An array of scalars is one leaf, other
 * arrays are numbered (`methods.0.name`); empty objects and a scalar itself are leaves too, the latter at path "".
 */
export function leaves(value: Json, path = ""): ReadonlyMap<string, Json> {
  const isScalar = (inner: Json) => inner === null || typeof inner !== "object";
  const isLeaf = Array.isArray(value) ? value.every(isScalar) : isScalar(value) || Object.keys(value!).length === 0;
  if (isLeaf) return new Map([[path, value]]);
  return new Map(
    Object.entries(value as object).flatMap(([key, inner]) => [
      ...leaves(inner as Json, path ? `${path}.${key}` : key),
    ]),
  );
}

/** null, "", [], {} and what is absent. */
export function isNothing(value: unknown): boolean {
  if (value === undefined || value === null || value === "") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}
