/**
 * What a step's sequences begin with, computed once for all of them (prefix-graph.ts): owns the sessions, opened when they
 * are first needed, and the memory between a prefix and the sequences after it.
 */
import { type InferenceSession, Tensor } from "onnxruntime-node";
import { adaptersOf, type Lora } from "./adapters.ts";
import { type Architecture, type Parameters, sizeOf } from "./architecture.ts";
import { maskFeeds } from "./mask-feeds.ts";
import { openSession } from "./onnx.ts";
import { prefixAdapters, prefixGradientGraph, prefixGraph } from "./prefix-graph.ts";
import { gradientOf, PREFIX } from "./training-graph.ts";

/** A prefix with the adapters as they are. */
export interface OpenPrefix {
  /** Tokens. */
  readonly length: number;
  /** Keys and values, as the graphs of what comes after read them. */
  readonly feeds: Readonly<Record<string, Tensor>>;
  /** Where a backward pass of what comes after leaves the gradients of keys and values. */
  readonly fetches: Readonly<Record<string, Tensor>>;
  /** Adds what is in `fetches` to that of earlier passes. */
  collect(): void;
  /** Adds to `gradients` of adapters what follows from everything collected. */
  pullBack(gradients: Parameters): Promise<void>;
}

export interface Prefixes {
  open(tokens: BigInt64Array): Promise<OpenPrefix>;
  close(): Promise<void>;
}

export interface PrefixOptions {
  readonly lora: Lora;
  /** Parameters and adapters, read at each run. */
  readonly feeds: Readonly<Record<string, Tensor>>;
  readonly threads: number;
}

export function addTo(sum: Float32Array, part: Float32Array): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += part[i]!;
}

export function openPrefixes(config: Architecture, { lora, feeds, threads }: PrefixOptions): Prefixes {
  let forward: Promise<InferenceSession> | undefined;
  let backward: Promise<InferenceSession> | undefined;
  const layers = Array.from({ length: config.num_hidden_layers }, (_, layer) => layer);
  const names = layers.flatMap((layer) => [PREFIX.keys(layer), PREFIX.values(layer)]);
  const adapters = adaptersOf(config, lora.rank);
  const reached = new Set(
    prefixAdapters(
      config,
      adapters.map(({ name }) => name),
    ),
  );
  const learned = adapters.filter(({ name }) => reached.has(name));

  function inputs(tokens: BigInt64Array): Record<string, Tensor> {
    const { length } = tokens;
    return {
      ...feeds,
      tokens: new Tensor("int64", tokens, [length]),
      positions: new Tensor(
        "int64",
        BigInt64Array.from(tokens, (_, i) => BigInt(i)),
        [1, length],
      ),
      ...maskFeeds(config, length),
    };
  }

  return {
    async open(tokens) {
      const shape = [1, config.num_key_value_heads, tokens.length, config.headSize];
      const read = inputs(tokens);
      forward ??= openSession(prefixGraph(config, lora), threads);
      const found = await (await forward).run(read);
      const make = () => new Map(names.map((name) => [gradientOf(name), new Float32Array(sizeOf(shape))]));
      const [sums, parts] = [make(), make()];
      const asTensors = (values: Parameters) =>
        Object.fromEntries([...values].map(([name, value]) => [name, new Tensor("float32", value, shape)]));
      return {
        length: tokens.length,
        feeds: found as Record<string, Tensor>,
        fetches: asTensors(parts),
        collect() {
          for (const [name, sum] of sums) addTo(sum, parts.get(name)!);
        },
        async pullBack(gradients) {
          backward ??= openSession(prefixGradientGraph(config, lora), threads);
          const own = new Map(learned.map(({ name, shape }) => [name, new Float32Array(sizeOf(shape))]));
          const fetches = learned.map(
            ({ name, shape }) => [gradientOf(name), new Tensor("float32", own.get(name)!, shape)] as const,
          );
          await (await backward).run({ ...read, ...asTensors(sums) }, Object.fromEntries(fetches));
          for (const [name, part] of own) addTo(gradients.get(name)!, part);
        },
      };
    },
    async close() {
      await (await forward)?.release();
      await (await backward)?.release();
    },
  };
}
