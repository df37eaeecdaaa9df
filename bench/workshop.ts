/**
 * How fast the built-in world is through the Environment interface: the same episodes once with nothing but steps,
 * once asking for the listed actions before each step as a policy does. The actions are an erring expert's, recorded
 * beforehand, so that no policy is timed.
 */
import { noisy } from "../src/policies/noisy.ts";
import { workshop } from "../src/worlds/workshop/index.ts";
import type { Findings } from "./parts/result.ts";
import { recorded, stepsPerSecond } from "./parts/steps.ts";

const STEPS = 300_000;
const ROUNDS = 3;

export async function run(): Promise<Findings> {
  const benchmark = workshop();
  const environment = await benchmark.open();
  const policy = noisy(benchmark.expert!, { errorRate: 0.25 });
  const episodes = await recorded(benchmark, policy, await benchmark.tasks("train"));
  let [stepping, listing] = [0, 0];
  // Alternating, best of each: what else the machine does hits both alike.
  for (let round = 0; round < ROUNDS; round++) {
    stepping = Math.max(stepping, await stepsPerSecond(environment, episodes, { steps: STEPS, listing: false }));
    listing = Math.max(listing, await stepsPerSecond(environment, episodes, { steps: STEPS, listing: true }));
  }
  return {
    settings: { steps: STEPS, rounds: ROUNDS },
    figures: {
      "nothing but steps": { "steps/s": stepping },
      "listing the actions before each": { "steps/s": listing },
    },
    ratios: { "stepping ÷ stepping and listing, steps/s": stepping / listing },
  };
}
