/** What a training can be told. Apart from train.ts, so that settings can be read and checked with nothing loaded. */

/** Everything that changes the result. */
export interface TrainSettings {
  /** Optimiser steps. */
  readonly steps: number;
  /** Examples, or pairs, in a step. */
  readonly batch: number;
  /** Reached after `warmup` steps. */
  readonly learningRate: number;
  /** Whether it then falls along a cosine to a twentieth, or stays. Default: cosine. */
  readonly schedule?: "cosine" | "constant";
  readonly optimizer: "muon" | "adamw";
  /** Steps. */
  readonly warmup: number;
  readonly weightDecay: number;
  /** Largest norm of a step's gradients; longer ones are scaled down. */
  readonly gradientClip: number;
}

/** What made a 100,000-parameter student learn a small world in 400 steps. */
export const DEFAULT_TRAIN_SETTINGS: TrainSettings = {
  steps: 400,
  batch: 32,
  learningRate: 2e-3,
  optimizer: "muon",
  warmup: 20,
  weightDecay: 0.01,
  gradientClip: 1,
};
