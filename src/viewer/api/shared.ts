/**
 * Every shape that the page is given. The server answers them as JSON, an exported folder holds them as files, and the page
 * reads nothing else. Types only: both sides import them.
 *
 * A resource has a path, and the same path gives the same shape on a server (`/api/PATH`) and in an exported folder. Each shape
 * in this folder begins with its path. RUN is a run's name, ROUND a `RoundKey`, ID a trajectory's id, TASK a task's id; each is
 * encoded with `encodeURIComponent`.
 */
import type { Share } from "../../analysis/statistics.ts";
import type { TaskId, TrajectoryId } from "../../core/ids.ts";
import type { Outcome } from "../../core/trajectory.ts";

export type { Share };

/** `ROW.SEED.ITERATION` of a round (`Round.row`); `-` for a run without rounds. */
export type RoundKey = string;

/** A share with its 95 % interval; `low` and `high` are null where nothing was played. */
export interface Interval extends Share {
  readonly low: number | null;
  readonly high: number | null;
}

/** Text from a trajectory. A long one is cut: `text` has its first characters, `length` says how many there are. */
export interface Text {
  readonly text: string;
  /** In UTF-16 code units, of the whole. More than `text.length`: it is cut, and `texts/…` has the whole. */
  readonly length: number;
}

/** `texts/ID/STEP/observation|thought|action`; STEP may be `final` (then `observation`), ID/`task`/`instruction`. The whole text. */
export interface WholeText {
  readonly text: string;
}

export interface RoundLine {
  readonly key: RoundKey;
  readonly method: string;
  readonly row: number;
  readonly seed: number;
  readonly iteration: number;
  /** How many of each. */
  readonly explored: number;
  readonly probed: number;
  readonly evaluated: number;
}

export type StepLabel = "harmful" | "beneficial" | null;

export interface TrajectoryHead {
  readonly id: TrajectoryId;
  readonly task: TaskId;
  /** `expert/…`, or a checkpoint's id. */
  readonly policy: string;
  /** In words: `expert`, `EEF, seed 1, iteration 1`. */
  readonly who: string;
  readonly won: boolean;
  readonly return: number;
  readonly outcome: Outcome;
  readonly steps: number;
  readonly fork: { readonly from: TrajectoryId; readonly step: number } | null;
}

export interface Actor {
  readonly kind: "expert" | "student" | "other";
  /** `expert/llama`, `EEF, seed 1, iteration 1`. */
  readonly who: string;
}

/** An answer that is no answer (status 4xx or 5xx). */
export interface Problem {
  /** What is wrong and what was expected. */
  readonly error: string;
}
