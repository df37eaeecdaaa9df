/**
 * Choices among recorded episodes, for training sets that are made without a training. Nobody plays: what is learned is
 * what was recorded. Ties go to the fewest steps, then to the lowest id, so that equal runs give equal sets.
 */
import type { Trajectory } from "../../core/trajectory.ts";
import { example, recorded, sft, wholeSolutions } from "./examples.ts";
import type { Experiment } from "./experiment.ts";
import { contrast } from "./preferences.ts";
import { bestSolution, byTask, expertSolution, wins } from "./solutions.ts";

/** Of each task the solution that EEF would choose: the fewest steps, then the lowest id. */
export async function oneSolution(x: Experiment): Promise<void> {
  const solved = byTask(wins(recorded(x)).map(expertSolution));
  const set = wholeSolutions(
    x,
    [...solved.values()].map((candidates) => bestSolution(candidates)!),
  );
  const checkpoint = await x.train(set, x.base, 0);
  await x.finishRound({ iteration: 0, explored: [], probed: [], set, checkpoint });
}

/** Of each task the episode with the highest reward, won or not. */
export async function bestByReward(x: Experiment): Promise<void> {
  const best = [...episodesByTask(x).values()].map((episodes) => inOrder(episodes)[0]!);
  const set = sft(best.map((trajectory) => example(x, expertSolution(trajectory), "highest reward of its task")));
  const checkpoint = await x.train(set, x.base, 0);
  await x.finishRound({ iteration: 0, explored: [], probed: [], set, checkpoint });
}

/** Of each task a preference of its best episode over its worst, by the rules of ETO (`contrast`). `beta`: of DPO, above 0. */
export async function bestOverWorst(x: Experiment, { beta }: { readonly beta: number }): Promise<void> {
  const examples = [...episodesByTask(x).values()].flatMap((episodes) => contrast(x, extremes(episodes), null));
  const set = { kind: "dpo", examples, beta } as const;
  const checkpoint = await x.train(set, x.base, 0);
  await x.finishRound({ iteration: 0, explored: [], probed: [], set, checkpoint, counts: { pairs: examples.length } });
}

/** The best episode and the worst one: the same if there is one. */
export function extremes(episodes: readonly Trajectory[]): readonly [best: Trajectory, worst: Trajectory] {
  const ordered = inOrder(episodes);
  const lowest = ordered.at(-1)!.return;
  return [ordered[0]!, ordered.find((episode) => episode.return === lowest)!];
}

const episodesByTask = (x: Experiment) => Map.groupBy(recorded(x), ({ taskId }) => taskId);

/** The highest return first. */
const inOrder = (episodes: readonly Trajectory[]): Trajectory[] =>
  episodes.toSorted(
    (a, b) => b.return - a.return || a.steps.length - b.steps.length || (a.id < b.id ? -1 : Number(a.id > b.id)),
  );
