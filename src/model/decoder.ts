/**
 * A bank of conversations in one model: `ROWS` rows, each with the keys and values of the tokens read so far. One call
 * appends a chunk of one length to any of the rows. Which rows, when and why is the scheduler's business.
 *
 * The batch always has `ROWS` rows, used or not: then a row's numbers do not depend on how many others are busy.
 */
import { type InferenceSession, Tensor } from "onnxruntime-node";
import { cacheNames } from "./decoding-graph.ts";
import { headSize, type LlamaConfig } from "./llama.ts";

/** Rows of every batch. */
export const ROWS = 64;
/** Cache lengths are multiples of this: places beyond a row's length then change no bit of the result. */
const CACHE_STEP = 64;
/** Score of a place that must not be looked at: softmax gives it exactly 0. */
const HIDDEN = -1e9;

/** Tokens for one row, from place `position` on; at most the call's length. */
export interface RowChunk {
  readonly row: number;
  readonly tokens: readonly number[];
  readonly position: number;
}

export interface Decoder {
  /**
   * Reads each chunk, padded to `length`, after the first `position` tokens of its row; what the row held from there
   * on is forgotten. Then `logits` holds what follows each chunk's last token.
   */
  read(chunks: readonly RowChunk[], length: number): Promise<void>;
  /** (ROWS, vocabulary) of the last call; rows without a chunk hold nothing meaningful. */
  readonly logits: Float32Array;
  /** Row `to` gets the first `length` tokens of row `from`. */
  copy(from: number, to: number, length: number): void;
}

/** Buffers for calls of one length. */
interface Call {
  readonly tokens: BigInt64Array; // (B, T)
  readonly positions: BigInt64Array; // (B, T)
  readonly last: BigInt64Array; // (B)
  readonly lengths: BigInt64Array; // (2)
  readonly newKeys: readonly Float32Array[]; // (B, K, T, C) for each layer
  readonly newValues: readonly Float32Array[]; // (B, K, T, C) for each layer
  readonly feeds: Readonly<Record<string, Tensor>>;
  readonly fetches: Readonly<Record<string, Tensor>>;
}

/** The caches at their present length. */
interface Cache {
  readonly length: number; // S
  readonly keys: readonly Float32Array[]; // (B, K, C, S) for each layer
  readonly values: readonly Float32Array[]; // (B, K, S, C) for each layer
  readonly mask: Float32Array; // (B, 1, 1, S)
  readonly feeds: Readonly<Record<string, Tensor>>;
}

function chunkMask(length: number, groups: number): Float32Array {
  const mask = new Float32Array(groups * length * length); // (G·T, T)
  for (let row = 0; row < groups * length; row++) {
    mask.fill(HIDDEN, row * length + (row % length) + 1, (row + 1) * length);
  }
  return mask;
}

