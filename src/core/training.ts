/**
 * Training sets, trainers and checkpoints. A weight of 0 or 1 for each message is the one kind of masking that every
 * trainer can express. Trainers and algorithms do not know each other.
 */
import type { CheckpointId, TrainingSetId, TrajectoryId } from "./ids.ts";
import type { Json } from "./json.ts";
import type { Message, Tool } from "./message.ts";

/** Why a message is learned. Stored with it, so that a mask can be checked years later. */
export interface Provenance {
  /** The trajectory that the message is of. */
  readonly trajectory: TrajectoryId;
  /** Index of the step whose action this message is. */
  readonly step: number;
  /** Who acted: a policy's name. */
  readonly actor: string;
  /** The rule that kept it: `expert success`, `own success`, `solution from s_0`, `recovery from s_6` … */
  readonly reason: string;
}

/**
 * A message and whether it is learned: `weight` 1 = learn to produce it, 0 = context only. Only assistant messages carry
 * weight 1, and then a provenance.
 */
export type WeightedMessage =
  | (Message & {
      /** Context: read, not learned. */
      readonly weight: 0;
    })
  | (Message & {
      /** Only what the agent said is learned. */
      readonly role: "assistant";
      /** Learned. */
      readonly weight: 1;
      /** Which step it is of and why it is learned. */
      readonly provenance: Provenance;
    });

/** An example to imitate: one conversation. */
export interface Demonstration {
  /** The conversation in order. */
  readonly messages: readonly WeightedMessage[];
  /** What could be called; absent: nothing. */
  readonly tools?: readonly Tool[];
  /** The trajectory that it was made of. */
  readonly source: TrajectoryId;
  /** How much it counts beside the others of its set; above 0. Absent: 1. */
  readonly weight?: number;
}

/** Two ways to go on from one prompt, of which one is to become likelier than the other. */
export interface Preference {
  /** What both begin with. */
  readonly prompt: readonly Message[];
  /** What could be called; absent: nothing. */
  readonly tools?: readonly Tool[];
  /** The better continuation, from its first assistant message on. */
  readonly chosen: readonly WeightedMessage[];
  /** The worse one. */
  readonly rejected: readonly WeightedMessage[];
  /** The trajectories that the two were made of. */
  readonly sources: readonly [chosen: TrajectoryId, rejected: TrajectoryId];
}

/** What a training set is made of. */
export type Example = Demonstration | Preference;

/** That an example is made of a trajectory. */
export interface ExampleSource {
  /** The example's place in its training set, from 0. */
  readonly position: number;
  /** Which side of the example: a conversation to imitate, or one of a preference's two. */
  readonly part: "example" | "preferred" | "rejected";
  /** What it is made of. */
  readonly trajectory: TrajectoryId;
  /** Why its first learned message is learned; null where nothing of it is. */
  readonly reason: string | null;
}

/** What the example in `position` is made of: one trajectory, or two of a preference. */
export function sourcesOf(example: Example, position: number): ExampleSource[] {
  const source = (part: ExampleSource["part"], trajectory: TrajectoryId, messages: readonly WeightedMessage[]) => {
    const learned = messages.find((message) => message.weight === 1);
    // A stored set is data: it may break what the types promise.
    return { position, part, trajectory, reason: learned?.provenance?.reason ?? null };
  };
  if ("messages" in example) return [source("example", example.source, example.messages)];
  const [better, worse] = example.sources;
  return [source("preferred", better, example.chosen), source("rejected", worse, example.rejected)];
}

/** Everything an algorithm may ask of a trainer. BC, RFT and EEF are `sft`; ETO is `dpo`. */
export type TrainingSet =
  | {
      readonly kind: "sft";
      /** To imitate. */
      readonly examples: readonly Demonstration[];
    }
  | {
      readonly kind: "dpo";
      /** To prefer one side of. */
      readonly examples: readonly Preference[];
      /** β of DPO, above 0: how dearly it pays to leave the reference (Rafailov et al. 2023, arXiv 2305.18290). */
      readonly beta: number;
    };

