/**
 * Low-rank adapters (LoRA: Hu et al. 2021, arXiv 2106.09685): beside each matrix W (out, in) of the blocks stand A (R, in)
 * and B (out, R), and the layer computes W x + alpha / R · B A x. W stays as it is, A and B are learned; merged, they are
 * an ordinary checkpoint again (merging.ts). On every linear layer but the head, as PEFT's "all-linear", under its names.
 */
import {
  type Architecture,
  blockNames,
  type Parameter,
  type Parameters,
  parametersOf,
  sizeOf,
} from "./architecture.ts";
import { randomStream } from "./random.ts";

export interface Lora {
  /** R, a whole number ≥ 1. */
  readonly rank: number;
  /** What adapters say counts alpha / rank times. */
  readonly alpha: number;
}

export const loraScale = ({ rank, alpha }: Lora): number => alpha / rank;

/** The names of the adapters beside the matrix `weight`: A is `down` and B is `up`. */
export function adapterNames(weight: string): { readonly down: string; readonly up: string } {
  const module = `base_model.model.${weight.replace(/\.weight$/, "")}`;
  return { down: `${module}.lora_A.weight`, up: `${module}.lora_B.weight` };
}

/** The matrices that have adapters. */
export function adaptedMatrices(config: Architecture): Parameter[] {
  const names = new Set<string>(
    Array.from({ length: config.num_hidden_layers }, (_, layer) => Object.values(blockNames(config, layer))).flat(),
  );
  return parametersOf(config).filter(({ name, shape }) => names.has(name) && shape.length === 2);
}

/** Every adapter in a fixed order: A and B of one matrix after the other. */
export function adaptersOf(config: Architecture, rank: number): Parameter[] {
  return adaptedMatrices(config).flatMap(({ name, shape }) => {
    const [outputs, inputs] = shape as [number, number];
    const { down, up } = adapterNames(name);
    return [
      { name: down, shape: [rank, inputs], role: "adapter" },
      { name: up, shape: [outputs, rank], role: "adapter" },
    ] satisfies Parameter[];
  });
}

/** A uniform within ±1/√in (Kaiming with a = √5, as PEFT draws it) and B zero, so that nothing changes at first. */
export function initialAdapters(config: Architecture, { rank }: Lora, seed: number): Parameters {
  const random = randomStream(seed, rank);
  const adapters = new Map<string, Float32Array>();
  for (const { name, shape } of adaptedMatrices(config)) {
    const [outputs, inputs] = shape as [number, number];
    const { down, up } = adapterNames(name);
    const bound = 1 / Math.sqrt(inputs);
    adapters.set(
      down,
      Float32Array.from({ length: rank * inputs }, () => bound * (2 * random.next() - 1)),
    );
    adapters.set(up, new Float32Array(sizeOf([outputs, rank])));
  }
  return adapters;
}
