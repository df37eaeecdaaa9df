/**
 * The values of a template, with the types that they have in Python: there, 20.0 is no whole number, a list no tuple, and
 * what is missing is neither None nor "". Whole numbers are numbers as long as JavaScript counts them exactly, else bigints.
 */

export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Float
  | Items
  | Range
  | Dict
  | Lazy
  | Markup
  | Undefined
  | Callable
  | Namespace
  | Loop;

/** A float. Boxed: a plain number is whole. */
export interface Float {
  readonly kind: "float";
  readonly value: number;
}

export interface Items {
  readonly kind: "list" | "tuple";
  readonly items: readonly Value[];
}

export interface Range {
  readonly kind: "range";
  readonly items: readonly number[];
  /** As Python prints it. */
  readonly text: string;
}

export interface Dict {
  readonly kind: "dict";
  readonly entries: ReadonlyMap<Key, Value>;
}

/** What may be a key here. Python knows more. */
export type Key = string | number | bigint | null;

/** What `map` and its like give, which can be gone through once; or the keys, values or items of a dict. */
export interface Lazy {
  readonly kind: "generator" | "view";
  items: readonly Value[];
}

/** A text that `safe` has marked. Python escapes what is added to it. */
export interface Markup {
  readonly kind: "markup";
  readonly text: string;
}

export interface Undefined {
  readonly kind: "undefined";
  /** For errors. */
  readonly what: string;
}

/** Arguments by place, then by name. */
export type Call = (args: readonly Value[], named: ReadonlyMap<string, Value>) => Value;

export interface Callable {
  readonly kind: "function";
  readonly name: string;
  readonly call: Call;
}

export interface Namespace {
  readonly kind: "namespace";
  readonly entries: Map<string, Value>;
}

/** `loop` within a loop. */
export interface Loop {
  readonly kind: "loop";
  readonly get: (name: string) => Value | undefined;
}

export const float = (value: number): Float => ({ kind: "float", value });
export const list = (items: readonly Value[]): Items => ({ kind: "list", items });
export const tuple = (items: readonly Value[]): Items => ({ kind: "tuple", items });
export const undefinedAs = (what: string): Undefined => ({ kind: "undefined", what });
export const callable = (name: string, call: Call): Callable => ({ kind: "function", name, call });

type Kind = Exclude<Value, null | boolean | number | bigint | string>["kind"];

/** The type of a value: `none`, `bool`, `int`, `str`, or its kind. */
export function typeOf(value: Value): Kind | "none" | "bool" | "int" | "str" {
  switch (typeof value) {
    case "boolean":
      return "bool";
    case "number":
    case "bigint":
      return "int";
    case "string":
      return "str";
    default:
      return value === null ? "none" : value.kind;
  }
}

export const isUndefined = (value: Value): value is Undefined => typeOf(value) === "undefined";

/** The text of a str or of marked text; undefined for anything else. */
export function textOf(value: Value): string | undefined {
  if (typeof value === "string") return value;
  return value !== null && typeof value === "object" && value.kind === "markup" ? value.text : undefined;
}

/** The whole number of an int or a bool, if it is one that JavaScript counts exactly. */
export function indexOf(value: Value): number | undefined {
  if (typeof value === "number") return value;
  return typeof value === "boolean" ? Number(value) : undefined;
}

/** Python's `bool(value)`. */
export function isTrue(value: Value): boolean {
  if (value === null || typeof value !== "object") return Boolean(value);
  switch (value.kind) {
    case "float":
      return value.value !== 0;
    case "list":
    case "tuple":
    case "range":
    case "view":
      return value.items.length > 0;
    case "dict":
      return value.entries.size > 0;
    case "markup":
      return value.text !== "";
    default:
      return value.kind !== "undefined";
  }
}

const BEYOND_BMP = /[\ud800-\udfff]/;

/** A text's characters, as Python counts them. */
export const characters = (text: string): readonly string[] => (BEYOND_BMP.test(text) ? [...text] : text.split(""));

/** Python's `len(value)`. Throws for what has none. */
export function lengthOf(value: Value): number {
  const text = textOf(value);
  if (text !== undefined) return BEYOND_BMP.test(text) ? characters(text).length : text.length;
  if (value !== null && typeof value === "object") {
    if (value.kind === "undefined") return 0;
    if (value.kind === "dict") return value.entries.size;
    if ("items" in value && value.kind !== "generator") return value.items.length;
  }
  throw new Error(`a value of type ${typeOf(value)} has no length`);
}

/** What a loop over the value goes through. Throws for what cannot be gone through. */
export function iterate(value: Value): readonly Value[] {
  const text = textOf(value);
  if (text !== undefined) return characters(text);
  if (value !== null && typeof value === "object") {
    if (value.kind === "undefined") return [];
    if (value.kind === "dict") return [...value.entries.keys()];
    if (value.kind === "generator") {
      const { items } = value;
      value.items = [];
      return items;
    }
    if ("items" in value) return value.items;
  }
  throw new Error(`a value of type ${typeOf(value)} cannot be gone through`);
}

/** A value as the key of a dict. Throws for what is none here. */
export function keyOf(value: Value): Key {
  if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "bigint")
    return value;
  const text = textOf(value);
  if (text !== undefined) return text;
  throw new Error(
    `expected a text, a whole number or None as the key of a dict, found a value of type ${typeOf(value)}`,
  );
}
