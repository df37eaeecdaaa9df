/**
 * JSON as Python's json module writes it: NaN, Infinity and -Infinity stand where numbers do. JSON has none of them, so
 * JSON.parse refuses the whole record.
 */

import { parseWritten } from "../core/written-json.ts";

const NUMBER = /-?Infinity\b|\bNaN\b/g;

/**
 * The value that `text` holds. NaN is no number and becomes null; infinite numbers stay infinite. All else is as `parseWritten`
 * reads it. Throws SyntaxError, in JSON.parse's words.
 */
export function parseJson(text: string): unknown {
  try {
    return parseWritten(text);
  } catch (error) {
    const strict = withoutOddNumbers(text);
    if (strict === text) throw error;
    return parseWritten(strict);
  }
}

/** In linear time, and without a pattern that walks over strings: they may have millions of characters. */
function withoutOddNumbers(text: string): string {
  const parts: string[] = [];
  for (let at = 0; at < text.length; ) {
    const quote = text.indexOf('"', at);
    const outside = text.slice(at, quote < 0 ? text.length : quote);
    parts.push(outside.replace(NUMBER, (name) => (name === "NaN" ? "null" : name.replace("Infinity", "1e999"))));
    if (quote < 0) break;
    at = behindString(text, quote + 1);
    parts.push(text.slice(quote, at));
  }
  return parts.join("");
}

/** Behind the closing quote of the string that goes on at `from`; the text's end if it has none. */
function behindString(text: string, from: number): number {
  for (let at = text.indexOf('"', from); at >= 0; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text[at - 1 - slashes] === "\\") slashes += 1;
    if (slashes % 2 === 0) return at + 1;
  }
  return text.length;
}
