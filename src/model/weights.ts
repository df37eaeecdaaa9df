/**
 * A model's weights in a decoding graph: inside it, or left in their files. Inside, matrices that read the same numbers
 * become one; in files they stay as they are, so that a file of any program serves without being rewritten.
 */
import { type Architecture, biasOf, blockNames, type Parameters, parametersOf } from "./architecture.ts";
import {
  add,
  concatenate,
  constant,
  type Graph,
  product,
  type StoredConstant,
  storedConstant,
  type Tensor,
} from "./graph.ts";

export interface Weights {
  readonly matrix: (name: string) => Tensor;
  readonly vector: (name: string) => Tensor;
  /** x·Wᵀ with its bias for several matrices that all have one or none, side by side: (N, Σ out). */
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
export function weightsIn(graph: Graph, config: Architecture, source: Parameters | WeightPlaces): Weights {
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

/** Attention divides scores by a root; folded into what makes the queries, the product itself is plain. */
function scaledQueries(config: Architecture, parameters: Parameters): Parameters {
  const scaled = new Map(parameters);
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    const { queries } = blockNames(config, layer);
    for (const name of [queries, biasOf(queries)]) {
      const values = parameters.get(name);
      if (values)
        scaled.set(
          name,
          values.map((value) => value / Math.sqrt(config.scoreSize)),
        );
    }
  }
  return scaled;
}

function weightsInside(graph: Graph, config: Architecture, given: Parameters): Weights {
  // Where queries are normed, nothing folded into them would be left.
  const parameters = config.queryKeyNorms ? given : scaledQueries(config, given);
  const shapes = new Map(parametersOf(config).map(({ name, shape }) => [name, shape]));
  const stacked = (...names: readonly string[]): Tensor => {
    const data = stack(names.map((name) => parameters.get(name)!));
    const columns = shapes.get(names[0]!)![1]!;
    return constant(graph, data, [data.length / columns, columns]);
  };
  return {
    matrix: stacked,
    vector: (name) => constant(graph, parameters.get(name)!, [parameters.get(name)!.length]),
    project(x, ...names) {
      const result = product(graph, x, stacked(...names), { transposeB: true });
      const biases = names.flatMap((name) => parameters.get(biasOf(name)) ?? []);
      if (biases.length === 0) return result;
      const bias = stack(biases);
      return add(graph, result, constant(graph, bias, [bias.length]));
    },
    scale: config.queryKeyNorms ? 1 / Math.sqrt(config.scoreSize) : 1,
  };
}

function weightsOutside(graph: Graph, config: Architecture, places: WeightPlaces): Weights {
  const weight = (name: string): Tensor => {
    const { shape, ...place } = places.get(name)!;
    return storedConstant(graph, shape, place);
  };
  return {
    matrix: weight,
    vector: weight,
    project(x, ...names) {
      const parts = names.map((name) => {
        const result = product(graph, x, weight(name), { transposeB: true });
        const bias = biasOf(name);
        return places.has(bias) ? add(graph, result, weight(bias)) : result;
      });
      return parts.length === 1 ? parts[0]! : concatenate(graph, parts, 1);
    },
    scale: 1 / Math.sqrt(config.scoreSize),
  };
}
