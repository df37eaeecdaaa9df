/** A training set of what runs recorded, without a training: who chooses, what of it is used, and why the rest is not. */
import { CliError } from "../../core/errors.ts";
import type { TrainingSetId } from "../../core/ids.ts";
import type { Repository } from "../../core/repository.ts";
import type { Task } from "../../core/task.ts";
import type { TrainingSet } from "../../core/training.ts";
import type { Trajectory } from "../../core/trajectory.ts";
import { expectedOneOf } from "../../core/wording.ts";
import type { Format } from "../../formats/format.ts";
import { bc } from "../algorithms/bc.ts";
import type { Experiment, FinishedRound } from "../algorithms/experiment.ts";
import { METHODS, methodOf, methodSchema } from "../algorithms/methods.ts";
import { beginAlike } from "../algorithms/preferences.ts";
import { bestByReward, bestOverWorst, extremes, oneSolution } from "../algorithms/recorded.ts";
import { collecting, needsWorld } from "./collecting.ts";
import { DATASET_METHODS, type DatasetMethod } from "./dataset-methods.ts";
import { withoutHeldOut } from "./expert.ts";
import { trainingSetId } from "./training.ts";

/** `text` as one of them. Throws CliError, for a method that plays in one sentence that says how to bring what it needs. */
export function datasetMethod(text: string): DatasetMethod {
  const found = DATASET_METHODS.find((name) => name === text.toLowerCase());
  if (found) return found;
  if (Object.hasOwn(METHODS, text.toLowerCase())) throw needsWorld(text.toLowerCase());
  throw new CliError(`--method: ${expectedOneOf(DATASET_METHODS, text)}`);
}

export interface DatasetRequest {
  readonly repository: Repository;
  /** Whose episodes are chosen from. */
  readonly runs: readonly string[];
  readonly method: DatasetMethod;
  readonly format: Format;
  readonly successReturn: number;
  /** Runs whose tasks are held out: no episode of such a task is learned. */
  readonly notIn: readonly string[];
  /** Episodes with a lower return are left out. */
  readonly minReward?: number | undefined;
  /** Of DPO; above 0. */
  readonly beta: number;
}

export interface Dataset {
  readonly id: TrainingSetId;
  readonly set: TrainingSet;
  /** What the runs hold. */
  readonly episodes: number;
  /** The episodes that are learned from, in the order of their ids. */
  readonly used: readonly Trajectory[];
  /** How many are not, by reason. */
  readonly leftOut: Readonly<Record<string, number>>;
  /** Of which splits' tasks the used ones are. */
  readonly splits: Readonly<Record<string, number>>;
}

/** Chooses, and stores nothing. Throws CliError where nothing is left to learn. */
export async function makeDataset(request: DatasetRequest): Promise<Dataset> {
  const { repository, runs, method, format, successReturn } = request;
  const leftOut = new Map<string, number>();
  const leave = (reason: string, count = 1) => void leftOut.set(reason, (leftOut.get(reason) ?? 0) + count);
  const ids = [...new Set(runs.flatMap((run) => repository.trajectoriesOf(run)))].sort();
  const episodes = ids.map((id) => repository.trajectory(id)!);
  const learnable = episodes.filter((episode) => {
    const reason = unusable(request, episode);
    if (reason !== undefined) leave(reason);
    return reason === undefined;
  });
  const tasks = new Map(learnable.map(({ taskId }) => [taskId as string, repository.task(taskId)!]));
  const usable = keptOut(request, learnable, tasks);
  if (usable.length < learnable.length)
    leave(`the task is one of ${request.notIn.join(", ")}`, learnable.length - usable.length);
  let round: FinishedRound | undefined;
  const isReplayed = ({ id }: Trajectory) => repository.verification(id)?.kind !== "unreplayable";
  const x = collecting({
    ...{ method, format, successReturn, tasks },
    expert: usable.filter(isReplayed),
    learnOnly: usable.filter((episode) => !isReplayed(episode)),
    onRound(finished) {
      round = finished;
    },
  });
  await choose(x, request);
  const { set } = round!;
  const sources = new Set<string>(
    set.kind === "sft" ? set.examples.map(({ source }) => source) : set.examples.flatMap(({ sources }) => sources),
  );
  const used = usable.filter(({ id }) => sources.has(id));
  const peers = Map.groupBy(usable, ({ taskId }) => taskId);
  for (const episode of usable)
    if (!sources.has(episode.id)) leave(whyNot(x, method, episode, peers.get(episode.taskId)!));
  if (used.length === 0) throw nothingLeft(request, leftOut);
  const splits: Record<string, number> = {};
  for (const { taskId } of used) {
    const { split } = tasks.get(taskId)!;
    splits[split] = (splits[split] ?? 0) + 1;
  }
  const id = trainingSetId(set);
  return { id, set, episodes: episodes.length, used, leftOut: Object.fromEntries(leftOut), splits };
}

