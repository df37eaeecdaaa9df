/** Two rounds on their held-out tasks: which flipped, and which training rows about them came or went. */
import type { TaskId, TrainingSetId, TrajectoryId } from "../../core/ids.ts";
import { fingerprint } from "../../core/ids.ts";
import type { TrajectorySummary } from "../../core/summary.ts";
import type { FlipLine, FlipSide, Flips } from "../api/compare.ts";
import type { RoundKey } from "../api/shared.ts";
import type { View } from "../view.ts";
import { keptByView } from "./kept.ts";
import { type Place, placeOf, roundLineOf } from "./rounds.ts";

/** `flips/RUN/ROUND/RUN/ROUND`; null: there is no such run or round. */
export function flipsOf(view: View, runA: string, keyA: RoundKey, runB: string, keyB: RoundKey): Flips | null {
  const [placeA, placeB] = [placeOf(view, runA, keyA), placeOf(view, runB, keyB)];
  const [a, b] = [placeA && sideOf(placeA), placeB && sideOf(placeB)];
  if (!placeA?.round || !placeB?.round || !a || !b) return null;
  const [playedA, playedB] = [playedIn(view, placeA.round.evaluated), playedIn(view, placeB.round.evaluated)];
  const [setA, setB] = [placeA.round.trainingSet, placeB.round.trainingSet];
  const lines = [...playedA].flatMap(([task, inA]): FlipLine[] => {
    const inB = playedB.get(task);
    if (!inB) return [];
    const [ofA, ofB] = [rowsOn(view, setA, task), rowsOn(view, setB, task)];
    return [
      {
        task,
        category: view.repository.task(task)?.category ?? "",
        a: inA.success,
        b: inB.success,
        trajectoryA: inA.id,
        trajectoryB: inB.id,
        addedRows: without(ofB, ofA),
        droppedRows: without(ofA, ofB),
      },
    ];
  });
  const count = (rank: number) => lines.filter((line) => rankOf(line) === rank).length;
  return {
    a,
    b,
    lines: lines.toSorted((one, other) => rankOf(one) - rankOf(other)),
    counts: { wonToLost: count(0), lostToWon: count(1), same: count(2) },
    onlyA: [...playedA.keys()].filter((task) => !playedB.has(task)).length,
    onlyB: [...playedB.keys()].filter((task) => !playedA.has(task)).length,
  };
}

const sideOf = ({ run, round }: Place): FlipSide | null => round && { run: run.name, round: roundLineOf(round) };

const rankOf = ({ a, b }: Pick<FlipLine, "a" | "b">) => (a === b ? 2 : a ? 0 : 1);

/** By task. */
function playedIn({ repository }: View, ids: readonly TrajectoryId[]): ReadonlyMap<TaskId, TrajectorySummary> {
  const summaries = ids.flatMap((id) => repository.summary(id) ?? []);
  return new Map(summaries.map((summary) => [summary.taskId, summary]));
}

/** How many of `rows` are not in `others`, each as often as it is there. */
function without(rows: readonly string[], others: readonly string[]): number {
  const left = [...others];
  return rows.filter((row) => {
    const at = left.indexOf(row);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  }).length;
}

/** Training sets of which it is kept which examples are about which task. */
const MOST_SETS = 32;

/** By task, the places of the examples of a training set, which does not change. */
const placesByTask = keptByView(
  ({ repository }, set): ReadonlyMap<TaskId, readonly number[]> => {
    const sources = (repository.exampleSources(set as TrainingSetId) ?? []).filter(({ part }) => part !== "rejected");
    const summaries = repository.summaries(sources.map(({ trajectory }) => trajectory));
    const places = sources.flatMap(({ position, trajectory }) => {
      const task = summaries.get(trajectory)?.taskId;
      return task === undefined ? [] : [{ task, position }];
    });
    const byTask = Map.groupBy(places, ({ task }) => task);
    return new Map([...byTask].map(([task, of]) => [task, of.map(({ position }) => position)]));
  },
  { most: MOST_SETS, stateOf: () => "" },
);

/** The examples of a training set about a task, as texts that tell them apart. */
function rowsOn(view: View, set: TrainingSetId, task: TaskId): string[] {
  const places = placesByTask(view, set).get(task) ?? [];
  return places.flatMap((position) => fingerprint(view.repository.example(set, position)));
}
