/** JSON as Python reads and writes it: numbers keep their type and all their digits, and members their order. */
import { floatText, whole } from "./numbers.ts";
import { type Dict, float, isTrue, type Key, list, textOf, typeOf, type Value } from "./values.ts";

const TOKEN = /[ \t\n\r]*(?:([{}[\],:])|("[^"\\]*(?:\\.[^"\\]*)*")|(-?\d+)(\.\d+)?([eE][-+]?\d+)?|(true|false|null))/y;
const MAX_DEPTH = 500;
/** The most digits that Python makes a whole number of. */
const MAX_DIGITS = 4300;

/** The value of a JSON text, as Python's `json.loads` gives it. Throws SyntaxError. */
export function parseJson(text: string): Value {
  // The grammar is checked by whom everybody trusts; below, the text is known to be JSON.
  JSON.parse(text);
  let at = 0;
  const next = (): RegExpExecArray => {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(text)!;
    at = TOKEN.lastIndex;
    return found;
  };
  const closes = (mark: string): boolean => {
    const before = at;
    const isClosed = next()[1] === mark;
    if (!isClosed) at = before;
    return isClosed;
  };
  const value = (depth: number): Value => {
    if (depth > MAX_DEPTH) throw new SyntaxError(`expected JSON of at most ${MAX_DEPTH} levels`);
    const [, mark, string, number, fraction = "", power = "", word] = next();
    if (string !== undefined) return JSON.parse(string) as string;
    if (number !== undefined) return fraction + power === "" ? integer(number) : broken(number + fraction + power);
    if (word !== undefined) return word === "null" ? null : word === "true";
    return mark === "[" ? list(elements(depth)) : { kind: "dict", entries: members(depth) };
  };
  const elements = (depth: number): Value[] => {
    const found: Value[] = [];
    if (closes("]")) return found;
    do found.push(value(depth + 1));
    while (next()[1] === ",");
    return found;
  };
  const members = (depth: number): Map<Key, Value> => {
    const found = new Map<Key, Value>();
    if (closes("}")) return found;
    do {
      const key = value(depth + 1) as string;
      next();
      found.set(key, value(depth + 1));
    } while (next()[1] === ",");
    return found;
  };
  return value(0);
}

function integer(text: string): number | bigint {
  if (text.length <= 15) return Number(text) + 0;
  if (text.length > MAX_DIGITS) throw new SyntaxError(`expected a whole number of at most ${MAX_DIGITS} digits`);
  return whole(BigInt(text));
}

function broken(text: string): Value {
  const value = Number(text);
  if (!Number.isFinite(value)) throw new SyntaxError(`${text} is larger than a number can be`);
  return float(value);
}

/** A value of JavaScript as Python reads its JSON: 1e21 is a float there, as it is written with an exponent. Throws for no JSON. */
export function fromJavaScript(value: unknown): Value {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  return parseJson(JSON.stringify(value));
}

/** How JSON is written. */
export interface JsonStyle {
  readonly ensureAscii: boolean;
  /** What each level is indented with; null: all on one line. */
  readonly indent: string | null;
  /** Between members, and between a key and its value. */
  readonly separators: readonly [string, string];
  readonly sortKeys: boolean;
}

/** Python's `json.dumps`. Throws for what JSON does not know. */
export function dumps(value: Value, style: JsonStyle, depth = 0): string {
  if (value === null) return "null";
  if (typeof value === "boolean") return value ? "true" : "false";
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  const text = textOf(value);
  if (text !== undefined) return quoted(text, style.ensureAscii);
  if (typeof value === "object") {
    if (value.kind === "float") {
      if (!Number.isFinite(value.value)) throw new Error(`${floatText(value.value)} is no JSON`);
      return floatText(value.value);
    }
    if (value.kind === "list" || value.kind === "tuple") {
      return enclosed(
        "[",
        value.items.map((item) => dumps(item, style, depth + 1)),
        "]",
        style,
        depth,
      );
    }
    if (value.kind === "dict") {
      const written = membersOf(value, style).map(
        ([key, member]) => quoted(key, style.ensureAscii) + style.separators[1] + dumps(member, style, depth + 1),
      );
      return enclosed("{", written, "}", style, depth);
    }
  }
  throw new Error(`a value of type ${typeOf(value)} is no JSON`);
}

function membersOf({ entries }: Dict, { sortKeys }: JsonStyle): (readonly [string, Value])[] {
  if (sortKeys && [...entries.keys()].some((key) => typeof key !== "string" || !/^[\0-\x7f]*$/.test(key))) {
    throw new Error("it sorts keys that are no plain text, which is not known here");
  }
  const keys = sortKeys ? [...entries.keys()].sort() : [...entries.keys()];
  return keys.map((key) => [key === null ? "null" : String(key), entries.get(key)!]);
}

function enclosed(open: string, parts: readonly string[], close: string, style: JsonStyle, depth: number): string {
  if (parts.length === 0) return open + close;
  if (style.indent === null) return open + parts.join(style.separators[0]) + close;
  const [inner, outer] = [depth + 1, depth].map((level) => `\n${style.indent!.repeat(level)}`);
  return open + inner + parts.join(style.separators[0] + inner) + outer + close;
}

function quoted(text: string, ensureAscii: boolean): string {
  const written = JSON.stringify(text);
  if (!ensureAscii) return written;
  return written.replace(/[\x7f-\uffff]/g, (unit) =>
    unit === "\x7f" ? unit : `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** The style that arguments of `tojson` ask for. */
export function jsonStyle(given: {
  readonly ensureAscii: Value;
  readonly indent: Value;
  readonly separators: Value;
  readonly sortKeys: Value;
}): JsonStyle {
  const { indent, separators } = given;
  const text = textOf(indent);
  if (indent !== null && text === undefined && typeof indent !== "number") {
    throw new Error(`expected an indentation, found a value of type ${typeOf(indent)}`);
  }
  const step = indent === null ? null : (text ?? " ".repeat(Math.min(1000, Math.max(0, indent as number))));
  const pair = separators !== null && typeof separators === "object" && "items" in separators ? separators.items : [];
  const [between, behind] = pair.map(textOf);
  if (separators !== null && (pair.length !== 2 || between === undefined || behind === undefined)) {
    throw new Error("expected two separators");
  }
  return {
    ...{ ensureAscii: isTrue(given.ensureAscii), sortKeys: isTrue(given.sortKeys), indent: step },
    separators: separators === null ? [step === null ? ", " : ",", ": "] : [between!, behind!],
  };
}
