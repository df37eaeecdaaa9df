/** What a log claims, as a trajectory: to be replayed, or to be kept as it is where nobody can check it. */
import type { Benchmark } from "../core/environment.ts";
import type { TrajectoryId } from "../core/ids.ts";
import type { Task } from "../core/task.ts";
import type { Step, Trajectory } from "../core/trajectory.ts";
import type { LoggedEpisode } from "./reader.ts";
import type { Replayed } from "./trial.ts";

/** What the log claims, as a trajectory. Rewards and ending are not known yet: the replay finds them. */
export function asTrajectory(id: TrajectoryId, task: Task, policy: string, episode: LoggedEpisode): Trajectory {
  const told = observationsOf(episode);
  const steps = episode.steps.map(({ thought, action, completion, reasoning, tokenIds }, index): Step => {
    const observation = told[index] ?? "";
    // In the order in which a store writes them, so that it need not sort them.
    return {
      ...{ action, completion, observation },
      ...(reasoning && { reasoning }),
      ...{ reward: 0, thought },
      ...(tokenIds && { tokenIds }),
      usage: null,
    };
  });
  return {
    ...(episode.chat && { chat: episode.chat }),
    finalObservation: told.at(-1) ?? "",
    fork: null,
    id,
    outcome: { kind: "truncated", limit: "steps" },
    policy,
    return: 0,
    seed: 0,
    steps,
    success: false,
    taskId: task.id,
  };
}

/** What was seen before each step, then what the last one led to; null where the log does not tell. */
const observationsOf = ({ firstObservation, steps }: LoggedEpisode) => [
  firstObservation,
  ...steps.map(({ observation }) => observation),
];

/** Where a replay must take the world's word. The last answer is no such place: a replay compares it only if it is told. */
export function untoldOf(episode: LoggedEpisode): ReadonlySet<number> {
  const before = observationsOf(episode).slice(0, -1);
  return new Set([...before.keys()].filter((index) => before[index] === null));
}

/** `recorded` with the result that the log tells: nobody can check it. */
export function asLogged(
  recorded: Trajectory,
  { end }: LoggedEpisode,
  { successReturn }: Benchmark,
  reason: string,
): Replayed {
  const { return: earned, terminated, success = earned >= successReturn } = end!;
  const steps = recorded.steps.with(-1, { ...recorded.steps.at(-1)!, reward: earned });
  return {
    verification: { kind: "unreplayable", trajectory: recorded.id, reason },
    trajectory: {
      ...recorded,
      steps,
      return: earned,
      success,
      outcome: terminated ? { kind: "terminated" } : recorded.outcome,
    },
  };
}
