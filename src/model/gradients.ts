/**
 * Loss and gradients of batches, or their log-probabilities alone: owns one session of each kind for each number of
 * sequences, and the memory that goes in and comes out. Knows no optimiser. The gradients are those of the parameters, or
 * of adapters on them (adapters.ts).
 */
import { type InferenceSession, Tensor } from "onnxruntime-node";
import { adaptersOf, type Lora } from "./adapters.ts";
import { type Architecture, EMBEDDING, type Parameter, type Parameters, parametersOf, sizeOf } from "./architecture.ts";
import { QUERIES } from "./copy-head.ts";
import { maskFeeds } from "./mask-feeds.ts";
import { openSession } from "./onnx.ts";
import { addTo, type OpenPrefix, openPrefixes } from "./prefixes.ts";
import { gradientOf, likelihoodGraph, PREFIX, ROW_GRADIENTS, trainingGraph } from "./training-graph.ts";

/** B sequences of T tokens, and the M predictions that count. */
export interface Batch {
  readonly sequences: number;
  readonly length: number;
  readonly tokens: BigInt64Array; // (B, T)
  /** Where predictions are made: different indices into `tokens`. */
  readonly places: BigInt64Array; // (M)
  /** The tokens that follow there. */
  readonly targets: BigInt64Array; // (M)
  readonly weights: Float32Array; // (M)
  /** What every sequence goes on from: computed once for all batches of a step. Only with adapters. */
  readonly prefix?: BigInt64Array; // (P)
}

/** What a pass brings beside gradients. */
export interface Pass {
  readonly loss: number;
  readonly logProbabilities: Float32Array; // (M)
}

export interface GradientEngine {
  /** One forward and backward pass. Overwrites `gradients`. */
  run(batch: Batch): Promise<Pass>;
  /** One after the other; `gradients` are the sums. All with the same prefix or none. Stopped on the way, it gives fewer. */
  runAll(batches: readonly Batch[]): Promise<Pass[]>;
  /** The forward pass alone, a third of the work. (M) */
  logProbabilities(batch: Batch): Promise<Float32Array>;
  /** Of all batches, as `runAll`. */
  logProbabilitiesOf(batches: readonly Batch[]): Promise<Float32Array[]>;
  /** By name of what is learned; valid until the next run. */
  readonly gradients: Parameters;
  close(): Promise<void>;
}

/** Adds each embedded token's gradient to its row of the embedding's. In the order of the batch, so always to the same bits. */
function scatterRows(tokens: BigInt64Array, rows: Float32Array, into: Float32Array, width: number): void {
  for (let i = 0; i < tokens.length; i++) {
    const to = Number(tokens[i]) * width;
    const from = i * width;
    for (let c = 0; c < width; c++) into[to + c]! += rows[from + c]!;
  }
}

/** The predictions arranged sequence by sequence, for the copy head. Q is the most that one sequence has. */
function queryFeeds(places: BigInt64Array, sequences: number, length: number): Record<string, Tensor> {
  const counts = new Array<number>(sequences).fill(0);
  const queries = Array.from(places, (place) => {
    const sequence = Math.floor(Number(place) / length);
    const index = counts[sequence]!;
    counts[sequence] = index + 1;
    return { sequence, index, position: Number(place) % length };
  });
  const most = Math.max(...counts); // Q
  const rows = new BigInt64Array(sequences * most);
  const positions = new BigInt64Array(sequences * most);
  const queryPlaces = new BigInt64Array(places.length);
  queries.forEach(({ sequence, index, position }, m) => {
    const place = sequence * most + index;
    rows[place] = BigInt(m);
    positions[place] = BigInt(position);
    queryPlaces[m] = BigInt(place);
  });
  return {
    [QUERIES.rows]: new Tensor("int64", rows, [rows.length]),
    [QUERIES.places]: new Tensor("int64", queryPlaces, [places.length]),
    [QUERIES.positions]: new Tensor("int64", positions, [sequences, most, 1]),
  };
}

/** One session for each number of sequences, with a prefix and without, opened when it is first needed. */
function sessionsOf(open: (sequences: number, isAfterPrefix: boolean) => Promise<InferenceSession>) {
  const sessions = new Map<string, Promise<InferenceSession>>();
  return {
    of({ sequences, prefix }: Batch): Promise<InferenceSession> {
      const isAfterPrefix = prefix !== undefined;
      const key = `${sequences} ${isAfterPrefix}`;
      let session = sessions.get(key);
      if (!session) sessions.set(key, (session = open(sequences, isAfterPrefix)));
      return session;
    },
    async close(): Promise<void> {
      for (const session of sessions.values()) await (await session).release();
    },
  };
}

export interface EngineOptions {
  /** Of the processor. Equal numbers of threads give equal bits, others may differ in the last ones. Default 1. */
  readonly threads?: number;
  /** Adapters to learn in place of the parameters. */
  readonly adapters?: { readonly lora: Lora; readonly values: Parameters };
  /** Asked between batches. */
  readonly isStopped?: () => boolean;
}

const tensors = (list: readonly Parameter[], values: Parameters): [string, Tensor][] =>
  list.map(({ name, shape }) => [name, new Tensor("float32", values.get(name)!, shape)]);

const zeros = (list: readonly Parameter[]): Map<string, Float32Array> =>
  new Map(list.map(({ name, shape }) => [name, new Float32Array(sizeOf(shape))]));

