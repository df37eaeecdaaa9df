/**
 * Which format logs are in, found by reading their first records in every way there is. Several ways may fit, as those for
 * chats do: where they read the same steps, the first of the list is taken; where they differ, nobody but the user can tell.
 */
import { CliError } from "../../core/errors.ts";
import { canonicalJson } from "../../core/json.ts";
import { parseJson } from "../../files/python-json.ts";
import { type Peek, peekAt } from "../layout.ts";
import { type LoggedEpisode, type LogReader, recordsOf, rowsOf } from "../reader.ts";

/** Records of a file that are tried. */
const TRIED = 20;

/** The formats in which people write logs of their own: what they miss in a record is told where no other format is near. */
const GENERAL = ["messages", "gleaner"];

/** Files that are tried: a folder may have thousands. What the others are is told record by record. */
const TRIED_FILES = 20;

/** The format that was found, and what told so. */
export interface Recognised {
  readonly format: string;
  /** For the user: `schema_version "ATIF-v1.8"`, `20 of the first 20 records can be read so`. */
  readonly because: string;
}

/**
 * `readers`: by format. undefined: no file has records. Throws CliError, naming the file, where no file fits any, several differ, or
 * the files do. In a folder of logs some files may be none: one that fits is enough.
 */
export async function recognise(
  files: readonly string[],
  readers: Readonly<Record<string, LogReader>>,
): Promise<Recognised | undefined> {
  const found: (Recognised & { readonly file: string })[] = [];
  const unfit: { readonly file: string; readonly nearMisses: readonly string[] }[] = [];
  for (const file of files) {
    const told = await formatOf(file, readers);
    if (told && "nearMisses" in told) unfit.push({ file, ...told });
    else if (told) found.push({ file, ...told });
    if (found.length + unfit.length === TRIED_FILES) break;
  }
  const [first, ...others] = found;
  if (!first && unfit.length > 0) {
    const { file, nearMisses } = unfit[0]!;
    const names = Object.keys(readers).join(", ");
    const near = nearMisses.length === 0 ? "" : ` (nearest: ${nearMisses.join("; ")})`;
    throw new CliError(
      `${file}: no format of logs fits its first records${near}; expected --format with one of ${names}`,
    );
  }
  if (!first) return undefined;
  const other = others.find(({ format }) => format !== first.format);
  if (!other) return { format: first.format, because: first.because };
  const both = `${first.file} looks like ${first.format}, ${other.file} like ${other.format}`;
  throw new CliError(`${both}: import the files of each format by themselves, or name one with --format`);
}

interface Reading {
  readonly format: string;
  /** How many records were tried, and how many were understood. */
  readonly tried: number;
  readonly understood: number;
  /** What of the first record only this format has. */
  readonly evidence?: string;
  /** What was done and seen, as one text. */
  readonly steps: string;
  /** Why a record was not understood that looks like one of this format. */
  readonly nearMiss?: string;
  /** Why the first record that was not understood was not. */
  readonly problem?: string;
}

const shareOf = ({ tried, understood }: Reading) => (tried === 0 ? 0 : understood / tried);

/** undefined: it has no records. Throws CliError, naming the file, where several formats fit and differ. */
async function formatOf(
  file: string,
  readers: Readonly<Record<string, LogReader>>,
): Promise<Recognised | { readonly nearMisses: readonly string[] } | undefined> {
  const peek = peekAt(file);
  const readings: Reading[] = [];
  for (const [format, reader] of Object.entries(readers)) readings.push(await readAs(format, reader, peek));
  // What looks like a format by its members is that format, whatever else could read it.
  const evident = readings.filter((reading) => reading.evidence !== undefined && reading.understood > 0);
  const candidates = evident.length > 0 ? evident : readings;
  const best = Math.max(...candidates.map(shareOf));
  if (!(best > 0)) {
    if (readings.some(({ tried }) => tried === 0)) return undefined;
    return { nearMisses: nearMissesOf(readings) };
  }
  const fitting = candidates.filter((reading) => shareOf(reading) === best);
  const [first] = fitting;
  if (new Set(fitting.map(({ steps }) => steps)).size > 1) {
    const names = fitting.map(({ format }) => format).join(" or ");
    throw new CliError(`${file}: its first records can be read as ${names}, which differ; expected --format with one`);
  }
  const { format, understood, tried, evidence } = first!;
  return { format, because: evidence ?? `${understood} of the first ${tried} records can be read so` };
}

