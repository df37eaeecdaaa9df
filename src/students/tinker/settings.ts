/** What a training on a Tinker server can be told. */
import { type FineTuning, requireIn } from "../shared/fine-tuning.ts";

/**
 * Settings of `tinkerTrainer`, the base model aside. `schedule: cosine` falls to 0; `loraRank: 0` trains all weights, where
 * the server can; `gradientClip: 0` is no limit, and SkyRL ignores it.
 */
export interface TinkerSettings extends Omit<FineTuning, "deviceBatch"> {
  /** β₁ of AdamW, in [0, 1). Default 0.9. */
  readonly beta1: number;
  /** β₂ of AdamW, in [0, 1). Default 0.95. */
  readonly beta2: number;
  /** ε of AdamW, above 0. Default 1e-12. */
  readonly epsilon: number;
}

/** AdamW as the protocol has it unless told otherwise; the rest as for TRL. */
export const DEFAULT_TINKER_SETTINGS: TinkerSettings = {
  steps: 100,
  batch: 32,
  learningRate: 1e-4,
  warmup: 5,
  schedule: "cosine",
  beta1: 0.9,
  beta2: 0.95,
  epsilon: 1e-12,
  weightDecay: 0,
  gradientClip: 1,
  loraRank: 16,
  maxLength: 0,
};

/** Throws CliError naming the setting that is out of range. */
export function checkTinkerSettings(settings: TinkerSettings): void {
  const require = requireIn("tinker", settings);
  for (const name of ["steps", "batch"] as const) {
    require(Number.isInteger(settings[name]) && settings[name] >= 1, name, "a whole number ≥ 1");
  }
  for (const name of ["warmup", "loraRank", "maxLength"] as const) {
    require(Number.isInteger(settings[name]) && settings[name] >= 0, name, "a whole number ≥ 0");
  }
  for (const name of ["learningRate", "epsilon"] as const) require(settings[name] > 0, name, "> 0");
  for (const name of ["weightDecay", "gradientClip"] as const) require(settings[name] >= 0, name, "≥ 0");
  for (const name of ["beta1", "beta2"] as const) {
    require(settings[name] >= 0 && settings[name] < 1, name, "≥ 0 and < 1");
  }
  require(["cosine", "constant"].includes(settings.schedule), "schedule", '"cosine" or "constant"');
}

/** The learning rate of the step `step`, counted from 0: as TRL's, which begins at 0 where there is a warm-up. */
export function learningRateAt(step: number, { steps, warmup, learningRate, schedule }: TinkerSettings): number {
  if (step < warmup) return (learningRate * step) / warmup;
  if (schedule === "constant") return learningRate;
  const progress = (step - warmup) / Math.max(1, steps - warmup);
  return (learningRate * (1 + Math.cos(Math.PI * progress))) / 2;
}
