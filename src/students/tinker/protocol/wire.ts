/**
 * What goes over the wire: a sequence with weights → the body that the protocol wants, and answers → numbers. Answers are
 * untrusted: every field that is used is checked, and nothing is guessed.
 *
 * Source: tinker 0.38.0, tinker/types (datum.py, optimizer.py, sampled_sequence.py, forward_backward_output.py);
 * SkyRL's skyrl/tinker/api.py (github.com/NovaSky-AI/SkyRL, 280dd92), which ignores fields that it does not know.
 */
import { TinkerError } from "./failures.ts";

/** A sequence to learn from: `weights[i]` is the weight of predicting `tokens[i]` from those before it; `weights[0]` is 0. */
export interface WeightedSequence {
  readonly tokens: readonly number[];
  readonly weights: readonly number[];
}

export interface AdamParameters {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  /** Largest norm of a step's gradients; 0 = no limit. SkyRL has its own setting for it and ignores this one. */
  readonly gradientClip: number;
}

export interface SamplingParameters {
  readonly maxTokens: number;
  readonly temperature: number;
  readonly seed: number;
  /** The sample ends with the first of these tokens. */
  readonly stop: readonly number[];
}

export interface Sample {
  /** The token that ended it is the last one where the server tells it. */
  readonly tokens: readonly number[];
  readonly finishReason: "stop" | "length";
}

const tensor = (data: readonly number[], dtype: "int64" | "float32") => ({ data, dtype, shape: [data.length] });

export const modelInput = (tokens: readonly number[]) => ({ chunks: [{ type: "encoded_text", tokens }] });

/** The loss of `cross_entropy` is Σ −weight · log p over the targets of all sequences; it is not divided by anything. */
export const lossInput = (sequences: readonly WeightedSequence[]) => ({
  data: sequences.map(({ tokens, weights }) => ({
    model_input: modelInput(tokens.slice(0, -1)),
    loss_fn_inputs: {
      target_tokens: tensor(tokens.slice(1), "int64"),
      weights: tensor(weights.slice(1), "float32"),
    },
  })),
  loss_fn: "cross_entropy",
});

export const adamParameters = (adam: AdamParameters) => ({
  learning_rate: adam.learningRate,
  beta1: adam.beta1,
  beta2: adam.beta2,
  eps: adam.epsilon,
  weight_decay: adam.weightDecay,
  grad_clip_norm: adam.gradientClip,
});

export const samplingParameters = ({ maxTokens, temperature, seed, stop }: SamplingParameters) => ({
  max_tokens: maxTokens,
  temperature,
  seed: wireSeed(seed),
  stop,
});

/** Below 2³¹, as the servers draw their own: not every backend takes more. */
export const wireSeed = (seed: number): number => seed % 2 ** 31;

/** log p of every token of every sequence, in order; 0 for the first of each, which nothing predicts. Throws TinkerError. */
export function readLogProbabilities(answer: unknown, sequences: readonly WeightedSequence[]): readonly number[][] {
  const outputs = fields(answer).loss_fn_outputs;
  if (!Array.isArray(outputs) || outputs.length !== sequences.length) {
    throw unusable(`expected loss_fn_outputs of ${sequences.length} sequences`, outputs);
  }
  return sequences.map(({ tokens }, index) => {
    const { data } = fields(fields(outputs[index]).logprobs);
    if (!Array.isArray(data) || data.length !== tokens.length - 1) {
      throw unusable(`expected ${tokens.length - 1} logprobs of sequence ${index}`, data);
    }
    const found = data.find((value) => !Number.isFinite(value));
    if (found !== undefined) throw new TinkerError("diverged", `a log-probability is ${JSON.stringify(found)}`);
    return [0, ...(data as number[])];
  });
}

/** The one sample of an answer. Throws TinkerError. */
export function readSample(answer: unknown): Sample {
  const { sequences } = fields(answer);
  if (!Array.isArray(sequences) || sequences.length !== 1) throw unusable("expected one sequence", sequences);
  const { tokens, stop_reason: finishReason } = fields(sequences[0]);
  if (!Array.isArray(tokens) || !tokens.every((id) => Number.isSafeInteger(id) && id >= 0)) {
    throw unusable("expected tokens", tokens);
  }
  if (finishReason !== "stop" && finishReason !== "length") {
    throw unusable("expected stop_reason stop or length", finishReason);
  }
  return { tokens: tokens as number[], finishReason };
}

/** A text field of an answer. Throws TinkerError. */
export function readText(answer: unknown, name: string): string {
  const value = fields(answer)[name];
  if (typeof value !== "string" || value === "") throw unusable(`expected ${name}`, answer);
  return value;
}

/** The members of an untrusted value; none if it is no object. */
export function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

export function unusable(expected: string, found: unknown): TinkerError {
  return new TinkerError("unusable answer", `${expected}, got ${JSON.stringify(found)?.slice(0, 200)}`);
}
