/** A world of your own; also `gleaner play examples/own-world.ts` and `gleaner env examples/own-world.ts --stdio`. */
import { type Benchmark, fromSimulator, randomPolicy, rollout, type Simulator, type Task } from "gleaner";

const simulator: Simulator<{ at: number; door: number }> = {
  initial: (task) => ({ state: { at: 0, door: task.data as number }, observation: "You stand in a corridor." }),
  transition({ at, door }, action) {
    const next = action === "forward" ? Math.min(at + 1, door) : at;
    const opened = action === "open" && at === door;
    const observation = opened ? "It opens." : `The door is ${door - next} paces away.`;
    return { state: { at: next, door }, observation, reward: Number(opened), terminated: opened };
  },
  actions: () => ["forward", "open"],
};
const taskOf = (door: number) =>
  ({
    id: `corridor/train/${door}`,
    split: "train",
    category: "all",
    instruction: "Open the door.",
    data: door,
  }) as Task;

export const benchmark: Benchmark = {
  name: "corridor",
  splits: ["train"],
  maxSteps: 20,
  successReturn: 1,
  instructions: "Actions: forward, open.",
  tasks: async () => [1, 2, 3].map(taskOf),
  task: async (id) => taskOf(Number(id.split("/")[2])),
  open: async () => fromSimulator(simulator),
};

if (import.meta.main) {
  const who = { environment: await benchmark.open(), policy: randomPolicy() };
  const what = { task: taskOf(2), id: "1" as never, seed: 0, maxSteps: 20, successReturn: 1 };
  const { steps, success } = await rollout({ ...who, ...what });
  console.log(`${success ? "won" : "lost"} after ${steps.length} steps`);
}
