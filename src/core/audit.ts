/** How far a world was found to be put back exactly (`gleaner env audit`), as a run keeps it. */
import type { Json } from "./json.ts";

/**
 * How a world is put back into an earlier state: by its own snapshots, by a copy that it keeps, or by doing again what led
 * there. The fastest first.
 */
export const WAYS = ["state", "copy", "replay"] as const;

/** One of `WAYS`. */
export type Way = (typeof WAYS)[number];

/** As sentences name them: `put back by a copy`. */
export const WAY_NAMES = { state: "its snapshots", copy: "a copy", replay: "doing it again" } as const;

/** Something that does not come out the same again. */
export interface AuditedFault {
  /** Its cause, as far as it shows: `clock`, `the copy shares state` … */
  readonly kind: string;
  /** The id of the task in which it was seen. */
  readonly task: string;
  /** Actions before it. */
  readonly step: number;
  /** After how many actions the state was saved that the world was put back to; absent: it began anew. */
  readonly from?: number;
}

/** The audit of a run's world, kept with the run. */
export interface RunAudit {
  /** The way back that the run uses, if it is exact; else `none`. */
  readonly restore: Way | "none";
  /** The way back that the run uses; null in a world that has none. */
  readonly way: Way | null;
  /** Episodes that were done again. */
  readonly walks: number;
  /** Their actions, all together. */
  readonly steps: number;
  /** How many of the walks were paid a reward. */
  readonly rewarded: number;
  /** How many of the walks came to an end. */
  readonly ended: number;
  /** Of each kind the first; empty where `restore` is no `none`. */
  readonly faults: readonly AuditedFault[];
  /** What surprises and is no fault. */
  readonly notes: readonly string[];
}

/** The audit that the config of a stored run holds; undefined where the run's world was not audited. */
export const auditOf = (config: Json): RunAudit | undefined =>
  (config as { readonly audit?: RunAudit } | null)?.audit ?? undefined;
