/**
 * What a reader of conversations must know of a world: how an episode begins there, what its tasks are called, and what a
 * reward means. Nothing here plays a world; that is left to the replay.
 */
import type { LoggedEpisode, LogReader } from "../reader.ts";

/** The first thing that an agent is told, taken apart. */
export interface Opening {
  readonly instruction: string;
  /** null: the logger left it out. */
  readonly firstObservation: string | null;
  /** The whole text, where only the task's own goal can tell how far the goal goes; absent: it is taken apart for good. */
  readonly told?: string;
}

export interface World
  extends Pick<
    LogReader,
    "benchmark" | "normalize" | "goalOf" | "describeTask" | "contradiction" | "keepsChats" | "advice"
  > {
  /** How an opening looks, for messages. */
  readonly beginning: string;
  /** Whether no observation can be mistaken for an opening. */
  readonly isTelling: boolean;
  /** An observation without the spaces that exact logs may lack, too; absent: none. */
  spacing?(observation: string): string;
  /** How an opening looks is not known: the goal may have blank lines, or stand alone. Absent: it is known. */
  readonly isPlain?: true;
  /** undefined if no episode begins so. */
  opening(told: string): Opening | undefined;
  /** The key of the task (`LoggedEpisode.taskKey`) that a log calls so; undefined if this is no name of a task. */
  taskKey(name: string): string | undefined;
  /** What a return in the benchmark's units and the last action tell. */
  resultOf(earned: number, lastAction: string): Required<Pick<LoggedEpisode, "claimed" | "end">>;
}

/** `observation` in gleaner's own spelling: behind the instruction and a blank line. */
export const GAP = "\n\n";

/** Wording without letter case and spacing. */
export const plainGoal = (instruction: string): string => instruction.toLowerCase().replace(/\s+/g, " ").trim();

/** `train/17` out of `<benchmark>/train/17`; undefined for anything else. No part of a path but plain names. */
export function keyOfOwnId(benchmark: string, id: string): string | undefined {
  return id.startsWith(`${benchmark}/`) ? safeKey(id.slice(benchmark.length + 1)) : undefined;
}

/** `name` if it may become part of a path. */
export function safeKey(name: string): string | undefined {
  return /^[\w()-][\w.()-]*(?:\/[\w()-][\w.()-]*)*(?:#[\w.-]+)?$/.test(name) ? name : undefined;
}
