/** All tasks of a run: who played and won which. */
import { type Episode, type Material, materialOf } from "../../analysis/material.ts";
import { lastRounds } from "../../analysis/report.ts";
import type { Share } from "../../analysis/statistics.ts";
import { expertIds } from "../../analysis/story.ts";
import { naturally } from "../../analysis/success.ts";
import type { TaskId, TrajectoryId } from "../../core/ids.ts";
import type { Round } from "../../core/run.ts";
import type { TaskLine, Tasks } from "../api/tasks.ts";
import type { View } from "../view.ts";
import { keptByRun } from "./kept.ts";
import { placeOf, toldAt } from "./rounds.ts";

/** Lists of the largest runs have some thousand lines. */
const MOST_RUNS = 4;

/** null: there is no such run. */
export const tasksOf = (view: View, run: string): Tasks | null => kept(view, run);

const kept = keptByRun((view, run): Tasks | null => {
  if (!view.repository.run(run)) return null;
  const material = materialOf(view.repository, [run]);
  const rounds = material.methods.flatMap((method) => method.rounds);
  const expert = byTask(material, expertsOf(view, run, rounds));
  const methods = material.methods.map(({ rounds }) => ({
    explored: byTask(
      material,
      rounds.flatMap(({ explored, probed }) => [...explored, ...probed]),
    ),
    evaluated: byTask(
      material,
      lastRounds(rounds).flatMap(({ evaluated }) => evaluated),
    ),
  }));
  const names = material.methods.map(({ method }) => method);
  const played = [expert, ...methods.flatMap(({ explored, evaluated }) => [explored, evaluated])];
  const heads = new Map(played.flatMap((tasks) => [...tasks].map(([id, [first]]) => [id, first!.task])));
  const lines = naturally([...heads.keys()]).map((id): TaskLine => {
    const task = id as TaskId;
    const { split, category } = heads.get(task)!;
    const explored = methods.map((method) => shareOf(method.explored.get(task)));
    const evaluated = methods.map((method) => shareOf(method.evaluated.get(task)));
    const ofExpert = shareOf(expert.get(task));
    const winners = names.filter((_, index) => isWon(explored[index]) || isWon(evaluated[index]));
    const solvedBy = [...(isWon(ofExpert) ? ["expert"] : []), ...winners];
    return { task, split, category, expert: ofExpert, evaluated, explored, solvedBy };
  });
  return {
    run,
    splits: naturally(lines.map(({ split }) => split)),
    categories: naturally(lines.map(({ category }) => category)),
    methods: names,
    lines: [
      ...lines.filter(({ solvedBy }) => solvedBy.length === 0),
      ...lines.filter(({ solvedBy }) => solvedBy.length > 0),
    ],
  };
}, MOST_RUNS);

type ByTask = ReadonlyMap<TaskId, readonly Episode[]>;

/** Each trajectory once. */
const byTask = (material: Material, ids: readonly TrajectoryId[]): ByTask =>
  Map.groupBy(material.episodes([...new Set(ids)]), ({ task }) => task.id);

/** Failed episodes say nothing of a task. null: nobody played it. */
function shareOf(episodes: readonly Episode[] | undefined): Share | null {
  if (!episodes) return null;
  const finished = episodes.filter(({ failed }) => !failed);
  return { won: finished.filter(({ success }) => success).length, of: finished.length };
}

const isWon = (share: Share | null | undefined): boolean => (share?.won ?? 0) > 0;

/** What experts recorded: given to any round, or held by a run without rounds. */
function expertsOf(view: View, run: string, rounds: readonly Round[]): TrajectoryId[] {
  if (rounds.length > 0) return [...new Set(rounds.flatMap(({ expert, learnOnly = [] }) => [...expert, ...learnOnly]))];
  return [...expertIds(toldAt(view, placeOf(view, run)!).telling)];
}
