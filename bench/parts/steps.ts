/** Episodes recorded once and stepped through again and again, so that the world is timed and no policy. */
import type { Benchmark, Environment } from "../../src/core/environment.ts";
import type { TrajectoryId } from "../../src/core/ids.ts";
import type { Policy } from "../../src/core/policy.ts";
import type { Task } from "../../src/core/task.ts";
import { rollout } from "../../src/engine/rollout/rollout.ts";

export interface Episode {
  readonly task: Task;
  readonly actions: readonly string[];
}

/** One episode of the policy on each task. */
export async function recorded(benchmark: Benchmark, policy: Policy, tasks: readonly Task[]): Promise<Episode[]> {
  const environment = await benchmark.open();
  const { maxSteps, successReturn } = benchmark;
  const episodes: Episode[] = [];
  for (const task of tasks) {
    const id = `bench ${policy.name} ${task.id}` as TrajectoryId;
    const { steps } = await rollout({ id, task, environment, policy, seed: 0, maxSteps, successReturn });
    episodes.push({ task, actions: steps.map((step) => step.action) });
  }
  return episodes;
}

export interface Stepping {
  /** At least this many steps are taken, the episodes over and over. */
  readonly steps: number;
  /** Whether the actions are listed before each step, as a policy does that chooses among them. */
  readonly listing: boolean;
}

export async function stepsPerSecond(
  environment: Environment,
  episodes: readonly Episode[],
  { steps, listing }: Stepping,
): Promise<number> {
  const start = performance.now();
  let taken = 0;
  for (let i = 0; taken < steps; i = (i + 1) % episodes.length) {
    const { task, actions } = episodes[i]!;
    await environment.reset(task, 0);
    for (const action of actions) {
      if (listing) await environment.actions();
      await environment.step(action);
    }
    taken += actions.length;
  }
  return (taken / (performance.now() - start)) * 1000;
}
