/** What a TRL training can be told. */
import { CliError } from "../../core/errors.ts";

/** Everything that changes the result. Where it runs and how many devices it uses is the launcher's business. */
export interface TrlSettings {
  /** Optimiser steps. */
  readonly steps: number;
  /** Examples, or pairs, in a step, over all devices. */
  readonly batch: number;
  /** At most so many of them on one device at a time; the gradients of the rest are added up. Decides the memory needed. */
  readonly deviceBatch: number;
  /** Reached after `warmup` steps. */
  readonly learningRate: number;
  readonly warmup: number;
  /** Whether the learning rate then falls along a cosine to 0, or stays. */
  readonly schedule: "cosine" | "constant";
  readonly weightDecay: number;
  /** Largest norm of a step's gradients; longer ones are scaled down. */
  readonly gradientClip: number;
  /** Rank of adapters on every linear layer, merged at the end; 0 = all weights are trained. */
  readonly loraRank: number;
  /** Tokens of the longest conversation; longer ones are refused. 0 = as long as the checkpoint can read. */
  readonly maxLength: number;
  /** What a GPU computes in; without one it is always fp32. */
  readonly precision: "bf16" | "fp32";
}

export const DEFAULT_TRL_SETTINGS: TrlSettings = {
  steps: 100,
  batch: 32,
  deviceBatch: 4,
  learningRate: 1e-4,
  warmup: 5,
  schedule: "cosine",
  weightDecay: 0,
  gradientClip: 1,
  loraRank: 16,
  maxLength: 0,
  precision: "bf16",
};

/** Throws CliError naming the setting that is out of range. */
export function checkTrlSettings(settings: TrlSettings): void {
  const require = (ok: boolean, name: keyof TrlSettings, expected: string) => {
    if (!ok) throw new CliError(`trl: expected ${name} to be ${expected}, got ${settings[name]}`);
  };
  for (const name of ["steps", "batch", "deviceBatch"] as const) {
    require(Number.isInteger(settings[name]) && settings[name] >= 1, name, "a whole number ≥ 1");
  }
  for (const name of ["warmup", "loraRank", "maxLength"] as const) {
    require(Number.isInteger(settings[name]) && settings[name] >= 0, name, "a whole number ≥ 0");
  }
  require(settings.learningRate > 0, "learningRate", "> 0");
  require(settings.weightDecay >= 0, "weightDecay", "≥ 0");
  require(settings.gradientClip > 0, "gradientClip", "> 0");
  require(["cosine", "constant"].includes(settings.schedule), "schedule", '"cosine" or "constant"');
  require(["bf16", "fp32"].includes(settings.precision), "precision", '"bf16" or "fp32"');
}
