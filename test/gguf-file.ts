/** GGUF files of a tiny Llama, as llama.cpp's converter writes them. */
import { llama } from "../src/model/llama.ts";
import { type randomParameters, TINY_CONFIG } from "./tiny-model.ts";

export const CONFIG = { ...TINY_CONFIG, hidden_size: 32, intermediate_size: 32, rms_norm_eps: 1e-5 };

export const ARCHITECTURE = llama(CONFIG);

export interface Tensor {
  readonly shape: readonly number[];
  /** ggml's number of the format. */
  readonly type: number;
  readonly bytes: Uint8Array;
}

export type Value = number | string | readonly string[] | readonly number[];

const little = (size: number, write: (view: DataView) => void): Uint8Array => {
  const bytes = new Uint8Array(size);
  write(new DataView(bytes.buffer));
  return bytes;
};
const u32 = (value: number) => little(4, (view) => view.setUint32(0, value, true));
const u64 = (value: number) => little(8, (view) => view.setBigUint64(0, BigInt(value), true));
const f32 = (value: number) => little(4, (view) => view.setFloat32(0, value, true));
const text = (value: string) => Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)]);
/** GGUF's numbers for the types of values. */
const [U32, F32, STRING, ARRAY] = [4, 6, 8, 9];

function encodeValue(value: Value): Uint8Array {
  if (typeof value === "string") return Buffer.concat([u32(STRING), text(value)]);
  if (typeof value === "number") {
    return Buffer.concat(Number.isInteger(value) ? [u32(U32), u32(value)] : [u32(F32), f32(value)]);
  }
  const isText = typeof value[0] === "string";
  const items = value.map((item) => (isText ? text(item as string) : u32(item as number)));
  return Buffer.concat([u32(ARRAY), u32(isText ? STRING : U32), u64(value.length), ...items]);
}

/** A GGUF file, version 3. */
export function encodeGguf(
  metadata: Readonly<Record<string, Value>>,
  tensors: ReadonlyMap<string, Tensor>,
): Uint8Array {
  const aligned = (length: number) => Math.ceil(length / 32) * 32;
  const pad = (bytes: Uint8Array) => Buffer.concat([bytes, new Uint8Array(aligned(bytes.length) - bytes.length)]);
  let offset = 0;
  const infos = [...tensors].map(([name, { shape, type, bytes }]) => {
    const dimensions = shape.toReversed().map(u64);
    const info = Buffer.concat([text(name), u32(shape.length), ...dimensions, u32(type), u64(offset)]);
    offset += aligned(bytes.length);
    return info;
  });
  const pairs = Object.entries(metadata).map(([key, value]) => Buffer.concat([text(key), encodeValue(value)]));
  const head = [Buffer.from("GGUF"), u32(3), u64(tensors.size), u64(pairs.length), ...pairs, ...infos];
  return Buffer.concat([pad(Buffer.concat(head)), ...[...tensors.values()].map(({ bytes }) => pad(bytes))]);
}

export const counting = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i);

/** As llama.cpp's converter orders the rows of queries and keys: the two of a rotated pair side by side. */
function interleaved(matrix: Float32Array, heads: number, inputs: number): Float32Array {
  const rows = Array.from({ length: matrix.length / inputs }, (_, row) =>
    matrix.subarray(row * inputs, (row + 1) * inputs),
  );
  const size = rows.length / heads;
  const order = rows.flatMap((_, row) => {
    const [head, place] = [Math.floor(row / size), row % size];
    return rows[head * size + (place % 2) * (size / 2) + Math.floor(place / 2)]!;
  });
  return Float32Array.from(order.flatMap((row) => [...row]));
}

export const METADATA = {
  "general.architecture": "llama",
  "llama.embedding_length": CONFIG.hidden_size,
  "llama.feed_forward_length": CONFIG.intermediate_size,
  "llama.block_count": CONFIG.num_hidden_layers,
  "llama.attention.head_count": CONFIG.num_attention_heads,
  "llama.attention.head_count_kv": CONFIG.num_key_value_heads,
  "llama.context_length": CONFIG.max_position_embeddings,
  "llama.rope.freq_base": CONFIG.rope_theta,
  "llama.attention.layer_norm_rms_epsilon": CONFIG.rms_norm_eps,
  "tokenizer.ggml.model": "gpt2",
  "tokenizer.ggml.pre": "smollm",
  "tokenizer.ggml.tokens": ["<pad>", "<s>", "</s>", "a", "b", "ab", ...counting(6, 18).map((id) => `t${id}`)],
  "tokenizer.ggml.token_type": [3, 3, 3, ...Array.from({ length: 21 }, () => 1)],
  "tokenizer.ggml.merges": ["a b"],
  "tokenizer.ggml.bos_token_id": 1,
  "tokenizer.ggml.eos_token_id": 2,
  "tokenizer.ggml.padding_token_id": 0,
  "tokenizer.ggml.unknown_token_id": 0,
  "tokenizer.chat_template": "{{ messages[0]['content'] }}",
};

export function tensorsOf(parameters: ReturnType<typeof randomParameters>): Map<string, Tensor> {
  const parts = { q_proj: "attn_q", k_proj: "attn_k", v_proj: "attn_v", o_proj: "attn_output" };
  const rest = { gate_proj: "ffn_gate", up_proj: "ffn_up", down_proj: "ffn_down" };
  const norms = { input_layernorm: "attn_norm", post_attention_layernorm: "ffn_norm" };
  const names: Readonly<Record<string, string>> = { ...parts, ...rest, ...norms };
  const tensors = new Map<string, Tensor>();
  for (const [name, values] of parameters) {
    const [, layer, part] = /layers\.(\d+)\..*?(\w+)\.weight$/.exec(name) ?? [];
    const whole = name.startsWith("model.embed") ? "token_embd.weight" : "output_norm.weight";
    const heads = part === "q_proj" ? CONFIG.num_attention_heads : CONFIG.num_key_value_heads;
    const isRotated = part === "q_proj" || part === "k_proj";
    const stored = isRotated ? interleaved(values, heads, CONFIG.hidden_size) : values;
    const shape = name.includes("norm") ? [values.length] : [values.length / CONFIG.hidden_size, CONFIG.hidden_size];
    const bytes = new Uint8Array(stored.slice().buffer);
    tensors.set(part ? `blk.${layer}.${names[part]}.weight` : whole, { shape, type: 0, bytes });
  }
  return tensors;
}
