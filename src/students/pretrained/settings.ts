/** What the training of a pretrained student can be told. */
import { checkFineTuning, type FineTuning, requireIn } from "../shared/fine-tuning.ts";

/** Settings of `pretrainedTrainer`. `schedule: cosine` falls to a twentieth; `loraRank` is 1 or more. */
export interface PretrainedSettings extends FineTuning {
  /** What adapters say counts loraAlpha / loraRank times; above 0. Default 32. Source: Hu et al. 2021, arXiv 2106.09685. */
  readonly loraAlpha: number;
  /** Threads of the processor; 0 = all, the default. No part of a checkpoint's identity, as the processor itself is none. */
  readonly threads: number;
}

export const DEFAULT_PRETRAINED_SETTINGS: PretrainedSettings = {
  steps: 100,
  batch: 8,
  deviceBatch: 1,
  learningRate: 5e-4,
  warmup: 5,
  schedule: "cosine",
  weightDecay: 0,
  gradientClip: 1,
  loraRank: 16,
  loraAlpha: 32,
  maxLength: 0,
  threads: 0,
};

/** Throws CliError for the setting that is out of range. */
export function checkPretrainedSettings(settings: PretrainedSettings): void {
  const { loraRank, loraAlpha, threads } = settings;
  const require = requireIn("embedded-lora", settings);
  require(Number.isInteger(loraRank) && loraRank >= 1, "loraRank", "a whole number ≥ 1");
  checkFineTuning("embedded-lora", settings);
  require(loraAlpha > 0, "loraAlpha", "> 0");
  require(Number.isInteger(threads) && threads >= 0, "threads", "a whole number ≥ 0");
}
