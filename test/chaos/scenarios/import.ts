/** `gleaner import`: episodes of an expert that errs, with actions only, so that each is replayed. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { trajectoryId } from "../../../src/core/ids.ts";
import { rollout } from "../../../src/engine/rollout/rollout.ts";
import { noisy } from "../../../src/policies/noisy.ts";
import { workshop } from "../../../src/worlds/workshop/index.ts";
import type { Scenario } from "../scenario.ts";

const EPISODES_A_TASK = 3;

/** One line for each episode, as another program would write it. */
async function logs(): Promise<string> {
  const benchmark = workshop();
  const environment = await benchmark.open();
  const { maxSteps, successReturn } = benchmark;
  const policy = noisy(benchmark.expert!, { errorRate: 0.25 });
  const lines: string[] = [];
  for (const task of await benchmark.tasks("train")) {
    for (let seed = 1; seed <= EPISODES_A_TASK; seed++) {
      const id = trajectoryId(`${task.id}-${seed}`);
      const { steps } = await rollout({ id, task, environment, policy, seed, maxSteps, successReturn });
      lines.push(JSON.stringify({ task: task.id, steps: steps.map(({ action }) => ({ action })) }));
    }
  }
  await environment.close();
  return `${lines.join("\n")}\n`;
}

export const importing: Scenario = {
  name: "import",
  faults: {
    SIGKILL: 30,
    SIGTERM: 6,
    SIGINT: 6,
    "double start": 12,
    "other run at once": 6,
    "full disk": 8,
    "locked store": 8,
    "damaged copy": 12,
  },
  async open(folder) {
    const file = join(folder, "logs.jsonl");
    writeFileSync(file, await logs());
    const common = ["import", file, "--format", "gleaner", "--env", "workshop", "--out"];
    return { args: () => [...common, "logs"], otherArgs: [...common, "other"], folders: [] };
  },
};
