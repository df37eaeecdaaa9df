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

/** `readers`: by format. Throws CliError, naming the file, where none fits, several differ, or the files do. */
export async function recognise(
  files: readonly string[],
  readers: Readonly<Record<string, LogReader>>,
): Promise<string> {
  const found: { readonly file: string; readonly format: string }[] = [];
  for (const file of files) found.push({ file, format: await formatOf(file, readers) });
  const [first, ...others] = found;
  const other = others.find(({ format }) => format !== first!.format);
  if (!other) return first!.format;
  const both = `${first!.file} looks like ${first!.format}, ${other.file} like ${other.format}`;
  throw new CliError(`${both}: expected logs of one format, or --format`);
}

interface Reading {
  readonly format: string;
  /** Share of the tried records that it understood. */
  readonly share: number;
  /** What was done and seen, as one text. */
  readonly steps: string;
}

async function formatOf(file: string, readers: Readonly<Record<string, LogReader>>): Promise<string> {
  const readings: Reading[] = [];
  for (const [format, reader] of Object.entries(readers)) readings.push(await readAs(format, reader, file));
  const best = Math.max(...readings.map(({ share }) => share));
  const names = Object.keys(readers).join(", ");
  if (!(best > 0)) {
    throw new CliError(`${file}: no format of logs fits its first records; expected --format with one of ${names}`);
  }
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
  return { format, share: tried === 0 ? 0 : understood / tried, steps: canonicalJson(episodes as never) };
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
