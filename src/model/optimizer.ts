/**
 * Two optimisers that change parameters in place: AdamW for every kind of parameter, and Muon for the matrices inside
 * the blocks (then AdamW keeps the rest). Loops over Float32Arrays; only Muon's orthogonalisation is an ONNX graph.
 *
 * AdamW: Loshchilov and Hutter 2019. Muon: Keller Jordan 2024, with Nesterov momentum and five Newton–Schulz steps.
 */
import type { Architecture, Parameter, Parameters } from "./architecture.ts";
import { parametersOf } from "./architecture.ts";
import { openOrthogonaliser } from "./orthogonalise.ts";

export interface OptimizerSettings {
  readonly optimizer: "muon" | "adamw";
  /** Of AdamW, decoupled; matrices under Muon decay MUON.decay times as fast at their own rate. Norms never decay. */
  readonly weightDecay: number;
}

export interface Optimizer {
  /** One step at learning rate `rate` along the current gradients. */
  step(rate: number): Promise<void>;
  close(): Promise<void>;
}

const ADAM = { beta1: 0.9, beta2: 0.98, epsilon: 1e-8 } as const;
const MUON = { momentum: 0.95, rate: 8, decay: 5 } as const;

export interface AdamState {
  /** Steps done. */
  steps: number;
  readonly mean: Float32Array;
  readonly square: Float32Array;
}

/** One AdamW step of one parameter. `decay` is the fraction that the weights lose first. */
export function adamStep(
  weights: Float32Array,
  gradient: Float32Array,
  state: AdamState,
  { rate, decay }: { rate: number; decay: number },
): void {
  const { mean, square } = state;
  const { beta1, beta2, epsilon } = ADAM;
  state.steps += 1;
  const size = rate / (1 - beta1 ** state.steps);
  const unbias = 1 / (1 - beta2 ** state.steps);
  const keep = 1 - decay;
  for (let i = 0; i < weights.length; i++) {
    const g = gradient[i]!;
    const m = beta1 * mean[i]! + (1 - beta1) * g;
    const v = beta2 * square[i]! + (1 - beta2) * g * g;
    mean[i] = m;
    square[i] = v;
    weights[i] = weights[i]! * keep - (size * m) / (Math.sqrt(v * unbias) + epsilon);
  }
}

/** The Nesterov direction: updates `momentum` by `gradient` and looks one step ahead. Writes into `direction`. */
export function nesterov(gradient: Float32Array, momentum: Float32Array, direction: Float32Array): void {
  for (let i = 0; i < gradient.length; i++) {
    const m = MUON.momentum * momentum[i]! + gradient[i]!;
    momentum[i] = m;
    direction[i] = gradient[i]! + MUON.momentum * m;
  }
}

/**
 * How fast a parameter learns, relative to the learning rate. Adam's steps do not depend on a parameter's scale, so
 * what `initialParameters` makes larger or smaller by √width must move by as much.
 */
function relativeRate({ role }: Parameter, config: Architecture): number {
  const stretch = Math.sqrt(config.hidden_size);
  if (role === "embedding") return stretch;
  if (role === "finalNorm" && config.tie_word_embeddings) return 1 / stretch;
  return 1;
}

const decays = ({ role }: Parameter): boolean => role !== "norm" && role !== "finalNorm";

function adamw(list: readonly Parameter[], config: Architecture, state: TrainingState): Optimizer {
  const { parameters, gradients, settings } = state;
  const members = list.map((parameter) => {
    const weights = parameters.get(parameter.name)!;
    return {
      weights,
      gradient: gradients.get(parameter.name)!,
      state: { steps: 0, mean: new Float32Array(weights.length), square: new Float32Array(weights.length) },
      relative: relativeRate(parameter, config),
      weightDecay: decays(parameter) ? settings.weightDecay : 0,
    };
  });
  return {
    async step(rate) {
      for (const { weights, gradient, state, relative, weightDecay } of members) {
        adamStep(weights, gradient, state, { rate: rate * relative, decay: rate * weightDecay });
      }
    },
    async close() {},
  };
}

async function muon(list: readonly Parameter[], state: TrainingState): Promise<Optimizer> {
  const { parameters, gradients, settings } = state;
  const orthogonaliser = await openOrthogonaliser(list.map(({ shape }) => shape as [number, number]));
  const members = list.map((parameter, i) => {
    const weights = parameters.get(parameter.name)!;
    const [rows, columns] = parameter.shape as [number, number];
    return {
      weights,
      gradient: gradients.get(parameter.name)!,
      momentum: new Float32Array(weights.length),
      direction: orthogonaliser.matrices[i]!,
      // An orthogonal matrix moves a tall one's outputs less than a wide one's.
      relative: MUON.rate * Math.sqrt(Math.max(1, rows / columns)),
    };
  });
  return {
    async step(rate) {
      for (const { gradient, momentum, direction } of members) nesterov(gradient, momentum, direction);
      await orthogonaliser.run();
      const keep = 1 - rate * MUON.rate * MUON.decay * settings.weightDecay;
      for (const { weights, direction, relative } of members) {
        for (let i = 0; i < weights.length; i++) weights[i] = weights[i]! * keep - rate * relative * direction[i]!;
      }
    },
    close: () => orthogonaliser.close(),
  };
}

/** What an optimiser works on. */
export interface TrainingState {
  /** Changed in place. */
  readonly parameters: Parameters;
  /** Read at every step. */
  readonly gradients: Parameters;
  readonly settings: OptimizerSettings;
}

/** `list`: what is learned. Default: every parameter. */
export async function openOptimizer(
  config: Architecture,
  state: TrainingState,
  list: readonly Parameter[] = parametersOf(config),
): Promise<Optimizer> {
  if (state.settings.optimizer === "adamw") return adamw(list, config, state);
  const inBlocks = ({ role }: Parameter) => role === "blockInput" || role === "blockOutput";
  const matrices = await muon(list.filter(inBlocks), state);
  const rest = adamw(
    list.filter((parameter) => !inBlocks(parameter)),
    config,
    state,
  );
  return {
    async step(rate) {
      await matrices.step(rate);
      await rest.step(rate);
    },
    close: () => matrices.close(),
  };
}

/** Scales all gradients so that their common Euclidean norm is at most `limit`; returns the norm before. */
export function clipGradients(gradients: Parameters, limit: number): number {
  let sum = 0;
  for (const gradient of gradients.values()) for (const value of gradient) sum += value * value;
  const norm = Math.sqrt(sum);
  if (norm > limit) {
    const factor = limit / norm;
    for (const gradient of gradients.values()) for (let i = 0; i < gradient.length; i++) gradient[i]! *= factor;
  }
  return norm;
}
