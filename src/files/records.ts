/** The records of a log, however the file holds them: JSON Lines, or one JSON array of objects. Its first signs tell. */
import { readArray } from "./array.ts";
import { contentOf, unreadable } from "./file.ts";
import { readLines, skimLines } from "./lines.ts";
import type { RawRecord } from "./record.ts";

/** Throws CliError, naming the file, if it cannot be read to its end. */
export async function* readRecords(file: string): AsyncGenerator<RawRecord> {
  yield* (await holdsArray(file)) ? readArray(file) : readLines(file);
}

/** As `readRecords`, but undefined for each record that does not begin with `wanted`, in ASCII; without it, for each. */
export async function* skimRecords(file: string, wanted?: string): AsyncGenerator<RawRecord | undefined> {
  if (!(await holdsArray(file))) yield* skimLines(file, wanted);
  else {
    for await (const record of readArray(file))
      yield wanted !== undefined && record.text?.startsWith(wanted) ? record : undefined;
  }
}

/** A line of JSON Lines is an object, so a file that begins with `[{` (or is `[]`) is an array. */
async function holdsArray(file: string): Promise<boolean> {
  return /^\[[{\]]/.test(await firstSigns(file, 2));
}

/** How the file begins, blanks aside: so many of its signs, those outside of ASCII spelled in their bytes. Throws CliError. */
export async function firstSigns(file: string, count: number): Promise<string> {
  let signs = "";
  try {
    for await (const chunk of await contentOf(file)) {
      // Only ASCII signs are of interest, wherever the chunk cuts other characters.
      signs += chunk
        .toString("latin1")
        .replace(/^\u00ef\u00bb\u00bf/, "")
        .replace(/\s+/g, "")
        .slice(0, count);
      if (signs.length >= count) break;
    }
  } catch (error) {
    throw unreadable(file, "line 1", error);
  }
  return signs.slice(0, count);
}
