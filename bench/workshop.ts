/**
 * How fast the built-in world is through the Environment interface: the same episodes once with nothing but steps,
 * once asking for the listed actions before each step as a policy does. The actions are an erring expert's, recorded
 * beforehand, so that no policy is timed.
 */
import type { Environment } from "../src/core/environment.ts";
import type { TrajectoryId } from "../src/core/ids.ts";
import type { Task } from "../src/core/task.ts";
import { workshop } from "../src/environments/workshop/index.ts";
import { noisy } from "../src/policies/noisy.ts";
import { rollout } from "../src/rollout/rollout.ts";

const STEPS = 300_000;
const ROUNDS = 3;

interface Episode {
  readonly task: Task;
  readonly actions: readonly string[];
}

/** Prints a table and one JSON line. */
export async function bench(): Promise<void> {
  const benchmark = workshop();
  const environment = await benchmark.open();
  const policy = noisy(benchmark.expert!, { errorRate: 0.25 });
  const episodes: Episode[] = [];
  for (const task of await benchmark.tasks("train")) {
    const id = `bench ${task.id}` as TrajectoryId;
    const { maxSteps, successReturn } = benchmark;
    const { steps } = await rollout({ id, task, environment, policy, seed: 0, maxSteps, successReturn });
    episodes.push({ task, actions: steps.map((step) => step.action) });
  }
  const rates = { steps: 0, "steps, listing actions": 0 };
  // Alternating, best of each: what else the machine does hits both alike.
  for (let round = 0; round < ROUNDS; round++) {
    rates.steps = Math.max(rates.steps, await stepsPerSecond(environment, episodes, false));
    rates["steps, listing actions"] = Math.max(
      rates["steps, listing actions"],
      await stepsPerSecond(environment, episodes, true),
    );
  }
  console.table(Object.entries(rates).map(([what, rate]) => ({ what, "per second": Math.round(rate) })));
  console.log(JSON.stringify({ bench: "workshop", unit: "steps/s", ...rates }));
}

async function stepsPerSecond(environment: Environment, episodes: readonly Episode[], listing: boolean) {
  const start = performance.now();
  let steps = 0;
  for (let i = 0; steps < STEPS; i = (i + 1) % episodes.length) {
    const { task, actions } = episodes[i]!;
    await environment.reset(task, 0);
    for (const action of actions) {
      if (listing) await environment.actions();
      await environment.step(action);
    }
    steps += actions.length;
  }
  return (steps / (performance.now() - start)) * 1000;
}
