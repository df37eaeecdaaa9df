/**
 * Episodes on their way into the store: rows that are written out already, so that a transaction only has to add them. The
 * long texts lie one behind the other in memory that threads share. The garbage collector need not look at it, and it is used
 * again: memory that wanders from thread to thread has V8 look through its heap five times as often.
 */
import type { Episode } from "../core/repository.ts";
import type { Run } from "../core/run.ts";
import type { Trajectory } from "../core/trajectory.ts";
import { checkedKey, encoded } from "./bodies.ts";
import { shortened } from "./completions.ts";
import { type SummaryRow, summaryRow } from "./summaries.ts";

/** A task or a verification. */
export interface PlainRow {
  readonly key: string;
  readonly body: string;
}

/** A trajectory, all but its body. */
export interface TrajectoryRow {
  readonly id: string;
  readonly task: string;
  readonly parent: string | null;
  /** undefined: nothing is noted of it. */
  readonly summary: SummaryRow | undefined;
}

/** An episode, all but the body of its trajectory. */
export interface EpisodeRows {
  readonly task: PlainRow;
  readonly trajectory: TrajectoryRow;
  readonly verification: PlainRow;
}

export interface Parcel {
  readonly run: Run;
  readonly episodes: readonly EpisodeRows[];
  /** Where in `bytes` the body of each one's trajectory ends. It begins where the one before it ends. */
  readonly ends: readonly number[];
  /** UTF-8. */
  readonly bytes: Uint8Array<SharedArrayBuffer>;
}

/** `id` and the record, which messages call by its `kind`. Throws StoreError for what cannot be stored. */
export function plainRow(kind: string, id: string, record: unknown): PlainRow {
  return { body: encoded(`${kind} ${id}`, record), key: checkedKey(id) };
}

/** `own`: with its own steps only. Throws StoreError for what cannot be stored. */
export function trajectoryRow(own: Trajectory): { readonly row: TrajectoryRow; readonly body: string } {
  const { id, taskId, fork } = own;
  const body = encoded(`trajectory ${id}`, shortened(own));
  const row = { id: checkedKey(id), task: taskId, parent: fork?.from ?? null, summary: summaryRow(own) };
  return { row, body };
}

/** As `trajectoryRow`. `ownOf` takes the steps off that are another trajectory's. */
export function episodeRows(
  { task, trajectory, verification }: Episode,
  ownOf: (whole: Trajectory) => Trajectory,
): { readonly rows: EpisodeRows; readonly body: string } {
  const { row, body } = trajectoryRow(ownOf(trajectory));
  const rows = {
    task: plainRow("task", task.id, task),
    trajectory: row,
    verification: plainRow("verification", verification.trajectory, verification),
  };
  return { rows, body };
}

/** The episodes of a parcel with the bodies of their trajectories. */
export function* unpacked({ episodes, ends, bytes }: Parcel): Generator<[EpisodeRows, Uint8Array]> {
  let from = 0;
  for (const [index, rows] of episodes.entries()) {
    yield [rows, bytes.subarray(from, ends[index]!)];
    from = ends[index]!;
  }
}
