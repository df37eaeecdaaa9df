/** The records of a log, however the file holds them: JSON Lines, or one JSON array of objects. Its first signs tell. */
import { readArray } from "./array.ts";
import { contentOf, unreadable } from "./file.ts";
import { readLines } from "./lines.ts";
import type { RawRecord } from "./record.ts";

/** Throws CliError, naming the file, if it cannot be read to its end. */
export async function* readRecords(file: string): AsyncGenerator<RawRecord> {
  yield* (await holdsArray(file)) ? readArray(file) : readLines(file);
}

/** Begins with `[{` (or is `[]`), blanks aside. A line of JSON Lines is an object, so it never does. */
async function holdsArray(file: string): Promise<boolean> {
  let signs = "";
  try {
    for await (const chunk of await contentOf(file)) {
      // Only ASCII signs are of interest, wherever the chunk cuts other characters.
      signs += chunk
        .toString("latin1")
        .replace(/^\u00ef\u00bb\u00bf/, "")
        .replace(/\s+/g, "")
        .slice(0, 2);
      if (signs.length >= 2) break;
    }
  } catch (error) {
    throw unreadable(file, 1, error);
  }
  return /^\[[{\]]/.test(signs);
}
