/** A world of your own; also `gleaner play examples/own-world.ts` and `gleaner env examples/own-world.ts --stdio`. */
import * as gleaner from "gleaner";

const simulator: gleaner.Simulator<{ at: number; door: number }> = {
  initial({ data }) {
    if (typeof data !== "number") throw new gleaner.EnvironmentError(`expected the door's distance, got ${data}`);
    return { state: { at: 0, door: data }, observation: "You stand in a corridor." };
  },
  transition({ at, door }, action) {
    const next = action === "forward" ? Math.min(at + 1, door) : at;
    const opened = action === "open" && at === door;
    const observation = opened ? "It opens." : `The door is ${door - next} paces away.`;
    return { state: { at: next, door }, observation, reward: Number(opened), terminated: opened };
  },
  actions: () => ["forward", "open"],
};

const corridor = { benchmark: "corridor", split: "train", category: "all", instruction: "Open the door." };
const tasks = [1, 2, 3].map((door) => gleaner.newTask({ ...corridor, key: `${door}`, data: door }));

export const benchmark: gleaner.Benchmark = {
  ...gleaner.listedTasks(tasks),
  name: "corridor",
  maxSteps: 20,
  successReturn: 1,
  instructions: "Actions: forward, open.",
  open: async () => gleaner.fromSimulator(simulator),
};

if (import.meta.main) {
  const who = { environment: await benchmark.open(), policy: gleaner.randomPolicy() };
  const what = { task: tasks[1]!, id: gleaner.trajectoryId("1"), seed: 0, maxSteps: 20, successReturn: 1 };
  const { steps, success } = await gleaner.rollout({ ...who, ...what });
  console.log(`${success ? "won" : "lost"} after ${steps.length} steps`);
}
