/**
 * Conversations in one model: each row holds the keys and values of the tokens it has read. One call appends a chunk
 * of one length to any rows of one bank. Which rows, when and why is the scheduler's business.
 *
 * A call reads a whole bank, used or not, or the stretch of rows from the first to the last that it is for. Either way a
 * row's numbers do not depend on how many others are busy: of a product's result, each row is summed up by itself.
 */
import { type InferenceSession, Tensor } from "onnxruntime-node";
import { type Architecture, windowsOf } from "./architecture.ts";
import { COPY_CACHE } from "./copy-head.ts";
import { CACHE_PLACES, keptOf } from "./decoding-graph.ts";
import { causalMask, HIDDEN } from "./masks.ts";

/** Rows of a bank that is always read whole. */
export const ROWS = 16;

/** How rows are kept. */
export interface Layout {
  /** Rows of a bank. */
  readonly rows: number;
  /** A call reads only the stretch of rows that it is for, where the graph takes any number of rows. */
  readonly stretches: boolean;
}

/** For a graph of `ROWS` rows. */
const WHOLE_BANKS: Layout = { rows: ROWS, stretches: false };

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

/** Rows of a bank, one after the other. */
interface Stretch {
  readonly first: number;
  readonly count: number;
}

/** Buffers for calls of one length for so many rows (B). */
interface Call {
  readonly length: number; // T
  readonly tokens: BigInt64Array; // (B, T)
  readonly positions: BigInt64Array; // (B, T)
  readonly last: BigInt64Array; // (B)
  readonly lengths: BigInt64Array; // (2)
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
  readonly arrays: readonly Float32Array[]; // (rows, heads, size, S) or (rows, heads, S, size) for each of what is kept
  readonly mask: Float32Array; // (rows, 1, 1, S)
  readonly tokens: BigInt64Array; // (rows, S)
  /** What a call for a stretch is fed. */
  readonly views: Map<string, Readonly<Record<string, Tensor>>>;
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

/** Row r is in bank r / rows. `session` runs `decodingGraph(config, …)` for as many rows as the layout's calls have. */
export function openDecoder(
  config: Architecture,
  session: InferenceSession,
  { rows, stretches }: Layout = WHOLE_BANKS,
): Decoder {
  const { hidden_size: width, vocab_size: vocabulary, copy_head: copies } = config;
  const kept = keptOf(config);
  const slides = windowsOf(config).some((window) => window !== null);
  const context = kept.findIndex(({ output }) => output === COPY_CACHE.newContext);
  const logits = new Float32Array(rows * vocabulary); // (rows, V)
  /** Room for (B, heads, T, size) of each of what is kept; `places` is the largest B·T. */
  let results: { readonly places: number; readonly arrays: readonly Float32Array[] } = { places: 0, arrays: [] };
  const calls = new Map<string, Call>();
  /** By bank; each is made when it is first needed. */
  const caches = new Map<number, Cache>();

  function emptyCache(length: number): Cache {
    const arrays = kept.map(({ heads, size }) => new Float32Array(rows * heads * size * length));
    const mask = new Float32Array(rows * length).fill(HIDDEN);
    return { length, arrays, mask, tokens: new BigInt64Array(rows * length), views: new Map() };
  }

  /** What the stretch holds, as inputs of the graph. */
  function viewOf({ length, arrays, mask, tokens, views }: Cache, { first, count }: Stretch) {
    const key = `${first} ${count}`;
    const known = views.get(key);
    if (known) return known;
    const part = <Numbers extends Float32Array | BigInt64Array>(all: Numbers, each: number): Numbers =>
      all.subarray(first * each, (first + count) * each) as Numbers;
    const feeds: Record<string, Tensor> = {
      "cache mask": new Tensor("float32", part(mask, length), [count, 1, 1, length]),
    };
    kept.forEach(({ input, heads, size, columns }, i) => {
      const shape = columns ? [count, heads, size, length] : [count, heads, length, size];
      if (input) feeds[input] = new Tensor("float32", part(arrays[i]!, heads * size * length), shape);
    });
    if (copies) feeds[COPY_CACHE.tokens] = new Tensor("int64", part(tokens, length), [count, length]);
    if (slides)
      feeds[CACHE_PLACES] = new Tensor(
        "int64",
        BigInt64Array.from({ length }, (_, i) => BigInt(i)),
        [length],
      );
    views.set(key, feeds);
    return feeds;
  }

  /** The cache of `bank`, made longer if it has less than `needed` places. */
  function cacheFor(bank: number, needed: number): Cache {
    const old = caches.get(bank);
    if (old && needed <= old.length) return old;
    const cache = emptyCache(Math.ceil(needed / CACHE_STEP) * CACHE_STEP);
    caches.set(bank, cache);
    if (!old) return cache;
    for (let row = 0; row < rows; row++) {
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

  function roomFor(places: number): readonly Float32Array[] {
    if (places > results.places) {
      results = { places, arrays: kept.map(({ heads, size }) => new Float32Array(places * heads * size)) };
      calls.clear();
    }
    return results.arrays;
  }

  function callOf(count: number, length: number): Call {
    const places = count * length;
    const arrays = roomFor(places);
    const key = `${count} ${length}`;
    const made = calls.get(key);
    if (made) return made;
    const tokens = new BigInt64Array(places);
    const positions = new BigInt64Array(places);
    const last = new BigInt64Array(count);
    const lengths = new BigInt64Array(2);
    const copying = copies ? { mask: new Float32Array(places), before: new Float32Array(count * width) } : undefined;
    const feeds: Record<string, Tensor> = {
      tokens: new Tensor("int64", tokens, [count, length]),
      positions: new Tensor("int64", positions, [count, length]),
      last: new Tensor("int64", last, [count]),
      lengths: new Tensor("int64", lengths, [2]),
      "chunk mask": new Tensor("float32", causalMask(length, 1), [length, length]),
    };
    const fetches: Record<string, Tensor> = {
      logits: new Tensor("float32", logits.subarray(0, count * vocabulary), [count, vocabulary]),
    };
    kept.forEach(({ output, heads, size }, i) => {
      const room = arrays[i]!.subarray(0, places * heads * size);
      fetches[output] = new Tensor("float32", room, [count, heads, length, size]);
    });
    if (copying) {
      feeds[COPY_CACHE.mask] = new Tensor("float32", copying.mask, [count, 1, 1, length]);
      feeds[COPY_CACHE.previousContext] = new Tensor("float32", copying.before, [count, 1, width]);
    }
    const call = { length, tokens, positions, last, lengths, copying, feeds, fetches };
    calls.set(key, call);
    return call;
  }

  /** The rows of the bank that a call for `chunks` reads. */
  function stretchOf(chunks: readonly RowChunk[]): Stretch {
    if (!stretches) return { first: 0, count: rows };
    const wanted = chunks.map(({ row }) => row % rows);
    const first = Math.min(...wanted);
    return { first, count: Math.max(...wanted) - first + 1 };
  }

  /** One row's part of a call's inputs; `place`: which of the call's rows it is. */
  function feed({ row, tokens, position }: RowChunk, call: Call, { cache, place }: { cache: Cache; place: number }) {
    const { length } = call;
    const start = place * length;
    for (let t = 0; t < length; t++) {
      call.tokens[start + t] = BigInt(tokens[t] ?? 0);
      call.positions[start + t] = BigInt(position + t);
    }
    call.last[place] = BigInt(start + tokens.length - 1);
    if (!call.copying) return;
    const { mask, before } = call.copying;
    mask.fill(0, start, start + tokens.length);
    mask.fill(HIDDEN, start + tokens.length, start + length);
    if (position === 0) before.fill(0, place * width, (place + 1) * width);
    else {
      const from = ((row % rows) * cache.length + position - 1) * width;
      before.set(cache.arrays[context]!.subarray(from, from + width), place * width);
    }
  }

  /** What the call found out about one row's real tokens, into its cache. */
  function keep(
    { row, tokens, position }: RowChunk,
    { length }: Call,
    { cache, place }: { cache: Cache; place: number },
  ): void {
    const slot = row % rows;
    for (const [i, { heads, size, columns }] of kept.entries()) {
      for (let head = 0; head < heads; head++) {
        const first = (place * heads + head) * length * size; // of (B, heads, T, size)
        const data = results.arrays[i]!.subarray(first, first + tokens.length * size);
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
    const start = (row % rows) * cache.length;
    cache.mask.fill(0, start, start + length);
    cache.mask.fill(HIDDEN, start + length, start + cache.length);
  }

  return {
    async read(chunks, length) {
      const bank = Math.floor(chunks[0]!.row / rows);
      const cache = cacheFor(bank, Math.max(...chunks.map(({ position, tokens }) => position + tokens.length)));
      const stretch = stretchOf(chunks);
      const call = callOf(stretch.count, length);
      const placeOf = ({ row }: RowChunk) => (row % rows) - stretch.first;
      call.lengths.set([BigInt(cache.length), BigInt(length)]);
      for (const chunk of chunks) {
        show(cache, chunk.row, chunk.position);
        feed(chunk, call, { cache, place: placeOf(chunk) });
      }
      await session.run({ ...call.feeds, ...viewOf(cache, stretch) }, call.fetches);
      for (const chunk of chunks) keep(chunk, call, { cache, place: placeOf(chunk) });
      return chunks.map((chunk) => {
        const start = placeOf(chunk) * vocabulary;
        return logits.subarray(start, start + vocabulary);
      });
    },
    copy(from, to, length) {
      const [fromBank, toBank] = [Math.floor(from / rows), Math.floor(to / rows)];
      const cache = cacheFor(toBank, length);
      copyRow({ cache: caches.get(fromBank)!, row: from % rows }, { cache, row: to % rows }, length);
      show(cache, to, length);
    },
  };
}
