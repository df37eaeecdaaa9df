/**
 * What a method spent to get where it is, as if it had run alone. Methods share trajectories and checkpoints where
 * these are the same to the byte, and each is charged for all that it used. Evaluation is charged apart.
 */
import type { CheckpointId } from "../core/ids.ts";
import type { Round } from "../core/run.ts";
import { distinct, type Episode, type Material, mean, sum } from "./material.ts";

/** Means over seeds, everything up to an iteration together. */
export interface Cost {
  /** From the start of training tasks. */
  readonly explored: number;
  /** From states along expert trajectories. */
  readonly probed: number;
  /** Of both, how many a broken boundary ended. */
  readonly failed: number;
  /** Steps of the student itself. */
  readonly environmentSteps: number;
  /** Steps before the probes' starts. Taken again only where a world restores a state by replaying. */
  readonly prefixSteps: number;
  /** null where no model counted them. */
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
  readonly milliseconds: Readonly<Record<CostPhase, number | null>>;
}

/** What one method spent relative to another, less 1: 0.2 = 20 % more. null where the other spent nothing. */
export interface RelativeCost {
  readonly moreRollouts: number | null;
  readonly moreEnvironmentSteps: number | null;
}

export function relativeCost(a: Cost, b: Cost): RelativeCost {
  const relative = (value: (cost: Cost) => number) => (value(b) === 0 ? null : value(a) / value(b) - 1);
  return {
    moreRollouts: relative(({ explored, probed }) => explored + probed),
    moreEnvironmentSteps: relative(({ environmentSteps }) => environmentSteps),
  };
}

export const COST_PHASES = ["explore", "probe", "train", "evaluate"] as const;
export type CostPhase = (typeof COST_PHASES)[number];

/** `rounds` are a method's rounds up to an iteration, all seeds; `times` comes from `trainingTimes`. */
export function costOf(material: Material, rounds: readonly Round[], times: ReadonlyMap<CheckpointId, number>): Cost {
  const bySeed = [...Map.groupBy(rounds, ({ seed }) => seed).values()];
  const costs = bySeed.map((ofSeed) => costOfSeed(material, ofSeed, times));
  const average = (value: (cost: Cost) => number) => mean(costs.map(value)) ?? 0;
  const averageKnown = (value: (cost: Cost) => number | null) => mean(costs.flatMap((cost) => value(cost) ?? []));
  return {
    explored: average((cost) => cost.explored),
    probed: average((cost) => cost.probed),
    failed: average((cost) => cost.failed),
    environmentSteps: average((cost) => cost.environmentSteps),
    prefixSteps: average((cost) => cost.prefixSteps),
    promptTokens: averageKnown((cost) => cost.promptTokens),
    completionTokens: averageKnown((cost) => cost.completionTokens),
    milliseconds: byPhase((phase) => averageKnown((cost) => cost.milliseconds[phase])),
  };
}

/** Read and written; null where no model counted them. */
export function tokensOf({ promptTokens, completionTokens }: Cost): number | null {
  return promptTokens === null && completionTokens === null ? null : (promptTokens ?? 0) + (completionTokens ?? 0);
}

/** Exploring, probing and training together; null where nothing was measured. */
export function millisecondsOf({ milliseconds: { explore, probe, train } }: Cost): number | null {
  const known = [explore, probe, train].filter((time) => time !== null);
  return known.length === 0 ? null : sum(known);
}

function costOfSeed(material: Material, rounds: readonly Round[], times: ReadonlyMap<CheckpointId, number>): Cost {
  const explored = distinct(rounds.flatMap((round) => material.episodes(round.explored)));
  const probed = distinct(rounds.flatMap((round) => material.episodes(round.probed)));
  const rollouts = [...explored, ...probed];
  const total = (value: (episode: Episode) => number) => sum(rollouts.map(value));
  const known = (key: "promptTokens" | "completionTokens") =>
    rollouts.some((episode) => episode[key] !== null) ? total((episode) => episode[key] ?? 0) : null;
  const checkpoints = distinct([
    ...rounds.map(({ checkpoint }) => checkpoint),
    // The policy that explored first was trained too, as another method's result.
    ...rollouts.map(({ policy }) => policy as CheckpointId),
  ]);
  const trainings = checkpoints.flatMap((checkpoint) => times.get(checkpoint) ?? []);
  return {
    explored: explored.length,
    probed: probed.length,
    failed: rollouts.filter(({ failed }) => failed).length,
    environmentSteps: total(({ ownSteps }) => ownSteps),
    prefixSteps: total(({ length, ownSteps }) => length - ownSteps),
    promptTokens: known("promptTokens"),
    completionTokens: known("completionTokens"),
    milliseconds: byPhase((phase) => {
      if (phase === "train") return trainings.length === 0 ? null : sum(trainings);
      const measured = rounds.flatMap((round) => material.times(round, phase));
      return measured.length === 0 ? null : sum(measured);
    }),
  };
}

/**
 * How long each checkpoint took to train, over all runs of the project: the longest time that any method waited for
 * it, since those who found it made waited for nothing.
 */
export function trainingTimes(material: Material): ReadonlyMap<CheckpointId, number> {
  const times = new Map<CheckpointId, number>();
  for (const { name } of material.repository.runs()) {
    for (const round of material.rounds(name)) {
      const waited = sum(material.times(round, "train"));
      if (waited > 0) times.set(round.checkpoint, Math.max(waited, times.get(round.checkpoint) ?? 0));
    }
  }
  return times;
}

function byPhase(value: (phase: CostPhase) => number | null): Readonly<Record<CostPhase, number | null>> {
  return Object.fromEntries(COST_PHASES.map((phase) => [phase, value(phase)])) as Record<CostPhase, number | null>;
}
