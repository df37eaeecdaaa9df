/**
 * A plain Llama: the models that are made here (the embedded student's, and those read from GGUF files). Others are read from
 * their config.json (families.ts).
 */
import { type Architecture, checkSizes, type Sizes } from "./architecture.ts";
import { ModelError } from "./errors.ts";
import { shown } from "./shown.ts";

/** Names and meaning as in transformers' LlamaConfig. */
export interface LlamaConfig extends Sizes {
  readonly rope_theta: number;
}

/** What a Llama of this configuration computes. Throws ModelError naming the field that cannot be; `place` begins the message. */
export function llama(config: LlamaConfig, place = "config"): Architecture {
  checkSizes(config, place);
  const { rope_theta: theta, hidden_size: width, num_attention_heads: heads, ...sizes } = config;
  if (typeof theta !== "number" || !(theta > 0)) {
    throw new ModelError(`${place}: expected rope_theta to be a number > 0, got ${shown(theta)}`);
  }
  if (width % (2 * heads) !== 0) {
    const expected = `an even multiple of num_attention_heads (${heads})`;
    throw new ModelError(`${place}: expected hidden_size to be ${expected}, got ${width}`);
  }
  const headSize = width / heads;
  const attention = { rope: { theta, scaling: null }, window: null };
  return {
    ...sizes,
    hidden_size: width,
    num_attention_heads: heads,
    headSize,
    scoreSize: headSize,
    attention: new Array<typeof attention>(sizes.num_hidden_layers).fill(attention),
    biases: [],
    queryKeyNorms: false,
    outputNorms: false,
    normOffset: 0,
    activation: "silu",
    embeddingScale: 1,
  };
}