/** `session` runs `decodingGraph(config, …, ROWS)`; several banks may share it. */
export function openDecoder(config: LlamaConfig, session: InferenceSession): Decoder {
  const { num_key_value_heads: keyHeads, num_hidden_layers: layers } = config;
  const size = headSize(config);
  const layerNames = Array.from({ length: layers }, (_, layer) => cacheNames(layer));
  const logits = new Float32Array(ROWS * config.vocab_size); // (B, V)
  const calls = new Map<number, Call>();
  let cache = emptyCache(CACHE_STEP);

  function emptyCache(length: number): Cache {
    const make = () => Array.from({ length: layers }, () => new Float32Array(ROWS * keyHeads * size * length));
    const [keys, values] = [make(), make()];
    const mask = new Float32Array(ROWS * length).fill(HIDDEN);
    const feeds: Record<string, Tensor> = { "cache mask": new Tensor("float32", mask, [ROWS, 1, 1, length]) };
    layerNames.forEach((names, layer) => {
      feeds[names.keys] = new Tensor("float32", keys[layer]!, [ROWS, keyHeads, size, length]);
      feeds[names.values] = new Tensor("float32", values[layer]!, [ROWS, keyHeads, length, size]);
    });
    return { length, keys, values, mask, feeds };
  }

  function grow(needed: number): void {
    const old = cache;
    cache = emptyCache(Math.ceil(needed / CACHE_STEP) * CACHE_STEP);
    for (let layer = 0; layer < layers; layer++) {
      spread(old.keys[layer]!, cache.keys[layer]!, old.length, cache.length);
      spread(old.values[layer]!, cache.values[layer]!, old.length * size, cache.length * size);
    }
    spread(old.mask, cache.mask, old.length, cache.length);
  }

  function callOf(length: number): Call {
    const made = calls.get(length);
    if (made) return made;
    const places = ROWS * length;
    const tokens = new BigInt64Array(places);
    const positions = new BigInt64Array(places);
    const last = new BigInt64Array(ROWS);
    const lengths = new BigInt64Array(2);
    const make = () => Array.from({ length: layers }, () => new Float32Array(places * keyHeads * size));
    const [newKeys, newValues] = [make(), make()];
    const groups = config.num_attention_heads / keyHeads;
    const feeds = {
      tokens: new Tensor("int64", tokens, [ROWS, length]),
      positions: new Tensor("int64", positions, [ROWS, length]),
      last: new Tensor("int64", last, [ROWS]),
      lengths: new Tensor("int64", lengths, [2]),
      "chunk mask": new Tensor("float32", chunkMask(length, groups), [1, 1, groups * length, length]),
    };
    const fetches: Record<string, Tensor> = { logits: new Tensor("float32", logits, [ROWS, config.vocab_size]) };
    layerNames.forEach((names, layer) => {
      fetches[names.newKeys] = new Tensor("float32", newKeys[layer]!, [ROWS, keyHeads, length, size]);
      fetches[names.newValues] = new Tensor("float32", newValues[layer]!, [ROWS, keyHeads, length, size]);
    });
    const call = { tokens, positions, last, lengths, newKeys, newValues, feeds, fetches };
    calls.set(length, call);
    return call;
  }

  /** The new keys and values of one row's real tokens into its cache. */
  function keep({ row, tokens, position }: RowChunk, { newKeys, newValues }: Call, length: number): void {
    const S = cache.length;
    for (let layer = 0; layer < layers; layer++) {
      const [fromKeys, toKeys] = [newKeys[layer]!, cache.keys[layer]!];
      const [fromValues, toValues] = [newValues[layer]!, cache.values[layer]!];
      for (let head = 0; head < keyHeads; head++) {
        const from = (row * keyHeads + head) * length * size; // of (B, K, T, C)
        const to = (row * keyHeads + head) * S * size; // of (B, K, C, S) and of (B, K, S, C)
        for (let t = 0; t < tokens.length; t++) {
          for (let c = 0; c < size; c++) {
            toKeys[to + c * S + position + t] = fromKeys[from + t * size + c]!;
            toValues[to + (position + t) * size + c] = fromValues[from + t * size + c]!;
          }
        }
      }
    }
    show(row, position + tokens.length);
  }

  /** Row `row` may look at its first `length` places. */
  function show(row: number, length: number): void {
    const start = row * cache.length;
    cache.mask.fill(0, start, start + length);
    cache.mask.fill(HIDDEN, start + length, start + cache.length);
  }

  return {
    logits,
    async read(chunks, length) {
      const needed = Math.max(...chunks.map(({ position, tokens }) => position + tokens.length));
      if (needed > cache.length) grow(needed);
      const call = callOf(length);
      call.lengths[0] = BigInt(cache.length);
      call.lengths[1] = BigInt(length);
      const lastPosition = config.max_position_embeddings - 1;
      for (const { row, tokens, position } of chunks) {
        show(row, position);
        for (let t = 0; t < length; t++) {
          call.tokens[row * length + t] = BigInt(tokens[t] ?? 0);
          call.positions[row * length + t] = BigInt(Math.min(position + t, lastPosition));
        }
        call.last[row] = BigInt(row * length + tokens.length - 1);
      }
      await session.run({ ...call.feeds, ...cache.feeds }, call.fetches);
      for (const chunk of chunks) keep(chunk, call, length);
    },
    copy(from, to, length) {
      for (let layer = 0; layer < layers; layer++) {
        const [keys, values] = [cache.keys[layer]!, cache.values[layer]!];
        const block = keyHeads * size * cache.length;
        for (let line = 0; line < keyHeads * size; line++) {
          const start = from * block + line * cache.length;
          keys.copyWithin(to * block + line * cache.length, start, start + length);
        }
        for (let head = 0; head < keyHeads; head++) {
          const start = from * block + head * cache.length * size;
          values.copyWithin(to * block + head * cache.length * size, start, start + length * size);
        }
      }
      show(to, length);
    },
  };
}

/** Lines of `fromLength` into the beginnings of lines of `toLength`. */
function spread(from: Float32Array, to: Float32Array, fromLength: number, toLength: number): void {
  for (let line = 0; line * fromLength < from.length; line++) {
    to.set(from.subarray(line * fromLength, (line + 1) * fromLength), line * toLength);
  }
}
