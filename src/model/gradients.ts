/**
 * Loss and gradients of batches: owns one session for each batch shape and the memory that goes in and comes out.
 * Knows no optimiser.
 */
import { type InferenceSession, Tensor } from "onnxruntime-node";
import { EMBEDDING, type LlamaConfig, type Parameters, parametersOf, sizeOf } from "./llama.ts";
import { openSession } from "./onnx.ts";
import { type BatchShape, gradientOf, ROW_GRADIENTS, trainingGraph } from "./training-graph.ts";

/** B sequences of T tokens, and the M predictions that count. */
export interface Batch {
  readonly shape: BatchShape;
  readonly tokens: BigInt64Array; // (B, T)
  /** Where predictions are made: different indices into `tokens`. */
  readonly places: BigInt64Array; // (M)
  /** The tokens that follow there. */
  readonly targets: BigInt64Array; // (M)
  readonly weights: Float32Array; // (M)
}

export interface GradientEngine {
  /** One forward and backward pass. Overwrites `gradients`. */
  run(batch: Batch): Promise<{ readonly loss: number; readonly logProbabilities: Float32Array /* (M) */ }>;
  /** By parameter name; valid until the next run. */
  readonly gradients: Parameters;
  close(): Promise<void>;
}

interface Step {
  readonly session: InferenceSession;
  readonly fetches: Record<string, Tensor>;
  readonly rowGradients: Float32Array; // (B·T, D)
}

/** Adds each embedded token's gradient to its row of the embedding's. In the order of the batch, so always to the same bits. */
function scatterRows(tokens: BigInt64Array, rows: Float32Array, into: Float32Array, width: number): void {
  for (let i = 0; i < tokens.length; i++) {
    const to = Number(tokens[i]) * width;
    const from = i * width;
    for (let c = 0; c < width; c++) into[to + c]! += rows[from + c]!;
  }
}

/** `parameters` are read at each run, so an optimiser may change them in place. */
export function gradientEngine(config: LlamaConfig, parameters: Parameters, threads = 1): GradientEngine {
  const list = parametersOf(config);
  const gradients = new Map(list.map(({ name, shape }) => [name, new Float32Array(sizeOf(shape))]));
  const feeds = Object.fromEntries(
    list.map(({ name, shape }) => [name, new Tensor("float32", parameters.get(name)!, shape)]),
  );
  const steps = new Map<string, Promise<Step>>();
  const loss = new Float32Array(1);

  async function open(shape: BatchShape): Promise<Step> {
    const places = shape.sequences * shape.length;
    const session = await openSession(trainingGraph(config, shape), threads);
    const rowGradients = new Float32Array(places * config.hidden_size);
    const fetches: Record<string, Tensor> = {
      loss: new Tensor("float32", loss, []),
      [ROW_GRADIENTS]: new Tensor("float32", rowGradients, [places, config.hidden_size]),
    };
    for (const { name, shape } of list) {
      if (name === EMBEDDING && !config.tie_word_embeddings) continue;
      fetches[gradientOf(name)] = new Tensor("float32", gradients.get(name)!, shape);
    }
    return { session, fetches, rowGradients };
  }

  return {
    gradients,
    async run({ shape, tokens, places, targets, weights }) {
      const key = `${shape.sequences} ${shape.length}`;
      const logProbabilities = new Float32Array(places.length);
      if (!steps.has(key)) steps.set(key, open(shape));
      const { session, fetches, rowGradients } = await steps.get(key)!;
      const batch = {
        tokens: new Tensor("int64", tokens, [tokens.length]),
        places: new Tensor("int64", places, [places.length]),
        targets: new Tensor("int64", targets, [places.length, 1]),
        weights: new Tensor("float32", weights, [places.length, 1]),
      };
      const predicted = { "log probabilities": new Tensor("float32", logProbabilities, [places.length, 1]) };
      await session.run({ ...feeds, ...batch }, { ...fetches, ...predicted });
      const embedding = gradients.get(EMBEDDING)!;
      if (!config.tie_word_embeddings) embedding.fill(0);
      scatterRows(tokens, rowGradients, embedding, config.hidden_size);
      return { loss: loss[0]!, logProbabilities };
    },
    async close() {
      for (const step of steps.values()) await (await step).session.release();
    },
  };
}
