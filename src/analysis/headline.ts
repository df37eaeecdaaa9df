/**
 * What a run comes to, in a fraction of the time that its report takes: neither its training sets nor what was done in its episodes
 * is read. Every figure is the report's.
 */
import type { CountedReason } from "../core/reasons.ts";
import { type Answer, answersOf } from "./answer.ts";
import { type Cost, costOf, relativeCost, trainingTimes } from "./cost.ts";
import { type Solved, solvedOf, trainingTasksOf } from "./learning.ts";
import type { Material, Method } from "./material.ts";
import { trendOfLost } from "./probes.ts";
import { type Ran, ranOf } from "./ran.ts";
import {
  expertEpisodes,
  failuresOf,
  iterationsOf,
  lastRounds,
  methodPairs,
  nextOf,
  notesOf,
  shareOfTasksWon,
} from "./report.ts";
import { roleOf } from "./roles.ts";
import { type Difference, type Evaluation, evaluatedIn, evaluationOf, pairedDifference } from "./success.ts";

export interface Headline {
  /** As the report's members of these names. */
  readonly answers: readonly Answer[];
  readonly ran: readonly Ran[];
  readonly worlds: readonly string[];
  readonly servers: readonly string[];
  readonly failures: readonly CountedReason[];
  readonly methods: readonly HeadlineMethod[];
  readonly differences: readonly { readonly a: string; readonly b: string; readonly overall: Difference }[];
}

export interface HeadlineMethod {
  readonly method: string;
  readonly label: string;
  readonly rounds: Method["rounds"];
  /** All seeds that reached it together. */
  readonly iterations: readonly HeadlinePoint[];
  /** Each seed by itself. */
  readonly seeds: readonly { readonly seed: number; readonly iterations: readonly HeadlinePoint[] }[];
  /** Up to the last iteration, means over seeds. */
  readonly solved: Solved;
}

export interface HeadlinePoint {
  readonly iteration: number;
  /** On held-out tasks. */
  readonly evaluation: Evaluation;
  /** Everything up to here. */
  readonly cost: Cost;
  /** Seeds that reached it. */
  readonly seeds: readonly number[];
}

/** Throws StoreError where something that a round refers to is missing. */
export function headlineOf(material: Material): Headline {
  const { repository, runs } = material;
  const trainingTasks = trainingTasksOf(material);
  const times = trainingTimes(material);
  const pointsOf = (rounds: Method["rounds"]) =>
    iterationsOf(rounds).map(
      ({ iteration, seeds, here, soFar }): HeadlinePoint => ({
        iteration,
        evaluation: evaluationOf(evaluatedIn(material, here)),
        cost: costOf(material, soFar, times),
        seeds,
      }),
    );
  const methods = material.methods.map(({ method, label, rounds }): HeadlineMethod => {
    const iterations = pointsOf(rounds);
    const reached = iterationsOf(rounds).at(-1)!.soFar;
    const bySeed = Map.groupBy(rounds, ({ seed }) => seed);
    const only = bySeed.size === 1;
    return {
      method,
      label,
      rounds,
      iterations,
      seeds: [...bySeed].map(([seed, own]) => ({ seed, iterations: only ? iterations : pointsOf(own) })),
      solved: solvedOf(material, reached, trainingTasks),
    };
  });
  const differences = methodPairs(methods).map(({ a, b }) => ({
    a: a.label,
    b: b.label,
    overall: pairedDifference(playedLast(material, a), playedLast(material, b)),
    ...relativeCost(a.iterations.at(-1)!.cost, b.iterations.at(-1)!.cost),
  }));
  const experts = expertEpisodes(material).map(({ policy, episodes }) => {
    const coverage = shareOfTasksWon(episodes);
    const overall = evaluationOf(episodes.map((episode) => ({ seed: 0, episode })));
    return { policy, trajectories: episodes.length, coverage, evaluation: { overall } };
  });
  const judged = material.methods.map(({ run, method, label, rounds }, index) => ({
    run,
    method,
    label,
    iterations: methods[index]!.iterations.map(({ seeds, evaluation }) => ({
      seeds,
      evaluation: { overall: evaluation },
    })),
    probes: { trendOfLost: trendOfLost(material, rounds) },
  }));
  const roles = material.methods.map((method) => roleOf(repository.run(method.run), method));
  return {
    answers: answersOf({ runs, experts, methods: judged, roles, differences, next: nextOf(material) }),
    ran: runs.map((run) => ranOf(material, run)),
    worlds: notesOf(material, "notes"),
    servers: notesOf(material, "server"),
    failures: failuresOf(material),
    methods,
    differences,
  };
}

const playedLast = (material: Material, { rounds }: HeadlineMethod) => evaluatedIn(material, lastRounds(rounds));