/** Runs the method. What a config names is taken with its defaults, by which NAT learns from what was recorded alone. */
async function choose(x: Experiment, { method, beta }: DatasetRequest): Promise<void> {
  if (method === "bc") await bc(x);
  else if (method === "one-solution") await oneSolution(x);
  else if (method === "best-of") await bestByReward(x);
  else if (method === "pairs") await bestOverWorst(x, { beta });
  else {
    const said = methodSchema.parse({ method });
    await methodOf(said).run(x, x.base, said, { world: "", learningRate: 0 });
  }
}

function unusable({ repository, minReward }: DatasetRequest, episode: Trajectory): string | undefined {
  if (repository.verification(episode.id)?.kind === "diverged") return "the replay differs from the log";
  if (episode.outcome.kind === "failed") return "the episode broke off: something failed on our side";
  if (episode.steps.length === 0) return "the agent did nothing";
  if (minReward !== undefined && episode.return < minReward) return `the reward is below ${minReward}`;
  return undefined;
}

function keptOut(
  { repository, notIn }: DatasetRequest,
  episodes: readonly Trajectory[],
  tasks: ReadonlyMap<string, Task>,
): readonly Trajectory[] {
  if (notIn.length === 0) return episodes;
  const ids = new Set(notIn.flatMap((run) => repository.summariesOf(run).map(({ taskId }) => taskId)));
  const heldOut = [...ids].map((id) => repository.task(id)!);
  const items = episodes.map((episode) => ({ episode, task: tasks.get(episode.taskId)! }));
  return withoutHeldOut(items, heldOut).map(({ episode }) => episode);
}

/** Why the method did not take an episode that it could have. */
function whyNot(x: Experiment, method: DatasetMethod, episode: Trajectory, peers: readonly Trajectory[]): string {
  if (method === "best-of") return "another episode of the task is better";
  if (method === "nat") return "another episode of the task took the same actions";
  if (method !== "pairs") return episode.success ? "another solution of the task was chosen" : "not won";
  const [best, worst] = extremes(peers);
  if (peers.length === 1) return ALONE;
  if (best.return === worst.return) return "every episode of the task has the same reward";
  if (!beginAlike(x, best, worst)) return "the task's best and worst episode begin with other messages or tools";
  return "neither the best nor the worst of its task";
}

const ALONE = "it is the only episode of its task";

function nothingLeft({ runs, method }: DatasetRequest, leftOut: ReadonlyMap<string, number>): CliError {
  const reasons = [...leftOut].map(([reason, count]) => `${count}: ${reason}`).join("; ");
  // Logs whose records are named one by one look so.
  const hint = leftOut.has(ALONE) ? "; import's --task PATH says what runs of one task have in common" : "";
  return new CliError(
    `--method ${method}: nothing is left to learn from ${runs.join(", ")} (${reasons || "no episodes"})${hint}`,
  );
}
