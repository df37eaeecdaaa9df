/** Episodes → success rates and mean returns, overall and by split and category, and paired differences of them. */
import type { Round } from "../core/run.ts";
import type { Episode, Material } from "./material.ts";
import { distinct, sum } from "./material.ts";
import { bootstrap, type Cell, type Estimate, mcnemar } from "./statistics.ts";

/** How a set of episodes went. Failed ones are counted and left out of both estimates. */
export interface Evaluation {
  readonly success: Estimate;
  readonly meanReturn: Estimate;
  readonly failed: number;
}

/** One split or category. */
export interface Group<T> {
  readonly name: string;
  readonly of: T;
}

export interface GroupedEvaluation {
  readonly overall: Evaluation;
  readonly bySplit: readonly Group<Evaluation>[];
  readonly byCategory: readonly Group<Evaluation>[];
}

/** An episode and the seed it was made under. */
export interface Played {
  readonly seed: number;
  readonly episode: Episode;
}

/** a − b over the same seeds and tasks. */
export interface Difference {
  readonly estimate: Estimate;
  /** Means of the two sides over the pairs. */
  readonly a: number | null;
  readonly b: number | null;
  /** Pairs that only one side won. */
  readonly onlyA: number;
  readonly onlyB: number;
  /** McNemar's exact two-sided p; null with several seeds, whose pairs of one task are not independent. */
  readonly mcnemar: number | null;
}

/** The episodes on held-out tasks of some rounds. */
export function evaluatedIn(material: Material, rounds: readonly Round[]): Played[] {
  return rounds.flatMap(({ seed, evaluated }) => material.episodes(evaluated).map((episode) => ({ seed, episode })));
}

export function grouped(played: readonly Played[]): GroupedEvaluation {
  const overall = evaluationOf(played);
  const by = (key: "split" | "category"): Group<Evaluation>[] => {
    const groups = Map.groupBy(played, ({ episode }) => episode.task[key]);
    const evaluate = (members: readonly Played[]) => (groups.size === 1 ? overall : evaluationOf(members));
    return naturally([...groups.keys()]).map((name) => ({ name, of: evaluate(groups.get(name)!) }));
  };
  return { overall, bySplit: by("split"), byCategory: by("category") };
}

/** How `played` went. */
export function evaluationOf(played: readonly Played[]): Evaluation {
  const finished = played.filter(({ episode }) => !episode.failed);
  const success = bootstrap(cellsOf(finished, successOf));
  // Many worlds pay 1 for a success and nothing else.
  const paysSuccess = finished.every(({ episode }) => episode.return === Number(episode.success));
  const meanReturn = paysSuccess ? success : bootstrap(cellsOf(finished, (episode) => episode.return));
  return { success, meanReturn, failed: played.length - finished.length };
}

const successOf = (episode: Episode) => Number(episode.success);

function cellsOf(played: readonly Played[], value: (episode: Episode) => number): Cell[] {
  return played.map(({ seed, episode }) => ({ seed, task: episode.task.id, value: value(episode) }));
}

/** Success of `a` minus success of `b` where both finished the same task under the same seed. */
export function pairedDifference(a: readonly Played[], b: readonly Played[]): Difference {
  const [ofA, ofB] = [meansByPair(a), meansByPair(b)];
  const pairs = [...ofA].flatMap(([key, { seed, task, value }]) => {
    const other = ofB.get(key);
    return other ? [{ seed, task, a: value, b: other.value }] : [];
  });
  const estimate = bootstrap(pairs.map((pair) => ({ ...pair, value: pair.a - pair.b })));
  const onlyA = pairs.filter((pair) => pair.a > pair.b).length;
  const onlyB = pairs.filter((pair) => pair.a < pair.b).length;
  const average = (side: "a" | "b") =>
    pairs.length === 0 ? null : sum(pairs.map((pair) => pair[side])) / pairs.length;
  return {
    estimate,
    a: average("a"),
    b: average("b"),
    onlyA,
    onlyB,
    mcnemar: estimate.seeds === 1 ? mcnemar(onlyA, onlyB) : null,
  };
}

function meansByPair(played: readonly Played[]): Map<string, Cell> {
  const cells = cellsOf(
    played.filter(({ episode }) => !episode.failed),
    successOf,
  );
  const groups = Map.groupBy(cells, ({ seed, task }) => `${seed} ${task}`);
  return new Map(
    [...groups].map(([key, group]) => [key, { ...group[0]!, value: sum(group.map((c) => c.value)) / group.length }]),
  );
}

/** Sorted as a person would: `2 words` before `10 words`. */
export function naturally(names: readonly string[]): string[] {
  const collator = new Intl.Collator("en", { numeric: true });
  return distinct(names).sort((a, b) => collator.compare(a, b) || (a < b ? -1 : 1));
}
