/** TRL as an experiment's trainer: `sft` with a weight for each example, `dpo`. How it trains is in training.ts, loaded on first use. */
import type { Trainer } from "../../core/training.ts";
import type { TrlOptions } from "./training.ts";
import { checkTrlSettings, DEFAULT_TRL_SETTINGS } from "./trl/settings.ts";

export type { CollatedBatch, TrlOptions } from "./training.ts";

/**
 * The trainer of real models: TRL in a Python process, `sft` with a weight for each example, `dpo` with the environment
 * masked, low-rank adapters or all weights. Throws CliError for a setting that is out of range.
 */
export function trlTrainer(options: TrlOptions): Trainer {
  const settings = { ...DEFAULT_TRL_SETTINGS, ...options.settings };
  checkTrlSettings(settings);
  return {
    name: "trl",
    kinds: ["sft", "dpo"],
    settings: { ...settings },
    async *train(request) {
      const tuned = { ...settings, ...request.tuning };
      checkTrlSettings(tuned);
      const { trainWithTrl } = await import("./training.ts");
      yield* trainWithTrl(options, tuned, request);
    },
  };
}
