/**
 * Conversations in one model: each row holds the keys and values of the tokens it has read. One call appends a chunk
 * of one length to any rows of one bank. Which rows, when and why is the scheduler's business.
 *
 * A bank, the batch of a call, always has `ROWS` rows, used or not: then a row's numbers do not depend on how many
 * others are busy.
 */
import { type InferenceSession, Tensor } from "onnxruntime-node";
import { cacheNames } from "./decoding-graph.ts";
import { causalMask, HIDDEN, headSize, type LlamaConfig } from "./llama.ts";

/** Rows of a bank. */
export const ROWS = 16;
/** Cache lengths are multiples of this: places beyond a row's length then change no bit of the result. */
const CACHE_STEP = 64;

/** Tokens for one row, from place `position` on; at most the call's length. */
export interface RowChunk {
  readonly row: number;
  readonly tokens: readonly number[];
  readonly position: number;
}

export interface Decoder {
  /**
   * Reads each chunk, padded to `length` (at most LONGEST_CALL), after the first `position` tokens of its row; what the row held from there
   * on is forgotten. All rows are of one bank. Returns what follows each chunk's last token: (chunks, vocabulary).
   */
  read(chunks: readonly RowChunk[], length: number): Promise<readonly Float32Array[]>;
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

/** The cache of a bank at its present length. */
interface Cache {
  readonly length: number; // S
  readonly keys: readonly Float32Array[]; // (B, K, C, S) for each layer
  readonly values: readonly Float32Array[]; // (B, K, S, C) for each layer
  readonly mask: Float32Array; // (B, 1, 1, S)
  readonly feeds: Readonly<Record<string, Tensor>>;
}

/** The cache lines of one row: `count` lines of `length` numbers each, from `start` on. */
interface Lines {
  readonly data: Float32Array;
  readonly start: number;
  readonly length: number;
}

function copyLines(from: Lines, to: Lines, { count, used }: { count: number; used: number }): void {
  for (let line = 0; line < count; line++) {
    const start = from.start + line * from.length;
    to.data.set(from.data.subarray(start, start + used), to.start + line * to.length);
  }
}

/** Row r is in bank r / ROWS. `session` runs `decodingGraph(config, …, ROWS)`. */
export function openDecoder(config: LlamaConfig, session: InferenceSession): Decoder {
  const { num_key_value_heads: keyHeads, num_hidden_layers: layers } = config;
  const size = headSize(config);
  const layerNames = Array.from({ length: layers }, (_, layer) => cacheNames(layer));
  const logits = new Float32Array(ROWS * config.vocab_size); // (B, V)
  const calls = new Map<number, Call>();
  /** By bank; each is made when it is first needed. */
  const caches = new Map<number, Cache>();

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

  /** The cache of `bank`, made longer if it has less than `needed` places. */
  function cacheFor(bank: number, needed: number): Cache {
    const old = caches.get(bank);
    if (old && needed <= old.length) return old;
    const cache = emptyCache(Math.ceil(needed / CACHE_STEP) * CACHE_STEP);
    caches.set(bank, cache);
    if (!old) return cache;
    for (let row = 0; row < ROWS; row++) {
      copyRow({ cache: old, row }, { cache, row }, old.length);
      const start = row * old.length;
      cache.mask.set(old.mask.subarray(start, start + old.length), row * cache.length);
    }
    return cache;
  }

  function copyRow(from: { cache: Cache; row: number }, to: { cache: Cache; row: number }, used: number): void {
    for (let layer = 0; layer < layers; layer++) {
      const keysOf = ({ cache, row }: { cache: Cache; row: number }): Lines => {
        return { data: cache.keys[layer]!, start: row * keyHeads * size * cache.length, length: cache.length };
      };
      const valuesOf = ({ cache, row }: { cache: Cache; row: number }): Lines => {
        const length = cache.length * size;
        return { data: cache.values[layer]!, start: row * keyHeads * length, length };
      };
      copyLines(keysOf(from), keysOf(to), { count: keyHeads * size, used });
      copyLines(valuesOf(from), valuesOf(to), { count: keyHeads, used: used * size });
    }
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
      "chunk mask": new Tensor("float32", causalMask(length, groups), [1, 1, groups * length, length]),
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

  /** One row's part of a call's inputs. */
  function feed({ row, tokens, position }: RowChunk, call: Call, length: number): void {
    const start = (row % ROWS) * length;
    for (let t = 0; t < length; t++) {
      call.tokens[start + t] = BigInt(tokens[t] ?? 0);
      call.positions[start + t] = BigInt(position + t);
    }
    call.last[row % ROWS] = BigInt(start + tokens.length - 1);
  }

  /** The new keys and values of one row's real tokens into its cache. */
  function keep({ row, tokens, position }: RowChunk, call: Call, cache: Cache): void {
    const S = cache.length;
    const T = call.tokens.length / ROWS;
    for (let layer = 0; layer < layers; layer++) {
      const [fromKeys, toKeys] = [call.newKeys[layer]!, cache.keys[layer]!];
      const [fromValues, toValues] = [call.newValues[layer]!, cache.values[layer]!];
      for (let head = 0; head < keyHeads; head++) {
        const from = ((row % ROWS) * keyHeads + head) * T * size; // of (B, K, T, C)
        const to = ((row % ROWS) * keyHeads + head) * S * size; // of (B, K, C, S) and of (B, K, S, C)
        for (let t = 0; t < tokens.length; t++) {
          for (let c = 0; c < size; c++) {
            toKeys[to + c * S + position + t] = fromKeys[from + t * size + c]!;
            toValues[to + (position + t) * size + c] = fromValues[from + t * size + c]!;
          }
        }
      }
    }
    show(cache, row, position + tokens.length);
  }

  /** Row `row` may look at its first `length` places. */
  function show(cache: Cache, row: number, length: number): void {
    const start = (row % ROWS) * cache.length;
    cache.mask.fill(0, start, start + length);
    cache.mask.fill(HIDDEN, start + length, start + cache.length);
  }

  return {
    async read(chunks, length) {
      const bank = Math.floor(chunks[0]!.row / ROWS);
      const cache = cacheFor(bank, Math.max(...chunks.map(({ position, tokens }) => position + tokens.length)));
      const call = callOf(length);
      call.lengths.set([BigInt(cache.length), BigInt(length)]);
      for (const chunk of chunks) {
        show(cache, chunk.row, chunk.position);
        feed(chunk, call, length);
      }
      await session.run({ ...call.feeds, ...cache.feeds }, call.fetches);
      for (const chunk of chunks) keep(chunk, call, cache);
      return chunks.map(({ row }) => {
        const start = (row % ROWS) * config.vocab_size;
        return logits.subarray(start, start + config.vocab_size);
      });
    },
    copy(from, to, length) {
      const [fromBank, toBank] = [Math.floor(from / ROWS), Math.floor(to / ROWS)];
      const cache = cacheFor(toBank, length);
      copyRow({ cache: caches.get(fromBank)!, row: from % ROWS }, { cache, row: to % ROWS }, length);
      show(cache, to, length);
    },
  };
}