/** Where no record looks like one of a format, what people write themselves is nearest. */
function nearMissesOf(readings: readonly Reading[]): readonly string[] {
  const near = readings.flatMap(({ format, nearMiss }) => (nearMiss === undefined ? [] : [butFor(format, nearMiss)]));
  if (near.length > 0) return near;
  const general = readings.filter(({ format }) => readings.length === 1 || GENERAL.includes(format));
  return general.flatMap(({ format, problem }) => (problem === undefined ? [] : [butFor(format, problem)]));
}

const butFor = (format: string, problem: string) => `--format ${format}, but ${problem}`;

async function readAs(format: string, reader: LogReader, peek: Peek): Promise<Reading> {
  const episodes: unknown[] = [];
  let tried = 0;
  let understood = 0;
  let evidence: string | undefined;
  let nearMiss: string | undefined;
  let problem: string | undefined;
  for await (const record of recordsOf(reader, peek.file, peek)) {
    tried += 1;
    const told =
      record.text === null ? { episodes: [], ...missed(undefined, record.problem) } : understoodOf(record.text, reader);
    if (told.episodes.length > 0) understood += 1;
    evidence ??= told.evidence;
    if (told.episodes.length === 0) {
      nearMiss ??= told.nearMiss;
      problem ??= told.problem;
    }
    for (const { instruction, firstObservation, steps } of told.episodes) {
      const done = steps.map(({ thought, action, observation }) => [thought, action, observation]);
      episodes.push([instruction, firstObservation, done]);
    }
    if (tried === TRIED) break;
  }
  return {
    ...{ format, tried, understood, steps: canonicalJson(episodes as never) },
    ...(evidence !== undefined && { evidence }),
    ...(nearMiss !== undefined && { nearMiss }),
    ...(problem !== undefined && { problem }),
  };
}

interface Understood {
  /** Of the rows that this reader understands. */
  readonly episodes: readonly LoggedEpisode[];
  readonly evidence?: string;
  readonly nearMiss?: string;
  readonly problem?: string;
}
const NOTHING: Understood = { episodes: [] };

function understoodOf(text: string, reader: LogReader): Understood {
  const record = triedTo(() => parseJson(text));
  if (!("value" in record)) return { episodes: [], problem: `not JSON (${record.problem})` };
  const evidence = reader.evidence?.(record.value);
  if (evidence === false) return NOTHING;
  const told = evidence === undefined ? {} : { evidence };
  const rows = triedTo(() => rowsOf(reader, record.value));
  if (!("value" in rows)) return { episodes: [], ...told, ...missed(evidence, rows.problem) };
  const read = rows.value.map((row) => triedTo(() => reader.read(row)));
  const [problem] = read.flatMap((one) => ("value" in one ? [] : [one.problem]));
  const episodes = read.flatMap((one) => ("value" in one ? [one.value] : []));
  return { episodes, ...told, ...(problem !== undefined && missed(evidence, problem)) };
}

const missed = (evidence: string | undefined, problem: string) => ({ problem, ...nearMissOf(evidence, problem) });

/** A problem is worth telling where something says that the record is of this format. */
const nearMissOf = (evidence: string | undefined, problem: string): { readonly nearMiss?: string } =>
  evidence !== undefined || problem.startsWith("looks like ") ? { nearMiss: problem } : {};

function triedTo<T>(read: () => T): { readonly value: T } | { readonly problem: string } {
  try {
    return { value: read() };
  } catch (error) {
    if (error instanceof CliError || error instanceof SyntaxError) return { problem: error.message };
    throw error;
  }
}
