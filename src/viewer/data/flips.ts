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
  const [rowsA, rowsB] = [placeA, placeB].map(({ round }) => rowsByTask(view, round!.trainingSet));
  const lines = [...playedA].flatMap(([task, inA]): FlipLine[] => {
    const inB = playedB.get(task);
    if (!inB) return [];
    const [ofA, ofB] = [rowsA!.get(task) ?? [], rowsB!.get(task) ?? []];
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

/** Training sets whose examples are kept apart. */
const MOST_SETS = 16;

/** Of each task the examples of a training set, which does not change, as texts that tell them apart. */
const rowsByTask = keptByView(
  (view, set): ReadonlyMap<TaskId, readonly string[]> => {
    const { repository } = view;
    const rows = [...(repository.examplesOf(set as TrainingSetId) ?? [])].flatMap((example) => {
      const [source] = "source" in example ? [example.source] : example.sources;
      const task = repository.summary(source)?.taskId;
      return task === undefined ? [] : [{ task, row: fingerprint(example) }];
    });
    const byTask = Map.groupBy(rows, ({ task }) => task);
    return new Map([...byTask].map(([task, ofTask]) => [task, ofTask.map(({ row }) => row)]));
  },
  { most: MOST_SETS, stateOf: () => "" },
);
