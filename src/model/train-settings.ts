/** What a training can be told. Apart from train.ts, so that settings can be read and checked with nothing loaded. */

/** Settings of a training inside this process. Everything here changes the result. */
export interface TrainSettings {
  /** Optimiser steps; ≥ 1. Default 400. */
  readonly steps: number;
  /** Examples, or pairs, in a step; ≥ 1. Default 32. */
  readonly batch: number;
  /** Highest learning rate, reached after `warmup` steps; above 0. Default 0.002. */
  readonly learningRate: number;
  /** Whether it then falls along a cosine to a twentieth, or stays. Default: cosine. */
  readonly schedule?: "cosine" | "constant";
  /** Muon (Keller Jordan 2024), the default, or AdamW (Loshchilov and Hutter 2019). */
  readonly optimizer: "muon" | "adamw";
  /** Steps until the learning rate is reached; ≥ 0. Default 20. */
  readonly warmup: number;
  /** Weight decay as AdamW's, decoupled; ≥ 0. Norms never decay. Default 0.01. */
  readonly weightDecay: number;
  /** Largest norm of a step's gradients; longer ones are scaled down. Above 0, default 1. */
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
