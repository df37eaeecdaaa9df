/** The records of a log, however the file holds them. */
import { readArray } from "./array.ts";
import { contentOf, unreadable } from "./file.ts";
import type { JsonPath } from "./json-path.ts";
import { readLines, skimLines } from "./lines.ts";
import { elementsAt, readList } from "./list.ts";
import { readParquet } from "./parquet.ts";
import type { RawRecord } from "./record.ts";
import { type Shape, shapeOf } from "./shape.ts";
import { readValues } from "./values.ts";

/** Where a file has its records. */
export type Layout =
  /** By its shape: lines, values, an array's elements, or an object that is one record. */
  | { readonly kind: Shape }
  /** The file's one value is one record, also where it is an array. */
  | { readonly kind: "whole" }
  /**
   * The elements of a list in the file's value; in lines, values and arrays, of such a list in each of them. `shape`: the file's,
   * where that is known: to find it may take as long as reading the file.
   */
  | { readonly kind: "list"; readonly path: JsonPath; readonly shape?: Shape };

/** Throws CliError, naming the file, if it cannot be read to its end. Without a layout, the file's shape tells. */
export async function* readRecords(file: string, layout?: Layout): AsyncGenerator<RawRecord> {
  if (layout?.kind === "list") yield* listed(file, layout.path, layout.shape ?? (await shapeOf(file)));
  else yield* byKind(file, layout?.kind ?? (await shapeOf(file)));
}

function byKind(file: string, kind: Shape | "whole"): AsyncGenerator<RawRecord> {
  if (kind === "lines") return readLines(file);
  if (kind === "parquet") return readParquet(file);
  if (kind === "array") return readArray(file);
  return kind === "values" ? readValues(file) : readWhole(file);
}

/** A value that is the only one is not numbered. */
async function* readWhole(file: string): AsyncGenerator<RawRecord> {
  for await (const { record: _, ...rest } of readValues(file)) yield rest as RawRecord;
}

async function* listed(file: string, path: JsonPath, shape: Shape): AsyncGenerator<RawRecord> {
  if (shape === "object" || typeof path[0] === "number") {
    yield* readList(file, path);
    return;
  }
  let record = 0;
  for await (const outer of byKind(file, shape)) {
    if (outer.text === null) yield { ...outer, record: ++record };
    else {
      for await (const inner of elementsAt([Buffer.from(outer.text)], path))
        yield { ...inner, line: outer.line + inner.line - 1, record: ++record };
    }
  }
}

/**
 * As `readRecords`, but undefined for each record that does not begin with `wanted`, in ASCII; without it, for each.
 */
export async function* skimRecords(
  file: string,
  wanted?: string,
  layout?: Layout,
): AsyncGenerator<RawRecord | undefined> {
  const known = layout ?? { kind: await shapeOf(file) };
  if (known.kind === "lines") yield* skimLines(file, wanted);
  else {
    for await (const record of readRecords(file, known))
      yield wanted !== undefined && record.text?.startsWith(wanted) ? record : undefined;
  }
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
