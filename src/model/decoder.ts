/**
 * Conversations in one model: each row holds the keys and values of the tokens it has read. One call appends a chunk
 * of one length to any rows of one bank. Which rows, when and why is the scheduler's business.
 *
 * A bank, the batch of a call, always has `ROWS` rows, used or not: then a row's numbers do not depend on how many
 * others are busy.
 */
import { type InferenceSession, Tensor } from "onnxruntime-node";
import { COPY_CACHE } from "./copy-head.ts";
import { keptOf } from "./decoding-graph.ts";
import { causalMask, HIDDEN, type LlamaConfig } from "./llama.ts";

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
  readonly results: readonly Float32Array[]; // (B, heads, T, size) for each of what is kept
  /** What the copy head wants: which tokens are real, and the context before the first. */
  readonly copying:
    | { readonly mask: Float32Array /* (B, T) */; readonly before: Float32Array /* (B, D) */ }
    | undefined;
  readonly feeds: Readonly<Record<string, Tensor>>;
  readonly fetches: Readonly<Record<string, Tensor>>;
}

/** The cache of a bank at its present length. */
interface Cache {
  readonly length: number; // S
  readonly arrays: readonly Float32Array[]; // (B, heads, size, S) or (B, heads, S, size) for each of what is kept
  readonly mask: Float32Array; // (B, 1, 1, S)
  readonly tokens: BigInt64Array; // (B, S)
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

/** Copies `data` (n, size) into `size` lines as their columns. */
function copyAcross(data: Float32Array, size: number, to: Lines): void {
  for (let i = 0; i < data.length; i++) to.data[to.start + (i % size) * to.length + Math.floor(i / size)] = data[i]!;
}

/** Row r is in bank r / ROWS. `session` runs `decodingGraph(config, …, ROWS)`. */
export function openDecoder(config: LlamaConfig, session: InferenceSession): Decoder {
  const { num_key_value_heads: keyHeads, hidden_size: width, copy_head: copies } = config;
  const kept = keptOf(config);
  const context = kept.findIndex(({ output }) => output === COPY_CACHE.newContext);
  const logits = new Float32Array(ROWS * config.vocab_size); // (B, V)
  const calls = new Map<number, Call>();
  /** By bank; each is made when it is first needed. */
  const caches = new Map<number, Cache>();

  function emptyCache(length: number): Cache {
    const arrays = kept.map(({ heads, size }) => new Float32Array(ROWS * heads * size * length));
    const mask = new Float32Array(ROWS * length).fill(HIDDEN);
    const tokens = new BigInt64Array(ROWS * length);
    const feeds: Record<string, Tensor> = { "cache mask": new Tensor("float32", mask, [ROWS, 1, 1, length]) };
    kept.forEach(({ input, heads, size, columns }, i) => {
      const shape = columns ? [ROWS, heads, size, length] : [ROWS, heads, length, size];
      if (input) feeds[input] = new Tensor("float32", arrays[i]!, shape);
    });
    if (copies) feeds[COPY_CACHE.tokens] = new Tensor("int64", tokens, [ROWS, length]);
    return { length, arrays, mask, tokens, feeds };
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
    kept.forEach(({ heads, size, columns }, i) => {
      const linesOf = ({ cache, row }: { cache: Cache; row: number }): Lines => {
        const start = row * heads * size * cache.length;
        return { data: cache.arrays[i]!, start, length: columns ? cache.length : cache.length * size };
      };
      const lines = columns ? { count: heads * size, used } : { count: heads, used: used * size };
      copyLines(linesOf(from), linesOf(to), lines);
    });
    const start = from.row * from.cache.length;
    to.cache.tokens.set(from.cache.tokens.subarray(start, start + used), to.row * to.cache.length);
  }

  function callOf(length: number): Call {
    const made = calls.get(length);
    if (made) return made;
    const places = ROWS * length;
    const tokens = new BigInt64Array(places);
    const positions = new BigInt64Array(places);
    const last = new BigInt64Array(ROWS);
    const lengths = new BigInt64Array(2);
    const results = kept.map(({ heads, size }) => new Float32Array(places * heads * size));
    const copying = copies ? { mask: new Float32Array(places), before: new Float32Array(ROWS * width) } : undefined;
    const groups = config.num_attention_heads / keyHeads;
    const feeds: Record<string, Tensor> = {
      tokens: new Tensor("int64", tokens, [ROWS, length]),
      positions: new Tensor("int64", positions, [ROWS, length]),
      last: new Tensor("int64", last, [ROWS]),
      lengths: new Tensor("int64", lengths, [2]),
      "chunk mask": new Tensor("float32", causalMask(length, groups), [1, 1, groups * length, length]),
    };
    const fetches: Record<string, Tensor> = { logits: new Tensor("float32", logits, [ROWS, config.vocab_size]) };
    kept.forEach(({ output, heads, size }, i) => {
      fetches[output] = new Tensor("float32", results[i]!, [ROWS, heads, length, size]);
    });
    if (copying) {
      feeds[COPY_CACHE.mask] = new Tensor("float32", copying.mask, [ROWS, 1, 1, length]);
      feeds[COPY_CACHE.previousContext] = new Tensor("float32", copying.before, [ROWS, 1, width]);
    }
    const call = { tokens, positions, last, lengths, results, copying, feeds, fetches };
    calls.set(length, call);
    return call;
  }

  /** One row's part of a call's inputs. */
  function feed({ row, tokens, position }: RowChunk, call: Call, cache: Cache): void {
    const length = call.tokens.length / ROWS; // T
    const slot = row % ROWS;
    const start = slot * length;
    for (let t = 0; t < length; t++) {
      call.tokens[start + t] = BigInt(tokens[t] ?? 0);
      call.positions[start + t] = BigInt(position + t);
    }
    call.last[slot] = BigInt(start + tokens.length - 1);
    if (!call.copying) return;
    const { mask, before } = call.copying;
    mask.fill(0, start, start + tokens.length);
    mask.fill(HIDDEN, start + tokens.length, start + length);
    if (position === 0) before.fill(0, slot * width, (slot + 1) * width);
    else {
      const from = (slot * cache.length + position - 1) * width;
      before.set(cache.arrays[context]!.subarray(from, from + width), slot * width);
    }
  }

  /** What the call found out about one row's real tokens, into its cache. */
  function keep({ row, tokens, position }: RowChunk, call: Call, cache: Cache): void {
    const slot = row % ROWS;
    const length = call.tokens.length / ROWS; // T
    for (const [i, { heads, size, columns }] of kept.entries()) {
      for (let head = 0; head < heads; head++) {
        const first = (slot * heads + head) * length * size; // of (B, heads, T, size)
        const data = call.results[i]!.subarray(first, first + tokens.length * size);
        const start = (slot * heads + head) * cache.length * size; // of both layouts
        if (columns) copyAcross(data, size, { data: cache.arrays[i]!, start: start + position, length: cache.length });
        else cache.arrays[i]!.set(data, start + position * size);
      }
    }
    cache.tokens.set(tokens.map(BigInt), slot * cache.length + position);
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
        feed(chunk, call, cache);
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
