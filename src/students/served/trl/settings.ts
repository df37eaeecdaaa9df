/** What a TRL training can be told. Where it runs and how many devices it uses is the launcher's business. */
import { checkFineTuning, type FineTuning, requireIn } from "../../shared/fine-tuning.ts";

/** Settings of `trlTrainer`. `schedule: cosine` falls to 0; `loraRank: 0` trains all weights. */
export interface TrlSettings extends FineTuning {
  /** What a GPU computes in; without one it is always fp32. Default bf16. */
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
  checkFineTuning("trl", settings);
  requireIn("trl", settings)(["bf16", "fp32"].includes(settings.precision), "precision", '"bf16" or "fp32"');
}
