/** What any training of a pretrained checkpoint can be told: TRL's, the one inside Node and, but for devices, Tinker's. */
import { CliError } from "../../core/errors.ts";

/** Everything here changes the result. */
export interface FineTuning {
  /** Optimiser steps. */
  readonly steps: number;
  /** Examples, or pairs, in a step, over all devices. */
  readonly batch: number;
  /** At most so many of them on one device at a time; the gradients of the rest are added up. Decides the memory needed. */
  readonly deviceBatch: number;
  /** Reached after `warmup` steps. */
  readonly learningRate: number;
  readonly warmup: number;
  /** Whether the learning rate then falls along a cosine, or stays. */
  readonly schedule: "cosine" | "constant";
  readonly weightDecay: number;
  /** Largest norm of a step's gradients; longer ones are scaled down. */
  readonly gradientClip: number;
  /** Rank of adapters on every linear layer, merged at the end. */
  readonly loraRank: number;
  /** Tokens of the longest conversation; longer ones are refused. 0 = as long as the checkpoint can read. */
  readonly maxLength: number;
}

/** What throws CliError in the name of `trainer`, naming the setting, if `ok` is false. */
export function requireIn<Settings extends object>(trainer: string, settings: Settings) {
  return (ok: boolean, name: keyof Settings & string, expected: string): void => {
    if (!ok) throw new CliError(`${trainer}: expected ${name} to be ${expected}, got ${settings[name]}`);
  };
}

/** Throws CliError in the name of `trainer` for the setting that is out of range. */
export function checkFineTuning(trainer: string, settings: FineTuning): void {
  const require = requireIn(trainer, settings);
  for (const name of ["steps", "batch", "deviceBatch"] as const) {
    require(Number.isInteger(settings[name]) && settings[name] >= 1, name, "a whole number ≥ 1");
  }
  for (const name of ["warmup", "loraRank", "maxLength"] as const) {
    require(Number.isInteger(settings[name]) && settings[name] >= 0, name, "a whole number ≥ 0");
  }
  for (const name of ["learningRate", "gradientClip"] as const) require(settings[name] > 0, name, "> 0");
  require(settings.weightDecay >= 0, "weightDecay", "≥ 0");
  require(["cosine", "constant"].includes(settings.schedule), "schedule", '"cosine" or "constant"');
}
