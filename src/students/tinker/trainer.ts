/** A Tinker server as an experiment's trainer. How it trains is in training.ts, loaded on first use. */
import { type CheckpointId, fingerprint } from "../../core/ids.ts";
import type { Checkpoint, Trainer } from "../../core/training.ts";
import { transportSettings } from "./protocol/transport.ts";
import { checkTinkerSettings, DEFAULT_TINKER_SETTINGS } from "./settings.ts";
import type { TinkerOptions } from "./training.ts";

export type { TinkerOptions } from "./training.ts";

/**
 * The trainer of models on a Tinker server, hosted or SkyRL's. Tokens and labels are made here; the checkpoints stay there.
 * Throws CliError for a setting that is out of range, a URL that is none and a key that is not there.
 */
export function tinkerTrainer(options: TinkerOptions): Trainer {
  const { baseModel, tokenizer: _, settings: given, ...server } = options;
  const settings = { ...DEFAULT_TINKER_SETTINGS, ...given };
  checkTinkerSettings(settings);
  transportSettings(server);
  return {
    name: "tinker",
    kinds: ["sft", "dpo"],
    settings: { ...settings, baseModel },
    async *train(request) {
      const tuned = { ...settings, ...request.tuning };
      checkTinkerSettings(tuned);
      const { trainWithTinker } = await import("./training.ts");
      yield* trainWithTinker(options, tuned, request);
    },
  };
}

/**
 * A base model of a Tinker server as the checkpoint that trainings start from.
 *
 * @param baseModel As the server names it.
 * @param tokenizer What tells its tokenizer from others, where that matters: part of the checkpoint's id.
 */
export function tinkerBase(baseModel: string, tokenizer?: string): Checkpoint {
  const id = fingerprint({ trainer: "tinker", baseModel, tokenizer }) as CheckpointId;
  return { id, parent: null, trainingSet: null, trainer: "given", at: { kind: "hosted", model: baseModel } };
}