/** A model that was trained, or that trainings start from. */
export interface Checkpoint {
  /** Follows from everything it was made of. */
  readonly id: CheckpointId;
  /** What this was trained from; `null` for a base model. */
  readonly parent: CheckpointId | null;
  /** What it was trained on; `null` for a base model. */
  readonly trainingSet: TrainingSetId | null;
  /** The name of what made it; `given` for a base model from elsewhere. */
  readonly trainer: string;
  /** How many examples of its training set were left out, as they could not be trained exactly; absent: none. */
  readonly leftOut?: number;
  /** How many rows its examples were trained as, where a chat template takes several for some; absent: one each. */
  readonly rows?: number;
  /** Where its weights are: in a folder of this project, or on a server. */
  readonly at:
    | {
        readonly kind: "folder";
        /** Relative to the project folder. */
        readonly path: string;
      }
    | {
        readonly kind: "hosted";
        /** As the server names it. */
        readonly model: string;
      };
}

/** An example that cannot be trained exactly, and is not trained at all. */
export interface LeftOut {
  /** The trajectories that it was made of: one, or two of a preference. */
  readonly sources: readonly TrajectoryId[];
  /** What cannot be trained exactly. */
  readonly reason: string;
}

/** How many rows the examples take: where a chat template rewrites earlier turns, one for each state in which it shows them. */
export interface RowCount {
  /** That are trained on. */
  readonly examples: number;
  /** More than examples. */
  readonly rows: number;
  /** Whether what all rows of a step begin with is computed once. */
  readonly sharesPrefixes: boolean;
}

/**
 * What a training tells as it goes: first what was left out and how many rows there are, then numbers for each step, at the end
 * where the result is.
 */
export type TrainEvent =
  /** At most once, before the first metrics. */
  | {
      readonly kind: "left out";
      /** What is not trained on; at least one. */
      readonly examples: readonly LeftOut[];
    }
  /** At most once, before the first metrics: where some examples take several rows. */
  | ({ readonly kind: "rows" } & RowCount)
  /** It broke down by no fault of what is trained, and begins again from its first step; metrics are told again. */
  | {
      readonly kind: "again";
      /** What broke. */
      readonly reason: string;
    }
  | {
      readonly kind: "metrics";
      /** Of the optimiser, from 1. */
      readonly step: number;
      /** How many there will be. */
      readonly steps: number;
      /** By name: `loss` and what else the trainer measures. */
      readonly values: Readonly<Record<string, number>>;
    }
  | {
      readonly kind: "done";
      /** Where the new checkpoint is. */
      readonly at: Checkpoint["at"];
    };

/** What an algorithm may ask of one training in place of the trainer's settings. */
export interface Tuning {
  /** Optimiser steps; ≥ 1. */
  readonly steps?: number;
  /** Examples, or pairs, in a step; ≥ 1. */
  readonly batch?: number;
  /** Highest learning rate, reached after `warmup` steps; above 0. */
  readonly learningRate?: number;
  /** Steps until the learning rate is reached; ≥ 0. */
  readonly warmup?: number;
  /** Whether the learning rate then falls along a cosine, or stays. */
  readonly schedule?: "cosine" | "constant";
}

/** What a trainer is asked for. */
export interface TrainRequest {
  /** What to learn. */
  readonly set: TrainingSet;
  /** Where the training starts; for preferences also the reference. */
  readonly from: Checkpoint;
  /** The id the result will have; also the name of its folder. */
  readonly id: CheckpointId;
  /** Seed of shuffling and new weights; an integer ≥ 0. */
  readonly seed: number;
  /** What differs from the trainer's settings; absent: nothing. */
  readonly tuning?: Tuning;
  /** Ends the training when it is aborted. */
  readonly signal?: AbortSignal;
}

/** Turns examples into a checkpoint. The last event is always `done`; a killed training leaves nothing half-written. */
export interface Trainer {
  /** Its name, stored with every checkpoint that it makes. */
  readonly name: string;
  /** The kinds of training sets that it can learn. */
  readonly kinds: readonly TrainingSet["kind"][];
  /** Every setting that changes the result; part of each checkpoint's id. */
  readonly settings: Readonly<Record<string, Json>>;
  /** Trains. Throws TrainerError, before anything starts where the examples cannot be trained exactly. */
  train(request: TrainRequest): AsyncIterable<TrainEvent>;
}