/** `parameters` and adapters are read at each run, so an optimiser may change them in place. */
export function gradientEngine(
  config: Architecture,
  parameters: Parameters,
  { threads = 1, adapters, isStopped = () => false }: EngineOptions = {},
): GradientEngine {
  const lora = adapters?.lora;
  const read = tensors(parametersOf(config), parameters);
  const learned = lora ? adaptersOf(config, lora.rank) : parametersOf(config);
  const gradients = zeros(learned);
  const feeds = Object.fromEntries(adapters ? [...read, ...tensors(learned, adapters.values)] : read);
  // Scattered from the rows' gradients instead.
  const isScattered = ({ name }: Parameter) => name === EMBEDDING && !config.tie_word_embeddings;
  const fetched = learned.filter((parameter) => !isScattered(parameter));
  const fetchesInto = (values: Parameters) =>
    Object.fromEntries(tensors(fetched, values).map(([name, tensor]) => [gradientOf(name), tensor]));
  let rowGradients = new Float32Array(0); // (B·T, D) and more

  const training = sessionsOf((sequences, isAfterPrefix) =>
    openSession(trainingGraph(config, sequences, { lora, isAfterPrefix }), threads),
  );
  const likelihood = sessionsOf((sequences, isAfterPrefix) =>
    openSession(likelihoodGraph(config, sequences, { lora, isAfterPrefix }), threads),
  );
  const prefixes = lora && openPrefixes(config, { lora, feeds, threads });

  async function prefixOf([first]: readonly Batch[]): Promise<OpenPrefix | undefined> {
    if (!first?.prefix) return undefined;
    if (!prefixes) throw new Error("expected a prefix only with adapters, got one without");
    return prefixes.open(first.prefix);
  }

  /** What both passes read. */
  function forwardFeeds(batch: Batch, prefix: OpenPrefix | undefined): Record<string, Tensor> {
    const { sequences, length, tokens, places, targets } = batch;
    const before = prefix?.length ?? 0;
    const positions = BigInt64Array.from(tokens, (_, i) => BigInt(before + (i % length)));
    return {
      ...feeds,
      ...prefix?.feeds,
      ...(prefix && { [PREFIX.lengths]: new Tensor("int64", BigInt64Array.of(BigInt(before), BigInt(length)), [2]) }),
      tokens: new Tensor("int64", tokens, [tokens.length]),
      positions: new Tensor("int64", positions, [sequences, length]),
      ...maskFeeds(config, length, before),
      places: new Tensor("int64", places, [places.length]),
      targets: new Tensor("int64", targets, [places.length, 1]),
      ...(config.copy_head && queryFeeds(places, sequences, length)),
    };
  }

  /** One forward and backward pass whose gradients go into `into`. */
  async function pass(batch: Batch, into: Parameters, prefix: OpenPrefix | undefined): Promise<Pass> {
    const { tokens, places, weights } = batch;
    const { hidden_size: width } = config;
    const count = places.length;
    const session = await training.of(batch);
    if (!lora && rowGradients.length < tokens.length * width) rowGradients = new Float32Array(tokens.length * width);
    const rows = rowGradients.subarray(0, tokens.length * width);
    const loss = new Float32Array(1);
    const logProbabilities = new Float32Array(count);
    await session.run(
      { ...forwardFeeds(batch, prefix), weights: new Tensor("float32", weights, [count, 1]) },
      {
        ...fetchesInto(into),
        ...prefix?.fetches,
        loss: new Tensor("float32", loss, []),
        "log probabilities": new Tensor("float32", logProbabilities, [count, 1]),
        ...(!lora && { [ROW_GRADIENTS]: new Tensor("float32", rows, [tokens.length, width]) }),
      },
    );
    if (!lora) {
      const embedding = into.get(EMBEDDING)!;
      if (!config.tie_word_embeddings) embedding.fill(0);
      scatterRows(tokens, rows, embedding, width);
    }
    return { loss: loss[0]!, logProbabilities };
  }

  let parts: Parameters | undefined; // of a pass whose gradients are added to others'

  async function runAll(batches: readonly Batch[]): Promise<Pass[]> {
    const prefix = await prefixOf(batches);
    const passes: Pass[] = [];
    for (const batch of batches) {
      if (isStopped()) return passes;
      if (passes.length > 0) parts ??= zeros(learned);
      const into = passes.length > 0 ? parts! : gradients;
      passes.push(await pass(batch, into, prefix));
      prefix?.collect();
      if (into !== gradients) for (const [name, sum] of gradients) addTo(sum, into.get(name)!);
    }
    await prefix?.pullBack(gradients);
    return passes;
  }

  async function logProbabilitiesOf(batches: readonly Batch[]): Promise<Float32Array[]> {
    const prefix = await prefixOf(batches);
    const all: Float32Array[] = [];
    for (const batch of batches) {
      if (isStopped()) return all;
      const found = new Float32Array(batch.places.length);
      const session = await likelihood.of(batch);
      const fetches = { "log probabilities": new Tensor("float32", found, [found.length, 1]) };
      await session.run(forwardFeeds(batch, prefix), fetches);
      all.push(found);
    }
    return all;
  }

  return {
    gradients,
    run: async (batch) => (await runAll([batch]))[0]!,
    runAll,
    logProbabilities: async (batch) => (await logProbabilitiesOf([batch]))[0]!,
    logProbabilitiesOf,
    async close() {
      await training.close();
      await likelihood.close();
      await prefixes?.close();
    },
  };
}
