/** Trajectories of one task side by side. They begin in the same state, so equal steps stand in equal rows until they part. */
import { CliError } from "../../core/errors.ts";
import type { TrajectoryId } from "../../core/ids.ts";
import type { Trajectory } from "../../core/trajectory.ts";
import { quoted } from "../../core/wording.ts";
import type { Diff, DiffRow } from "../api/compare.ts";
import type { Actor } from "../api/shared.ts";
import type { View } from "../view.ts";
import { keptByView } from "./kept.ts";
import { actorOf, makersOf } from "./looked.ts";
import { headOf, roundsOf, whoIn } from "./rounds.ts";
import { cutText } from "./texts.ts";

const FEWEST = 2;
const MOST = 8;

/** `diff/ID,ID[,ID…]`, each id encoded; null: one of them is not there. Throws CliError for trajectories of several tasks. */
export function diffOf(view: View, list: string): Diff | null {
  const ids = idsIn(list);
  const { repository } = view;
  const found = ids.map((id) => repository.trajectory(id));
  const columns = found.filter((each) => each !== undefined);
  if (columns.length < found.length) return null;
  const [first] = columns;
  const other = columns.find(({ taskId }) => taskId !== first!.taskId);
  if (other)
    throw new CliError(
      `diff: expected trajectories of one task, got ${quoted(first!.taskId)} (${first!.id}) and ${quoted(other.taskId)} (${other.id})`,
    );
  const looked = everybodyIn(view, "");
  const actors = ids.map((id) => {
    const makers = makersOf(view, looked, id);
    return (step: number): Actor =>
      makers.find(({ from }) => from <= step)?.actor ?? actorOf(view, looked, columns.find((each) => each.id === id)!);
  });
  const shared = sharedSteps(columns);
  const longest = Math.max(...columns.map(({ steps }) => steps.length));
  return {
    task: first!.taskId,
    instruction: cutText(repository.task(first!.taskId)?.instruction ?? ""),
    columns: ids.map((id) => headOf(repository.summary(id)!, looked.whoOf)),
    shared,
    divergesAt: divergesAt(columns, shared),
    rows: Array.from({ length: longest }, (_, index) => rowOf(columns, actors, index)),
  };
}

/** Who acts in any run of the project. */
const everybodyIn = keptByView(
  (view) => {
    const { repository } = view;
    const rounds = repository.runs().flatMap(({ name }) => roundsOf(view, name));
    const experts = new Set(rounds.flatMap(({ expert, learnOnly = [] }) => [...expert, ...learnOnly]));
    return { whoOf: whoIn(rounds), isExpert: (id: TrajectoryId) => experts.has(id) };
  },
  { most: 1 },
);

/** A comma within an id comes encoded once more. */
function idsIn(list: string): TrajectoryId[] {
  const ids = [...new Set(list.split(",").map(decoded))].filter((id) => id !== "");
  if (ids.length < FEWEST || ids.length > MOST)
    throw new CliError(`diff: expected ${FEWEST} to ${MOST} different trajectories, got ${ids.length}`);
  return ids as TrajectoryId[];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new CliError(`diff: expected ids encoded with encodeURIComponent, got ${quoted(text)}`);
  }
}

/** Whether all show and do the same in this step; false where one of them has no such step. */
function isSame(columns: readonly Trajectory[], index: number): boolean {
  const [first, ...others] = columns.map(({ steps }) => steps[index]);
  return others.every(
    (step) => first && step && step.observation === first.observation && step.action === first.action,
  );
}

function sharedSteps(columns: readonly Trajectory[]): number {
  let shared = 0;
  while (isSame(columns, shared)) shared++;
  return shared;
}

/** null: one of them ended while all were the same, and what they saw last is no difference either. */
function divergesAt(columns: readonly Trajectory[], shared: number): number | null {
  const shortest = Math.min(...columns.map(({ steps }) => steps.length));
  if (shared < shortest) return shared;
  // The last action of one may have led elsewhere.
  const seen = new Set(columns.map(({ steps, finalObservation }) => steps[shared]?.observation ?? finalObservation));
  return seen.size > 1 ? shared : null;
}

function rowOf(columns: readonly Trajectory[], actors: readonly ((step: number) => Actor)[], index: number): DiffRow {
  return {
    index,
    same: isSame(columns, index),
    cells: columns.map(({ steps }, column) => {
      const step = steps[index];
      if (!step) return null;
      const { observation, thought, action, reward } = step;
      const texts = { observation: cutText(observation), thought: cutText(thought), action: cutText(action) };
      return { ...texts, reward, actor: actors[column]!(index) };
    }),
  };
}
