/**
 * Logs → episodes as plain data. A reader knows one log format and nothing of worlds: what it returns is what the log
 * claims. Whether that is true is found out by replaying it (`import.ts`).
 */
import { CliError, messageOf } from "../core/errors.ts";
import { repeatedName } from "../core/marked-json.ts";
import type { Chat } from "../core/message.ts";
import type { Task } from "../core/task.ts";
import type { StepTokenIds } from "../core/trajectory.ts";
import { parseJson } from "../files/python-json.ts";
import type { Position, RawRecord } from "../files/record.ts";
import { countedBy, type Peek, recordsBy } from "./layout.ts";

export interface LoggedStep {
  /** The agent's reasoning before the action; "" if there is none. */
  readonly thought: string;
  readonly action: string;
  /** The raw text of the turn: thoughts and action as the log writes them. */
  readonly completion: string;
  /** What the agent thought apart from that text, as chat templates take it (`reasoning_content`). */
  readonly reasoning?: string;
  /** What the world answered; null if the log does not tell, most often because it broke off before the last answer. */
  readonly observation: string | null;
  /** What the model read and wrote, where the log tells. */
  readonly tokenIds?: StepTokenIds;
}

export interface LoggedEpisode {
  /**
   * The key of the task, `Task.id` without benchmark, split and variant; of a world without a reader of its own the whole id,
   * where the log has it. null: only its goal tells which task it is.
   */
  readonly taskKey: string | null;
  /** "": the log does not tell; then there is a key. */
  readonly instruction: string;
  /** null: the log does not tell. */
  readonly firstObservation: string | null;
  /** Goal and first observation in one text, where only the task's own goal can tell them apart for good. Absent: they are. */
  readonly told?: string;
  /** At least one. */
  readonly steps: readonly LoggedStep[];
  /** Thoughts behind the last action. Nothing was done about them, so no step holds them. */
  readonly unusedThoughts: number;
  /** What of the log is no part of the episode, by kind, each as often as it occurred: pictures, reminders. Absent: nothing. */
  readonly leftOut?: readonly string[];
  readonly claimed: "won" | "lost" | "broken off" | "not told";
  /**
   * How it ended, in the benchmark's units; absent if the log does not tell. A replay finds it anew, so only what cannot
   * be replayed needs it.
   */
  readonly end?: {
    readonly return: number;
    readonly terminated: boolean;
    /** Where the log says so itself; absent: by the return. */
    readonly success?: boolean;
  };
  /** The messages, where they are kept as they are. */
  readonly chat?: Chat;
  /** How the world was set up, if the log tells, e.g. `simplifications easy`. */
  readonly settings?: string;
}

/** What one record of a log turned out to be, or one row of it. */
export type LogRecord = LogPlace &
  (
    | { readonly kind: "episode"; readonly episode: LoggedEpisode }
    | { readonly kind: "malformed"; readonly problem: string }
  );

/** Where a row is: in its file, and in a record of several. */
export interface LogPlace extends Position {
  /** Which row of its record it is, from 0; absent: the record is one row. */
  readonly part?: number;
}

/** One log format: an episode in each record of a file, gzipped or not. */
export interface LogReader {
  /** As in `--format`. */
  readonly name: string;
  /** The benchmark it was logged on. */
  readonly benchmark: string;
  /**
   * The records of a file; absent: found by trying what `read` understands (`layout.ts`). Throws CliError, naming the file.
   * `peek`: where several formats are tried on the file.
   */
  records?(file: string, peek?: Peek): AsyncGenerator<RawRecord>;
  /** What `surveyOf` gives, for formats that find more on the way than the number of records; absent: they are counted. */
  survey?(file: string): Promise<Survey>;
  /**
   * The rows of a record, parsed as JSON, that holds several episodes: each is read for itself. Absent: a record is a row.
   * At least one; throws CliError as `read` does.
   */
  split?(record: unknown): readonly unknown[];
  /** The episode that a row, parsed as JSON, tells. Throws CliError saying what was found and what was expected. */
  read(row: unknown): LoggedEpisode;
  /**
   * What of a record only this format has, for the user: `schema_version "ATIF-v1.8"`. false: the record is of another format.
   * undefined, or absent: nothing tells. Throws nothing, whatever the record is.
   */
  evidence?(record: unknown): string | false | undefined;
  /** An observation without what loggers of this format leave out; the identity on what they wrote. */
  normalize(observation: string): string;
  /** What else decides how it reads: part of the run's settings. */
  readonly options?: Readonly<Record<string, string>>;
  /** Why no episode of this format can be played again; absent: they can be. */
  readonly unreplayable?: string;
  /**
   * What of a goal's wording is the same wherever the task is set. A task of the logged key whose goal differs in it is
   * another task. Absent: where there is a key, it alone tells.
   */
  goalOf?(instruction: string): string;
  /** A task that the benchmark does not have, so that its episodes can be kept without a replay. Absent: they are left out. */
  describeTask?(taskKey: string): Pick<Task, "split" | "category">;
  /**
   * Why these actions cannot be what the world was told, asked where no replay tells: a spelling that is not understood, say.
   * undefined, or absent: nothing speaks against them.
   */
  contradiction?(episode: LoggedEpisode): string | undefined;
  /** There is no world: each task is what its key names, and nothing is replayed. */
  readonly keepsChats?: true;
  /** What a user can do when the log and the world differ; undefined if the difference says nothing. */
  advice?(difference: LogDifference): string | undefined;
}

