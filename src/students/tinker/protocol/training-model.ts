/**
 * A model that is trained on a Tinker server: gradients are added up there, a step applies them. Requests are numbered, so
 * that a server that cares does them in order; here each is sent when the one before it is done.
 *
 * Source: tinker 0.38.0, tinker/lib/public_interfaces/training_client.py (numbers, chunks, names).
 */
import { TinkerError } from "./failures.ts";
import { isStatePath } from "./paths.ts";
import type { TinkerSession } from "./session.ts";
import {
  type AdamParameters,
  adamParameters,
  lossInput,
  readLogProbabilities,
  readText,
  type WeightedSequence,
  wireSeed,
} from "./wire.ts";

/** What the SDK sends at most in one request: sequences, and tokens by its estimate of ten bytes each. */
const CHUNK = { sequences: 1024, tokens: 250_000 };

/** Every method throws TinkerError. */
export interface TrainingModel {
  /** log p of every token of every sequence, in order; 0 for the first of each. Changes nothing. */
  logProbabilities(sequences: readonly WeightedSequence[]): Promise<readonly number[][]>;
  /** The same, and adds up the gradients of Σ −weight · log p. */
  addGradients(sequences: readonly WeightedSequence[]): Promise<readonly number[][]>;
  /** AdamW with the gradients added up since the last step. */
  step(adam: AdamParameters): Promise<void>;
  /** Saves what training can go on from and what can be sampled; the path of the former. `name`: letters, digits, - and _. */
  save(name: string): Promise<string>;
  /** Frees its memory on the server. What was saved stays. */
  unload(): Promise<void>;
}

export interface TrainingModelOptions {
  readonly baseModel: string;
  /** Rank of the adapters; 0 = all weights, where the server can. */
  readonly loraRank: number;
  readonly seed: number;
  /** The path of a saved state, whose weights it starts with. Absent: the base model. */
  readonly state?: string;
}

export async function openTrainingModel(
  session: TinkerSession,
  { baseModel, loraRank, seed, state }: TrainingModelOptions,
): Promise<TrainingModel> {
  const created = await session.result(
    "create_model",
    {
      session_id: session.id,
      model_seq_id: 0,
      base_model: baseModel,
      lora_config: { rank: loraRank, seed: wireSeed(seed) },
      type: "create_model",
    },
    true,
  );
  const id = readText(created, "model_id");
  let requests = 0;
  const numbered = () => {
    requests += 1;
    return { model_id: id, seq_id: requests };
  };

  if (state !== undefined) {
    const body = { ...numbered(), path: state, optimizer: false, type: "load_weights" };
    await session.result("load_weights", body, true).catch((error) => {
      const isWrong = error instanceof TinkerError && ["refused", "lost", "failed"].includes(error.reason);
      throw isWrong ? new TinkerError("bad checkpoint", `${state}: ${error.detail}`, { cause: error }) : error;
    });
  }

  async function pass(sequences: readonly WeightedSequence[], kind: "forward" | "forward_backward") {
    const found: number[][] = [];
    for (const part of chunked(sequences)) {
      const body = { ...numbered(), [`${kind}_input`]: lossInput(part) };
      found.push(...readLogProbabilities(await session.result(kind, body, kind === "forward"), part));
    }
    return found;
  }

  return {
    logProbabilities: (sequences) => pass(sequences, "forward"),
    addGradients: (sequences) => pass(sequences, "forward_backward"),
    async step(adam) {
      const body = { ...numbered(), adam_params: adamParameters(adam), type: "optim_step" };
      await session.result("optim_step", body, false);
    },
    async save(name) {
      const saved = await session.result("save_weights", { ...numbered(), path: name, type: "save_weights" }, false);
      const path = readText(saved, "path");
      if (!isStatePath(path)) throw new TinkerError("unusable answer", `expected tinker://…/weights/…, got ${path}`);
      const body = { ...numbered(), path: name, type: "save_weights_for_sampler" };
      await session.result("save_weights_for_sampler", body, false);
      return path;
    },
    async unload() {
      await session.result("unload_model", { model_id: id, type: "unload_model" }, true);
    },
  };
}

/** In order, as few as the limits allow. */
function* chunked(sequences: readonly WeightedSequence[]): Generator<readonly WeightedSequence[]> {
  let part: WeightedSequence[] = [];
  let tokens = 0;
  for (const sequence of sequences) {
    const isFull = part.length === CHUNK.sequences || tokens + sequence.tokens.length > CHUNK.tokens;
    if (isFull && part.length > 0) {
      yield part;
      part = [];
      tokens = 0;
    }
    part.push(sequence);
    tokens += sequence.tokens.length;
  }
  if (part.length > 0) yield part;
}
