/** Two runs side by side: on the tasks that both evaluated, who won more, and in which settings they differ. */
import type { TaskId } from "../core/ids.ts";
import { canonicalJson, type Json, leaves } from "../core/json.ts";
import type { Repository } from "../core/repository.ts";
import { type Cost, costOf, type RelativeCost, relativeCost, trainingTimes } from "./cost.ts";
import { type Material, type Method, materialOf } from "./material.ts";
import { lastRounds } from "./report.ts";
import { INTERVAL } from "./statistics.ts";
import { type Difference, evaluatedIn, type Group, naturally, type Played, pairedDifference } from "./success.ts";

export interface Comparison {
  readonly kind: "comparison";
  readonly a: string;
  readonly b: string;
  readonly interval: { readonly level: number; readonly resamples: number };
  readonly pairs: readonly ComparedMethods[];
  /** Settings that differ, by path. */
  readonly config: readonly ConfigDifference[];
}

/** A method of the first run and one of the second, each at its last iteration. Differences are a − b. */
export interface ComparedMethods extends RelativeCost {
  readonly a: string;
  readonly b: string;
  /** What a pair is: the same task under the same seed, or, where no seed is shared, the same task, mean over seeds. */
  readonly pairedBy: "seed and task" | "task";
  /** Tasks that both evaluated, and those that only one did. */
  readonly sharedTasks: number;
  readonly onlyA: number;
  readonly onlyB: number;
  /** Both evaluated by the very same episodes, which the store holds once: no difference can show. */
  readonly isSame: boolean;
  readonly overall: Difference;
  readonly byCategory: readonly Group<Difference>[];
  /** What each spent up to its last iteration, per seed. */
  readonly cost: { readonly a: Cost; readonly b: Cost };
}

export interface ConfigDifference {
  readonly path: string;
  /** undefined where the run does not have the setting. */
  readonly a?: Json;
  readonly b?: Json;
}

/** Methods of the same name are compared; if the runs share no name, every one with every other. Throws CliError for an unknown run. */
export function compareRuns(repository: Repository, a: string, b: string): Comparison {
  const material = materialOf(repository, [a, b]);
  const of = (run: string) => material.methods.filter((method) => method.run === run);
  const times = trainingTimes(material);
  const all = of(a).flatMap((first) => of(b).map((second) => [first, second] as const));
  const sameName = all.filter(([first, second]) => first.method === second.method);
  return {
    kind: "comparison",
    a,
    b,
    interval: { level: INTERVAL.level, resamples: INTERVAL.resamples },
    pairs: (sameName.length > 0 ? sameName : all).map(([first, second]) =>
      compareMethods(material, times, [first, second]),
    ),
    config: configDifferences(repository.run(a)!.config, repository.run(b)!.config),
  };
}

function compareMethods(
  material: Material,
  times: ReturnType<typeof trainingTimes>,
  [first, second]: readonly [Method, Method],
): ComparedMethods {
  const cost = { a: costOf(material, first.rounds, times), b: costOf(material, second.rounds, times) };
  const [a, b] = [first, second].map((method) => evaluatedIn(material, lastRounds(method.rounds))) as [
    Played[],
    Played[],
  ];
  const seedsOfB = new Set(b.map(({ seed }) => seed));
  const sharesSeed = a.some(({ seed }) => seedsOfB.has(seed));
  // Seeds of different runs that do not meet are no pairs: only the tasks are.
  const paired = (played: Played[]) => (sharesSeed ? played : played.map((each) => ({ ...each, seed: 0 })));
  const [tasksA, tasksB] = [tasksOf(a), tasksOf(b)];
  const shared = new Set([...tasksA.keys()].filter((id) => tasksB.has(id)));
  const categories = naturally([...shared].map((id) => tasksA.get(id)!));
  const byCategory = (played: Played[]) => Map.groupBy(paired(played), ({ episode }) => episode.task.category);
  const [inA, inB] = [byCategory(a), byCategory(b)];
  return {
    a: first.method,
    b: second.method,
    pairedBy: sharesSeed ? "seed and task" : "task",
    sharedTasks: shared.size,
    onlyA: tasksA.size - shared.size,
    onlyB: tasksB.size - shared.size,
    isSame: isSame(a, b),
    overall: pairedDifference(paired(a), paired(b)),
    byCategory: categories.map((name) => ({
      name,
      of: pairedDifference(inA.get(name)!, inB.get(name) ?? []),
    })),
    cost,
    ...relativeCost(cost.a, cost.b),
  };
}

function isSame(a: readonly Played[], b: readonly Played[]): boolean {
  const [first, second] = [a, b].map((played) => new Set(played.map(({ episode }) => episode.id)));
  return first!.size > 0 && first!.size === second!.size && [...first!].every((id) => second!.has(id));
}

/** Category of each evaluated task. */
function tasksOf(played: readonly Played[]): ReadonlyMap<TaskId, string> {
  return new Map(played.map(({ episode }) => [episode.task.id, episode.task.category]));
}

function configDifferences(a: Json, b: Json): ConfigDifference[] {
  const [ofA, ofB] = [leaves(a), leaves(b)];
  return naturally([...ofA.keys(), ...ofB.keys()])
    .filter((path) => canonicalJson(ofA.get(path)) !== canonicalJson(ofB.get(path)))
    .map((path) => ({
      path,
      ...(ofA.has(path) && { a: ofA.get(path)! }),
      ...(ofB.has(path) && { b: ofB.get(path)! }),
    }));
}
