/**
 * What is learned from. A weight of 0 or 1 for each message is the one notion of masking that every trainer can
 * express. A trainer knows no algorithm, an algorithm knows no trainer.
 */
import type { CheckpointId, TrainingSetId, TrajectoryId } from "./ids.ts";
import type { Message, Tool } from "./policy.ts";

/** Why a message is learned. Stored with it, so that a mask can be checked years later. */
export interface Provenance {
  readonly trajectory: TrajectoryId;
  /** Index of the step whose action this message is. */
  readonly step: number;
  /** Who acted: a policy's name. */
  readonly actor: string;
  /** The rule that kept it: `expert success`, `own success`, `solution from s_0`, `recovery from s_6` … */
  readonly reason: string;
}

/** `weight` 1 = learn to produce this message, 0 = context only. Only assistant messages carry weight 1, and then a provenance. */
export type WeightedMessage =
  | (Message & { readonly weight: 0 })
  | (Message & { readonly role: "assistant"; readonly weight: 1; readonly provenance: Provenance });

export interface Demonstration {
  readonly messages: readonly WeightedMessage[];
  /** What could be called; absent: nothing. */
  readonly tools?: readonly Tool[];
  readonly source: TrajectoryId;
  /** How much it counts beside the others of its set; above 0. Absent: 1. */
  readonly weight?: number;
}

export interface Preference {
  readonly prompt: readonly Message[];
  /** What could be called; absent: nothing. */
  readonly tools?: readonly Tool[];
  readonly chosen: readonly WeightedMessage[];
  readonly rejected: readonly WeightedMessage[];
  readonly sources: readonly [chosen: TrajectoryId, rejected: TrajectoryId];
}

/** Everything an algorithm may ask of a trainer. BC, RFT and EEF are `sft`; ETO is `dpo`. */
export type TrainingSet =
  | { readonly kind: "sft"; readonly examples: readonly Demonstration[] }
  | { readonly kind: "dpo"; readonly examples: readonly Preference[]; readonly beta: number };

export interface Checkpoint {
  readonly id: CheckpointId;
  /** What this was trained from; `null` for a base model. */
  readonly parent: CheckpointId | null;
  /** What it was trained on; `null` for a base model. */
  readonly trainingSet: TrainingSetId | null;
  readonly trainer: string;
  /** `path` is relative to the project folder. */
  /** How many examples of its training set were left out, as they could not be trained exactly; absent: none. */
  readonly leftOut?: number;
  readonly at: { readonly kind: "folder"; readonly path: string } | { readonly kind: "hosted"; readonly model: string };
}

/** An example that cannot be trained exactly, and is not trained at all. */
export interface LeftOut {
  readonly sources: readonly TrajectoryId[];
  readonly reason: string;
}

export type TrainEvent =
  /** At most once, before the first metrics. */
  | { readonly kind: "left out"; readonly examples: readonly LeftOut[] }
  /** `step` counts optimiser steps from 1 to `steps`. */
  | {
      readonly kind: "metrics";
      readonly step: number;
      readonly steps: number;
      readonly values: Readonly<Record<string, number>>;
    }
  | { readonly kind: "done"; readonly at: Checkpoint["at"] };

/** What an algorithm may ask of one training in place of the trainer's settings. */
export interface Tuning {
  /** Optimiser steps. */
  readonly steps?: number;
  /** Examples, or pairs, in a step. */
  readonly batch?: number;
  readonly learningRate?: number;
  /** Steps until the learning rate is reached. */
  readonly warmup?: number;
  /** Whether the learning rate then falls or stays. */
  readonly schedule?: "cosine" | "constant";
}

export interface TrainRequest {
  readonly set: TrainingSet;
  readonly from: Checkpoint;
  /** The id the result will have; also the name of its folder. */
  readonly id: CheckpointId;
  readonly seed: number;
  readonly tuning?: Tuning;
  readonly signal?: AbortSignal;
}

/** Turns examples into a checkpoint. The last event is always `done`; a killed training leaves nothing half-written. */
export interface Trainer {
  readonly name: string;
  readonly kinds: readonly TrainingSet["kind"][];
  /** Every setting that changes the result; part of each checkpoint's id. */
  readonly settings: Readonly<Record<string, number | string | boolean>>;
  /** Throws TrainerError, before anything starts where the examples cannot be trained exactly. */
  train(request: TrainRequest): AsyncIterable<TrainEvent>;
}
