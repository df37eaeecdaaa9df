/**
 * What several sequences begin with, computed once for all of them: its keys and values at every layer are all that later
 * tokens look at. `prefixGraph` computes them; the sequences' own graphs read them (training-graph.ts) and give back the
 * loss's gradient with respect to them; added up over the sequences, it goes through `prefixGradientGraph` to the adapters.
 * Exact, and a prompt that all of a step's sequences share is no longer computed for each of them.
 */
import { adapterNames, type Lora } from "./adapters.ts";
import { type Architecture, blockNames } from "./architecture.ts";
import { pullBack } from "./autodiff.ts";
import {
  attend,
  finishBlock,
  type KeysAndValues,
  keysAndValues,
  openTransformer,
  type Transformer,
} from "./forward.ts";
import { type Graph, input, type Tensor } from "./graph.ts";
import { gradientOf, PREFIX } from "./training-graph.ts";

/** Every layer's keys and values, by name. */
function forward(
  config: Architecture,
  lora: Lora,
): { readonly model: Transformer; readonly found: Map<string, Tensor> } {
  const model = openTransformer(config, 1, lora);
  const found = new Map<string, Tensor>();
  const keep = ({ keys, values }: KeysAndValues, layer: number) => {
    found.set(PREFIX.keys(layer), keys);
    found.set(PREFIX.values(layer), values);
  };
  const last = config.num_hidden_layers - 1;
  let x = model.embedded; // (P, D)
  for (let layer = 0; layer < last; layer++) {
    const { mixed, own } = attend(model, model.norm(x, blockNames(config, layer).attentionNorm), layer);
    keep(own, layer);
    x = finishBlock(model, x, mixed, layer);
  }
  keep(keysAndValues(model, model.norm(x, blockNames(config, last).attentionNorm), last), last);
  return { model, found };
}

/** Inputs: parameters, adapters, `tokens` (P), `positions` (1, P), by `maskName` (1, 1, G·P, P). Outputs: PREFIX keys and values. */
export function prefixGraph(config: Architecture, lora: Lora): Graph {
  const { model, found } = forward(config, lora);
  const { graph } = model.tape;
  for (const [name, tensor] of found) graph.outputs.set(name, tensor);
  return graph;
}

/** The adapters that a prefix's keys and values depend on: of the last layer only those of its keys and values. */
export function prefixAdapters(config: Architecture, names: Iterable<string>): string[] {
  const { keys, values, ...others } = blockNames(config, config.num_hidden_layers - 1);
  const beyond = new Set(Object.values(others).flatMap((weight) => Object.values(adapterNames(weight))));
  return [...names].filter((name) => !beyond.has(name));
}

/** The inputs of `prefixGraph` and `gradientOf` each of its outputs; comes out: `gradientOf` each of `prefixAdapters`. */
export function prefixGradientGraph(config: Architecture, lora: Lora): Graph {
  const { model, found } = forward(config, lora);
  const { tape, adapters } = model;
  const { graph } = tape;
  const seeds = [...found].map(([name, tensor]) => [tensor, input(graph, gradientOf(name), tensor.shape)] as const);
  const wanted = prefixAdapters(config, adapters.keys());
  const gradients = pullBack(
    tape,
    seeds,
    wanted.map((name) => adapters.get(name)!),
  );
  for (const [i, name] of wanted.entries()) graph.outputs.set(gradientOf(name), gradients[i]!);
  return graph;
}
