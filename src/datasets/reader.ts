/**
 * Logs → episodes as plain data. A reader knows one log format and nothing of worlds: what it returns is what the log
 * claims. Whether that is true is found out by replaying it (`import.ts`).
 */
import { CliError, messageOf } from "../core/errors.ts";
import { readLines } from "./lines.ts";

export interface LoggedStep {
  /** The agent's reasoning before the action; "" if there is none. */
  readonly thought: string;
  readonly action: string;
  /** The raw text of the turn: thoughts and action as the log writes them. */
  readonly completion: string;
  /** What the world answered; null if the log broke off before the answer (only the last step's may be). */
  readonly observation: string | null;
}

export interface LoggedEpisode {
  /** The key of the task, `Task.id` without benchmark and split. */
  readonly taskKey: string;
  readonly instruction: string;
  readonly firstObservation: string;
  /** At least one. */
  readonly steps: readonly LoggedStep[];
  /** Thoughts behind the last action. Nothing was done about them, so no step holds them. */
  readonly unusedThoughts: number;
  readonly claimed: "won" | "lost" | "broken off";
}

/** What one line of a log turned out to be. `line` counts from 1. */
export type LogRecord =
  | { readonly kind: "episode"; readonly line: number; readonly episode: LoggedEpisode }
  | { readonly kind: "malformed"; readonly line: number; readonly problem: string };

/** One log format with an episode on each line of a .jsonl or .jsonl.gz file. */
export interface LogReader {
  /** As in `--format`. */
  readonly name: string;
  /** The benchmark it was logged on. */
  readonly benchmark: string;
  /** The episode that a line, parsed as JSON, tells. Throws CliError saying what was found and what was expected. */
  read(row: unknown): LoggedEpisode;
  /** An observation without what loggers of this format leave out; the identity on what they wrote. */
  normalize(observation: string): string;
}

/**
 * Every line of `file`, good or bad, in order. A line that cannot be understood is data, the others are still read.
 * Throws CliError naming the file if the file itself is missing or damaged.
 */
export async function* readLog(reader: LogReader, file: string): AsyncGenerator<LogRecord> {
  for await (const line of readLines(file)) {
    if (line.text === null) yield { kind: "malformed", line: line.number, problem: line.problem };
    else yield recordOf(reader, line.number, line.text);
  }
}

function recordOf(reader: LogReader, line: number, text: string): LogRecord {
  let row: unknown;
  try {
    row = JSON.parse(text);
  } catch (error) {
    return { kind: "malformed", line, problem: `not JSON (${messageOf(error)}): expected one episode on each line` };
  }
  try {
    return { kind: "episode", line, episode: reader.read(row) };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return { kind: "malformed", line, problem: error.message };
  }
}

/** `value` as it may be shown in an error: a text or number itself, cut to 80 characters, else its kind. */
export function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (value !== null && typeof value === "object") return "an object";
  const text = JSON.stringify(typeof value === "string" ? value.slice(0, 80) : value);
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`;
}
