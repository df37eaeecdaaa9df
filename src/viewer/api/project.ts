/** The project, its runs, and what a run comes to. Types only: see shared.ts. */
import type { RoundKey, RoundLine } from "./shared.ts";

/** `project` */
export interface Project {
  /** The folder's name. */
  readonly name: string;
  /** Of gleaner. */
  readonly version: string;
  /** In order of their creation. */
  readonly runs: readonly RunLine[];
  /** An exported folder: when it was made (ISO 8601). null on a server. */
  readonly exported: string | null;
}

export interface RunLine {
  readonly name: string;
  readonly kind: "import" | "experiment" | "expert" | "play" | "dataset";
  /** The world's name in the run's config; null if it names none. */
  readonly world: string | null;
  readonly trajectories: number;
  readonly rounds: readonly RoundLine[];
  /** The round that is looked at first: of the first method that probed, its lowest seed's last iteration. */
  readonly first: RoundKey;
  /** What is under way; null if nobody works on it now. */
  readonly progress: Progress | null;
}

/** `live`, server-sent events: `progress` has `readonly Progress[]`, `changed` (the store has something new) has no data. */

/** What a run that is under way says of itself, at most once a second.  */
export interface Progress {
  readonly run: string;
  /** `seed 1 · EEF · probe 1`. */
  readonly phase: string;
  /** Of the phase: how many there are to do, are done, and of these failed. */
  readonly owed: number;
  readonly done: number;
  readonly failed: number;
  /** What is counted: `episodes`, `steps`. */
  readonly unit: string;
  readonly perSecond: number | null;
  readonly secondsLeft: number | null;
  /** ISO 8601. */
  readonly at: string;
}

/** `runs/RUN/overview` */
export interface Overview {
  readonly run: string;
  /** What the figures come to, one sentence each; the first is the headline. */
  readonly answer: readonly string[];
  /** What was run: label and value. */
  readonly ran: readonly { readonly name: string; readonly value: string }[];
  /** On held-out tasks, in the report's order. */
  readonly methods: readonly MethodCurve[];
  /** Every pair of methods at their last iterations, a − b in points of percent. */
  readonly differences: readonly DifferenceLine[];
  readonly costs: readonly CostLine[];
  /** Why episodes failed, the most frequent reason first. */
  readonly failures: readonly { readonly reason: string; readonly count: number }[];
  /** What to know before the figures are trusted: notes of worlds, their audits and servers. */
  readonly notes: readonly string[];
}

/** `runs/RUN/leakage` – whether anything was learned that should not have been. Takes seconds, once, for a large run. */
export interface Leakage {
  readonly run: string;
  /** One sentence that makes every figure worthless; null if nothing was found. */
  readonly alarm: string | null;
  /** What was checked, and what was found; empty for a run without rounds. */
  readonly notes: readonly string[];
}

export interface MethodCurve {
  readonly method: string;
  readonly row: number;
  /** All seeds together. */
  readonly points: readonly CurvePoint[];
  readonly seeds: readonly { readonly seed: number; readonly points: readonly CurvePoint[] }[];
}

export interface CurvePoint {
  readonly iteration: number;
  /** Environment steps up to here, the mean over seeds. */
  readonly environmentSteps: number;
  /** Of held-out episodes; null where none were played. */
  readonly rate: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly episodes: number;
}

export interface DifferenceLine {
  readonly a: string;
  readonly b: string;
  /** In points of percent; null where the two share no task. */
  readonly estimate: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** Held-out tasks that both played. */
  readonly tasks: number;
}

/** Everything up to a method's last iteration, the mean over seeds. */
export interface CostLine {
  readonly method: string;
  readonly rollouts: number;
  readonly environmentSteps: number;
  /** Tokens read and written; null where no model tells. */
  readonly tokens: number | null;
  readonly seconds: number | null;
  /** Training tasks that were solved, and those of them that the expert had not. */
  readonly solved: number;
  readonly newlySolved: number;
  /** Examples of the last training set. */
  readonly kept: number;
  /** For each newly solved task, and for each example; null where there is none, or no step was taken. */
  readonly stepsPerSolved: number | null;
  readonly stepsPerKept: number | null;
}
