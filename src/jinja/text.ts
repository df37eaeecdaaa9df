/** How Python prints values: `str` and `repr`. */
import { NEWER } from "./newer-characters.ts";
import { floatText } from "./numbers.ts";
import { typeOf, type Value } from "./values.ts";

/** What `{{ value }}` writes. Throws for what has no text of its own. */
export function str(value: Value): string {
  if (typeof value === "string") return value;
  if (value === null || typeof value !== "object") return repr(value);
  if (value.kind === "markup") return value.text;
  return value.kind === "undefined" ? "" : repr(value);
}

/** Python's `repr`. Throws for what is printed otherwise by some version of Python. */
export function repr(value: Value): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "string") return quoted(value);
  if (typeof value !== "object") return String(value);
  switch (value.kind) {
    case "float":
      return floatText(value.value);
    case "list":
      return `[${value.items.map(repr).join(", ")}]`;
    case "tuple":
      return value.items.length === 1 ? `(${repr(value.items[0]!)},)` : `(${value.items.map(repr).join(", ")})`;
    case "range":
      return value.text;
    case "dict":
      return `{${[...value.entries].map(([key, member]) => `${repr(key)}: ${repr(member)}`).join(", ")}}`;
    default:
      throw new Error(`it prints a value of type ${typeOf(value)}, whose text in Python is not known here`);
  }
}

const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };
const HIDDEN = /[\\\n\r\t]|(?! )[\p{C}\p{Z}]/gu;

function quoted(text: string): string {
  const newer = NEWER.exec(text)?.[0];
  if (newer !== undefined)
    throw new Error(`it prints a list or object with ${JSON.stringify(newer)}, which not every Python prints alike`);
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replace(HIDDEN, (character) => ESCAPES[character] ?? hexadecimal(character.codePointAt(0)!));
  return `${quote}${quote === "'" ? escaped.replaceAll("'", "\\'") : escaped}${quote}`;
}

function hexadecimal(code: number): string {
  const digits = code.toString(16);
  if (code < 0x100) return `\\x${digits.padStart(2, "0")}`;
  return code < 0x10000 ? `\\u${digits.padStart(4, "0")}` : `\\U${digits.padStart(8, "0")}`;
}
