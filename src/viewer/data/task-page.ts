/** One task: every trajectory of a run on it, and the part that it played. */
import type { TaskId, TrajectoryId } from "../../core/ids.ts";
import type { Round } from "../../core/run.ts";
import type { TaskPage, TaskTrajectory } from "../api/tasks.ts";
import type { View } from "../view.ts";
import { headOf, roundLineOf, whoIn } from "./rounds.ts";
import { cutText } from "./texts.ts";

/** null: there is no such run, or it has nothing of this task. */
export function taskPageOf({ repository }: View, run: string, id: string): TaskPage | null {
  const task = repository.task(id as TaskId);
  if (!task || !repository.run(run)) return null;
  const rounds = repository.rounds(run);
  const whoOf = whoIn(rounds);
  const part = (trajectory: TrajectoryId, role: TaskTrajectory["role"], round: Round | null): TaskTrajectory[] => {
    const summary = repository.summary(trajectory);
    if (summary?.taskId !== task.id) return [];
    return [{ ...headOf(summary, whoOf), role, round: round && roundLineOf(round) }];
  };
  const experts = new Set(rounds.flatMap(({ expert, learnOnly = [] }) => [...expert, ...learnOnly]));
  const played = rounds.flatMap((round) =>
    (["explored", "probed", "evaluated"] as const).flatMap((role) =>
      round[role].flatMap((each) => part(each, role, round)),
    ),
  );
  const named = new Set([...experts, ...played.map(({ id }) => id)]);
  const others = repository.trajectoriesOf(run).filter((each) => !named.has(each));
  const trajectories = [
    ...[...experts].flatMap((each) => part(each, "expert", null)),
    ...played,
    ...others.flatMap((each) => part(each, "recorded", null)),
  ];
  if (trajectories.length === 0) return null;
  const { split, category, instruction } = task;
  return { run, task: task.id, split, category, instruction: cutText(instruction), trajectories };
}
