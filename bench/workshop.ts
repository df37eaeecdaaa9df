/**
 * How fast the built-in world is through the Environment interface: the same episodes once with nothing but steps,
 * once asking for the listed actions before each step as a policy does. The actions are an erring expert's, recorded
 * beforehand, so that no policy is timed.
 */

import { noisy } from "../src/policies/noisy.ts";
import { workshop } from "../src/worlds/workshop/index.ts";
import { recorded, stepsPerSecond } from "./parts/steps.ts";

const STEPS = 300_000;
const ROUNDS = 3;

/** Prints a table and one JSON line. */
export async function bench(): Promise<void> {
  const benchmark = workshop();
  const environment = await benchmark.open();
  const policy = noisy(benchmark.expert!, { errorRate: 0.25 });
  const episodes = await recorded(benchmark, policy, await benchmark.tasks("train"));
  const rates = { steps: 0, "steps, listing actions": 0 };
  // Alternating, best of each: what else the machine does hits both alike.
  for (let round = 0; round < ROUNDS; round++) {
    rates.steps = Math.max(rates.steps, await stepsPerSecond(environment, episodes, { steps: STEPS, listing: false }));
    rates["steps, listing actions"] = Math.max(
      rates["steps, listing actions"],
      await stepsPerSecond(environment, episodes, { steps: STEPS, listing: true }),
    );
  }
  console.table(Object.entries(rates).map(([what, rate]) => ({ what, "per second": Math.round(rate) })));
  console.log(JSON.stringify({ bench: "workshop", unit: "steps/s", ...rates }));
}
