/** The trainer of a pretrained student, as an experiment sees it. How it learns is in training.ts, loaded on first use. */
import type { Trainer } from "../../core/training.ts";
import { checkPretrainedSettings, DEFAULT_PRETRAINED_SETTINGS, type PretrainedSettings } from "./settings.ts";

export type { PretrainedSettings } from "./settings.ts";

/**
 * The trainer of a pretrained student inside this process: low-rank adapters on every linear layer of a checkpoint,
 * merged at the end into an ordinary checkpoint folder. Throws CliError for a setting that is out of range.
 *
 * @param project Checkpoints go to `<project>/checkpoints/<id>`.
 * @param given What differs from the defaults.
 */
export function pretrainedTrainer(project: string, given: Partial<PretrainedSettings>): Trainer {
  const settings = { ...DEFAULT_PRETRAINED_SETTINGS, ...given };
  checkPretrainedSettings(settings);
  const { threads: _, ...identity } = settings;
  return {
    name: "embedded-lora",
    kinds: ["sft", "dpo"],
    settings: identity,
    async *train(request) {
      const tuned = { ...settings, ...request.tuning };
      checkPretrainedSettings(tuned);
      const { trainPretrained } = await import("./training.ts");
      yield* trainPretrained(project, tuned, request);
    },
  };
}
