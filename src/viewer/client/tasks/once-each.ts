/** Methods that play the same rollouts share them, so one trajectory may come with several rounds. */
import type { RoundLine } from "../../api/shared.ts";
import type { TaskTrajectory } from "../../api/tasks.ts";

export interface SharedTrajectory extends TaskTrajectory {
  /** All of them, the first one first. */
  readonly rounds: readonly RoundLine[];
}

/** Each trajectory once, where it came first. */
export function onceEach(trajectories: readonly TaskTrajectory[]): SharedTrajectory[] {
  return [...Map.groupBy(trajectories, ({ id }) => id).values()].map((same) => ({
    ...same[0]!,
    rounds: same.flatMap(({ round }) => round ?? []),
  }));
}
