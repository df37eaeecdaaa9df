/**
 * Ids that are computed from what they name. The same rollout, training set or checkpoint has the same id in every
 * process. So a killed run that is started again finds its earlier work and does only the rest.
 */
import { createHash, type Hash, hash } from "node:crypto";
import { CliError } from "./errors.ts";
import { canonicalPieces } from "./json.ts";

/** A string that cannot be passed where another kind of id is wanted. */
export type Id<Name extends string> = string & {
  /** Never there: only the compiler sees it. */
  readonly __id: Name;
};
/** `<benchmark>/<split>/<key>`, e.g. `workshop/train/17`. Made by `taskId` or `newTask`. */
export type TaskId = Id<"task">;
/** Any text that is not empty. For rollouts made here it follows from the policy, the task and where the rollout began. */
export type TrajectoryId = Id<"trajectory">;
/** The fingerprint of a training set's examples. */
export type TrainingSetId = Id<"training set">;
/** Follows from everything a checkpoint was made of: examples, settings, seed and parent. */
export type CheckpointId = Id<"checkpoint">;

/** 20 hexadecimal digits that depend on every part of `value` (a JSON value) and on nothing else. */
export function fingerprint(value: unknown): string {
  return sha256Of(canonicalPieces(value)).slice(0, 20);
}

/** Of fewer characters the hash is made in one call, which costs a fraction of a hash that is fed. */
const SHORT = 2 ** 16;

/** In hexadecimal, piece by piece: a training set may be longer than a text can be. */
function sha256Of(pieces: Iterable<string>): string {
  let fed: Hash | undefined;
  let waiting = "";
  for (const piece of pieces) {
    waiting += piece;
    if (waiting.length < SHORT) continue;
    fed ??= createHash("sha256");
    fed.update(waiting);
    waiting = "";
  }
  return fed ? fed.update(waiting).digest("hex") : hash("sha256", waiting);
}

/** `text` as the id of a task: `<benchmark>/<split>/<key>`, no part empty; a key may have further `/`. Throws CliError. */
export function taskId(text: string): TaskId {
  const parts = typeof text === "string" ? text.split("/") : [];
  if (parts.length < 3 || parts.includes("")) {
    throw new CliError(`task id: expected <benchmark>/<split>/<key>, got ${JSON.stringify(text)}`);
  }
  return text as TaskId;
}

/** `text`, which must not be empty, as the id of a trajectory. Throws CliError. */
export function trajectoryId(text: string): TrajectoryId {
  if (typeof text !== "string" || text === "") {
    throw new CliError(`trajectory id: expected text that is not empty, got ${JSON.stringify(text)}`);
  }
  return text as TrajectoryId;
}
