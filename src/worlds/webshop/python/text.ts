/**
 * Text as Python writes it: `repr` of numbers, strings, tuples and dicts, `json.dumps`, Jinja's `tojson` filter as Flask
 * sets it up, and `str.strip`. Only for strings and floats, which is all that WebShop's pages and urls hold.
 *
 * CPython 3.8 to 3.11 (Objects/unicodeobject.c, Python/pystrtod.c, Lib/json/encoder.py); Flask 2.2.
 */

/** A dict's members in its order. */
export type Entries = Iterable<readonly [name: string, value: string]>;
/** The same where a value can be `None`. */
export type JsonEntries = Iterable<readonly [name: string, value: string | null]>;

/** `repr(x)` of a float: `100.0`, `17.4`, `1e-05`, `1e+16`, `inf`, `nan`. */
export function floatRepr(x: number): string {
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x)) return x > 0 ? "inf" : "-inf";
  const [, sign, first, rest = "", power] = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(x.toExponential())!;
  const minus = sign || Object.is(x, -0) ? "-" : "";
  const exponent = Number(power);
  const digits = first! + rest;
  if (exponent < -4 || exponent >= 16) {
    const mantissa = rest ? `${first}.${rest}` : first;
    const size = String(Math.abs(exponent)).padStart(2, "0");
    return `${minus}${mantissa}e${exponent < 0 ? "-" : "+"}${size}`;
  }
  if (exponent < 0) return `${minus}0.${"0".repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, "0");
  return `${minus}${whole}.${digits.slice(exponent + 1) || "0"}`;
}

// Python calls a character printable unless it is of one of these categories; only the blank is a separator and printable.
const NOT_PRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Zs}]/u;
const PLAIN = /^[ !#-&(-[\]-~]*$/;
const SHORT_ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** `repr(s)` of a string. */
export function strRepr(s: string): string {
  if (PLAIN.test(s)) return `'${s}'`;
  const quote = s.includes("'") && !s.includes('"') ? '"' : "'";
  let body = "";
  for (const character of s) {
    if (character === quote) body += `\\${quote}`;
    else if (character in SHORT_ESCAPES) body += SHORT_ESCAPES[character];
    else if (character !== " " && NOT_PRINTABLE.test(character)) body += hexEscape(character.codePointAt(0)!);
    else body += character;
  }
  return quote + body + quote;
}

function hexEscape(code: number): string {
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, "0")}`;
  if (code < 0x10000) return `\\u${code.toString(16).padStart(4, "0")}`;
  return `\\U${code.toString(16).padStart(8, "0")}`;
}

/** `repr` of a tuple of strings. */
export function tupleRepr(items: readonly string[]): string {
  return items.length === 1 ? `(${strRepr(items[0]!)},)` : `(${items.map(strRepr).join(", ")})`;
}

/** `repr` of a dict of strings. */
export function dictRepr(entries: Entries): string {
  return `{${Array.from(entries, ([name, value]) => `${strRepr(name)}: ${strRepr(value)}`).join(", ")}}`;
}

/** `json.dumps` of a dict of strings: ASCII only, with a blank after each colon and comma. */
export function jsonDumps(entries: JsonEntries): string {
  return `{${Array.from(entries, ([name, value]) => `${jsonString(name)}: ${jsonString(value)}`).join(", ")}}`;
}

function jsonString(s: string | null): string {
  return JSON.stringify(s).replace(/[\u007f-\uffff]/g, unicodeEscape);
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** `{{ entries | tojson }}`: `json.dumps` with sorted keys, and `<`, `>`, `&`, `'` escaped. */
export function toJson(entries: JsonEntries): string {
  const sorted = [...entries].sort(([a], [b]) => compareCodePoints(a, b));
  return jsonDumps(sorted).replace(/[<>&']/g, unicodeEscape);
}

/** Python's order of strings: by code point, where JavaScript's is by UTF-16 unit. Negative, 0 or positive. */
export function compareCodePoints(a: string, b: string): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    if (a[i] === b[i]) continue;
    const differing = a.charCodeAt(i);
    const other = b.charCodeAt(i);
    // A surrogate stands for a code point above all of the basic plane, which only U+E000 to U+FFFF make visible.
    const rank = (unit: number) => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);
    return rank(differing) - rank(other);
  }
  return a.length - b.length;
}

const EXTRA_BLANKS = "\u001c\u001d\u001e\u001f\u0085";

/** What Python counts as blank: JavaScript's \s without U+FEFF, and five more. */
function isBlank(character: string): boolean {
  return (/\s/.test(character) && character !== "\ufeff") || EXTRA_BLANKS.includes(character);
}

/** `s.strip()`. */
export function strip(s: string): string {
  let start = 0;
  let end = s.length;
  while (start < end && isBlank(s[start]!)) start++;
  while (end > start && isBlank(s[end - 1]!)) end--;
  return s.slice(start, end);
}
