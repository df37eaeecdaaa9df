/**
 * A model's weights in a decoding graph: inside it, or left in their files. Inside, matrices that read the same numbers
 * become one; in files they stay as they are, so that a file of any program serves without being rewritten.
 */
import {
  concatenate,
  constant,
  type Graph,
  product,
  type StoredConstant,
  storedConstant,
  type Tensor,
} from "./graph.ts";
import { blockNames, headSize, type LlamaConfig, type Parameters } from "./llama.ts";

export interface Weights {
  readonly matrix: (name: string) => Tensor;
  readonly vector: (name: string) => Tensor;
  /** x·Wᵀ for several matrices, side by side: (N, Σ out). */
  readonly project: (x: Tensor, ...names: readonly string[]) => Tensor;
  /** What scores are still to be multiplied by. */
  readonly scale: number;
}

/** Where a weight's numbers are: float32 in a file. */
export interface WeightPlace extends Omit<StoredConstant, "tensor"> {
  readonly shape: readonly number[];
}

/** By parameter name. */
export type WeightPlaces = ReadonlyMap<string, WeightPlace>;

/** The weights of `source` for `graph`. */
export function weightsIn(graph: Graph, config: LlamaConfig, source: Parameters | WeightPlaces): Weights {
  const first = source.values().next().value;
  return first instanceof Float32Array
    ? weightsInside(graph, config, source as Parameters)
    : weightsOutside(graph, config, source as WeightPlaces);
}

/** Several matrices with the same number of columns, one above the other: one product instead of many. */
function stack(matrices: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(matrices.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const matrix of matrices) {
    all.set(matrix, offset);
    offset += matrix.length;
  }
  return all;
}

/** Attention divides scores by √C; folded into the query matrix, the product itself is plain. */
function scaledQueries(config: LlamaConfig, parameters: Parameters): Parameters {
  const scaled = new Map(parameters);
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    const name = blockNames(layer).queries;
    scaled.set(
      name,
      parameters.get(name)!.map((value) => value / Math.sqrt(headSize(config))),
    );
  }
  return scaled;
}

function weightsInside(graph: Graph, config: LlamaConfig, given: Parameters): Weights {
  const parameters = scaledQueries(config, given);
  const columnsOf = (name: string) =>
    name.endsWith("down_proj.weight") ? config.intermediate_size : config.hidden_size;
  const stacked = (...names: readonly string[]): Tensor => {
    const data = stack(names.map((name) => parameters.get(name)!));
    return constant(graph, data, [data.length / columnsOf(names[0]!), columnsOf(names[0]!)]);
  };
  return {
    matrix: stacked,
    vector: (name) => constant(graph, parameters.get(name)!, [parameters.get(name)!.length]),
    project: (x, ...names) => product(graph, x, stacked(...names), { transposeB: true }),
    scale: 1,
  };
}

function weightsOutside(graph: Graph, config: LlamaConfig, places: WeightPlaces): Weights {
  const weight = (name: string): Tensor => {
    const { shape, ...place } = places.get(name)!;
    return storedConstant(graph, shape, place);
  };
  return {
    matrix: weight,
    vector: weight,
    project(x, ...names) {
      const parts = names.map((name) => product(graph, x, weight(name), { transposeB: true }));
      return parts.length === 1 ? parts[0]! : concatenate(graph, parts, 1);
    },
    scale: 1 / Math.sqrt(headSize(config)),
  };
}
