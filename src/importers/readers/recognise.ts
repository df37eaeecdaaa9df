/**
 * Which format logs are in, found by reading their first records in every way there is. Several ways may fit, as those for
 * chats do: where they read the same steps, the first of the list is taken; where they differ, nobody but the user can tell.
 */
import { CliError } from "../../core/errors.ts";
import { canonicalJson } from "../../core/json.ts";
import { parseJson } from "../../files/python-json.ts";
import { type LoggedEpisode, type LogReader, recordsOf, rowsOf } from "../reader.ts";

/** Records of a file that are tried. */
const TRIED = 20;

/** Files that are tried: a folder may have thousands. What the others are is told record by record. */
const TRIED_FILES = 20;

/**
 * `readers`: by format. undefined: no file has records. Throws CliError, naming the file, where no file fits any, several differ, or
 * the files do. In a folder of logs some files may be none: one that fits is enough.
 */
export async function recognise(
  files: readonly string[],
  readers: Readonly<Record<string, LogReader>>,
): Promise<string | undefined> {
  const found: { readonly file: string; readonly format: string }[] = [];
  const unfit: string[] = [];
  for (const file of files) {
    const format = await formatOf(file, readers);
    if (format === "none fits") unfit.push(file);
    else if (format !== undefined) found.push({ file, format });
    if (found.length + unfit.length === TRIED_FILES) break;
  }
  const [first, ...others] = found;
  if (!first && unfit.length > 0) {
    const names = Object.keys(readers).join(", ");
    throw new CliError(`${unfit[0]}: no format of logs fits its first records; expected --format with one of ${names}`);
  }
  if (!first) return undefined;
  const other = others.find(({ format }) => format !== first.format);
  if (!other) return first.format;
  const both = `${first.file} looks like ${first.format}, ${other.file} like ${other.format}`;
  throw new CliError(`${both}: expected logs of one format, or --format`);
}

interface Reading {
  readonly format: string;
  readonly isEmpty: boolean;
  /** Share of the tried records that it understood. */
  readonly share: number;
  /** What was done and seen, as one text. */
  readonly steps: string;
}

/** undefined: it has no records. Throws CliError, naming the file, where several formats fit and differ. */
async function formatOf(
  file: string,
  readers: Readonly<Record<string, LogReader>>,
): Promise<string | "none fits" | undefined> {
  const readings: Reading[] = [];
  for (const [format, reader] of Object.entries(readers)) readings.push(await readAs(format, reader, file));
  const best = Math.max(...readings.map(({ share }) => share));
  if (!(best > 0)) return readings.some(({ isEmpty }) => isEmpty) ? undefined : "none fits";
  const fitting = readings.filter(({ share }) => share === best);
  if (new Set(fitting.map(({ steps }) => steps)).size === 1) return fitting[0]!.format;
  const candidates = fitting.map(({ format }) => format).join(" or ");
  throw new CliError(
    `${file}: its first records can be read as ${candidates}, which differ; expected --format with one`,
  );
}

async function readAs(format: string, reader: LogReader, file: string): Promise<Reading> {
  const episodes: unknown[] = [];
  let tried = 0;
  let understood = 0;
  for await (const { text } of recordsOf(reader, file)) {
    tried += 1;
    const read = text === null ? [] : episodesIn(text, reader);
    if (read.length > 0) understood += 1;
    for (const { instruction, firstObservation, steps } of read) {
      const told = steps.map(({ thought, action, observation }) => [thought, action, observation]);
      episodes.push([instruction, firstObservation, told]);
    }
    if (tried === TRIED) break;
  }
  const isEmpty = tried === 0;
  return { format, isEmpty, share: isEmpty ? 0 : understood / tried, steps: canonicalJson(episodes as never) };
}

/** Those of the record's rows that this reader understands. */
function episodesIn(text: string, reader: LogReader): LoggedEpisode[] {
  const record = orUndefined(() => parseJson(text));
  if (record === undefined || reader.recognises?.(record) === false) return [];
  const rows = orUndefined(() => rowsOf(reader, record)) ?? [];
  return rows.flatMap((row) => orUndefined(() => reader.read(row)) ?? []);
}

function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof CliError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
