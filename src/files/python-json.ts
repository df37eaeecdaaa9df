/**
 * JSON as Python's json module writes it: NaN, Infinity and -Infinity stand where numbers do. JSON has none of them, so
 * JSON.parse refuses the whole record.
 */

import { parsePythonJson, parseWritten } from "../core/written-json.ts";

/**
 * The value that `text` holds. NaN is no number and becomes null; infinite numbers stay infinite; `writtenJson` writes both as
 * they were. All else is as `parseWritten` reads it. Throws SyntaxError, in JSON.parse's words.
 */
export function parseJson(text: string): unknown {
  try {
    return parseWritten(text);
  } catch (error) {
    const value = parsePythonJson(text);
    if (value === undefined) throw error;
    return value;
  }
}