/** Where a log and the world part. */
export interface LogDifference {
  /** The step whose answers differ; -1: the first observations do. */
  readonly step: number;
  readonly log: LoggedEpisode;
  /** What the world set as the goal. */
  readonly instruction: string;
  /** What the log says there, as written. */
  readonly expected: string;
  /** What the world says there. */
  readonly got: string;
  /** What the world tells a policy (`Benchmark.instructions`): its rules and commands, which differ between releases. */
  readonly rules: string;
}

/** A file of logs that was read to its end. */
export interface Survey {
  /** How many records it has. */
  readonly count: number;
  /** They are read anew: memory does not hold them. */
  records(): AsyncGenerator<RawRecord>;
}

/** Reads `file` to its end once. Throws CliError naming the file if it is missing or damaged. */
export async function surveyOf(reader: LogReader, file: string): Promise<Survey> {
  if (reader.survey) return reader.survey(file);
  if (!reader.records) return countedBy(firstOf(reader), file);
  let count = 0;
  for await (const _record of reader.records(file)) count++;
  return { count, records: () => recordsOf(reader, file) };
}

/**
 * Every record of `file`, good or bad, in order. A record that cannot be understood is data, the others are still read.
 * Throws CliError naming the file if the file itself is missing or damaged.
 */
export async function* readLog(
  reader: LogReader,
  file: string,
  records: AsyncGenerator<RawRecord> = recordsOf(reader, file),
): AsyncGenerator<LogRecord> {
  for await (const { text, ...rest } of records) {
    if (text === null) yield { kind: "malformed", ...(rest as Position & { problem: string }) };
    else yield* rowsIn(reader, text, rest);
  }
}

/** The records of a file as its format has them. `peek`: where several formats are tried on the file. */
export function recordsOf(reader: LogReader, file: string, peek?: Peek): AsyncGenerator<RawRecord> {
  return reader.records?.(file, peek) ?? recordsBy(firstOf(reader), file, peek);
}

function* rowsIn(reader: LogReader, text: string, position: Position): Generator<LogRecord> {
  let record: unknown;
  try {
    record = parseJson(text);
  } catch (error) {
    const problem = `not JSON (${messageOf(error)}): expected one episode in each record`;
    yield { kind: "malformed", ...position, problem };
    return;
  }
  const twice = repeatedName(text, record);
  if (twice !== undefined) {
    const problem = `the name ${shown(twice)} stands twice in one object: expected it once, one of both would be lost`;
    yield { kind: "malformed", ...position, problem };
    return;
  }
  const rows = understood(() => rowsOf(reader, record));
  if (rows.kind === "malformed") {
    yield { ...position, ...rows };
    return;
  }
  const isOne = rows.value.length === 1;
  for (const [part, row] of rows.value.entries()) {
    const read = understood(() => reader.read(row));
    const place = isOne ? position : { ...position, part };
    if (read.kind === "understood") yield { kind: "episode", ...place, episode: read.value };
    else
      yield {
        ...place,
        ...read,
        problem: isOne ? read.problem : `row ${part + 1} of ${rows.value.length}: ${read.problem}`,
      };
  }
}

/** The rows of a record. Throws CliError for a record that is none of the format. */
export const rowsOf = (reader: LogReader, record: unknown): readonly unknown[] => reader.split?.(record) ?? [record];

/** Reads the first row of a record that is understood. It throws CliError, of the first one, if none is. */
const firstOf = (reader: LogReader) => (record: unknown) => {
  const reads = rowsOf(reader, record).map((row) => understood(() => reader.read(row)));
  const [first] = reads;
  if (first?.kind === "malformed" && reads.every(({ kind }) => kind === "malformed")) throw new CliError(first.problem);
};

type Understood<T> = { kind: "understood"; value: T } | { kind: "malformed"; problem: string };

function understood<T>(read: () => T): Understood<T> {
  try {
    return { kind: "understood", value: read() };
  } catch (error) {
    // The call stack is full: values are read from within.
    if (error instanceof RangeError && /call stack/.test(error.message))
      return { kind: "malformed", problem: "expected values that are nested less deeply" };
    if (!(error instanceof CliError)) throw error;
    return { kind: "malformed", problem: error.message };
  }
}

/** `row` as an object, or a CliError saying what was found; `expected` names its members. */
export function objectOf(row: unknown, expected: string): Readonly<Record<string, unknown>> {
  if (row !== null && typeof row === "object" && !Array.isArray(row)) return row as Record<string, unknown>;
  throw new CliError(`expected an object with ${expected}, found ${shown(row)}`);
}

/** `value` as text that can be stored, or a CliError naming the `place` and what was expected there. */
export function textOf(value: unknown, place: string, expected: string): string {
  if (typeof value !== "string") throw new CliError(`${place}: expected ${expected}, found ${shown(value)}`);
  // Half a surrogate pair cannot be stored as UTF-8.
  if (!value.isWellFormed()) throw new CliError(`${place}: expected Unicode text, found half a surrogate pair`);
  return value;
}

/** `value` as it may be shown in an error: a text or number itself, cut to 80 characters, else its kind. */
export function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "number") return String(value);
  if (Array.isArray(value)) return "a list";
  if (value !== null && typeof value === "object") return "an object";
  const text = JSON.stringify(typeof value === "string" ? value.slice(0, 80) : value);
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`;
}
