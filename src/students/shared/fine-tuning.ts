/** What any training of a pretrained checkpoint can be told: TRL's, the one inside Node and, but for devices, Tinker's. */
import { CliError } from "../../core/errors.ts";
import type { TemplateVariables } from "../../tokenizers/template-variables.ts";

/** What any training of a pretrained checkpoint can be told. Everything here changes the result. */
export interface FineTuning {
  /** Optimiser steps; ≥ 1. */
  readonly steps: number;
  /** Examples, or pairs, in a step, over all devices; ≥ 1. An example of several rows counts once. */
  readonly batch: number;
  /**
   * At most so many rows, or pairs, ≥ 1, on one device at a time; the gradients of the rest are added up. Decides the memory
   * needed.
   */
  readonly deviceBatch: number;
  /** Highest learning rate, reached after `warmup` steps; above 0. */
  readonly learningRate: number;
  /** Steps until the learning rate is reached; ≥ 0. */
  readonly warmup: number;
  /** Whether the learning rate then falls along a cosine, or stays. */
  readonly schedule: "cosine" | "constant";
  /** Weight decay as AdamW's, decoupled; ≥ 0. */
  readonly weightDecay: number;
  /** Largest norm of a step's gradients; longer ones are scaled down. Above 0. */
  readonly gradientClip: number;
  /** Rank of adapters on every linear layer, merged at the end; ≥ 0. */
  readonly loraRank: number;
  /** Tokens of the longest conversation; longer ones are refused. 0 = as long as the checkpoint can read. */
  readonly maxLength: number;
  /** What the chat template is given beside each conversation, by name; `date` is the day that it writes. Absent: nothing. */
  readonly template?: TemplateVariables;
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
