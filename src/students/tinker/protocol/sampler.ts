/**
 * Samples of a model on a Tinker server: the base model, or a saved checkpoint.
 *
 * SkyRL samples a checkpoint only while the model that it was saved from is loaded, which ends with the training's
 * session. Where the server says so, the checkpoint is loaded into this session, once.
 *
 * Source: tinker 0.38.0, tinker/types/sample_request.py; SkyRL's skyrl/tinker/engine.py (github.com/NovaSky-AI/SkyRL,
 * 00cfa9d, `_filter_valid_requests`).
 */
import { TinkerError } from "./failures.ts";
import { isStatePath, samplerPathOf } from "./paths.ts";
import type { TinkerSession } from "./session.ts";
import { openTrainingModel } from "./training-model.ts";
import {
  fields,
  modelInput,
  readSample,
  readText,
  type Sample,
  type SamplingParameters,
  samplingParameters,
} from "./wire.ts";

export interface Sampler {
  /** Equal arguments give equal samples, where the server heeds seeds. Throws TinkerError. */
  sample(prompt: readonly number[], parameters: SamplingParameters): Promise<Sample>;
}

const NOT_LOADED = /not loaded/i;

/** `model`: the base model's name, or the path of a saved state. Throws TinkerError. */
export async function openSampler(session: TinkerSession, model: string): Promise<Sampler> {
  let opened = 0;
  const open = async (source: object): Promise<string> => {
    const body = {
      session_id: session.id,
      sampling_session_seq_id: opened++,
      ...source,
      type: "create_sampling_session",
    };
    return readText(await session.post("create_sampling_session", body, true), "sampling_session_id");
  };
  const source = isStatePath(model) ? { model_path: samplerPathOf(model) } : { base_model: model };
  let samplingSession = await open(source);
  let requests = 0;
  let reloaded: Promise<string> | undefined;

  async function reload(): Promise<string> {
    const info = await session.post("weights_info", { tinker_path: model }, true);
    const rank = fields(info).lora_rank;
    const training = await openTrainingModel(session, {
      baseModel: readText(info, "base_model"),
      loraRank: typeof rank === "number" ? rank : 0,
      seed: 0,
      state: model,
    });
    return open({ model_path: samplerPathOf(await training.save("again")) });
  }

  async function once(prompt: readonly number[], parameters: SamplingParameters): Promise<Sample> {
    const body = {
      sampling_session_id: samplingSession,
      seq_id: requests++,
      num_samples: 1,
      prompt: modelInput(prompt),
      sampling_params: samplingParameters(parameters),
      type: "sample",
    };
    return readSample(await session.result("asample", body, true));
  }

  return {
    async sample(prompt, parameters) {
      try {
        return await once(prompt, parameters);
      } catch (error) {
        const isUnloaded = error instanceof TinkerError && NOT_LOADED.test(error.message) && isStatePath(model);
        if (!isUnloaded) throw error;
        reloaded ??= reload();
        samplingSession = await reloaded;
        return once(prompt, parameters);
      }
    },
  };
}
