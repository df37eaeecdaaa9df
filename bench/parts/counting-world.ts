/** A world in which nothing costs time: it counts. bench/python/openenv_server.py is the same one in Python. */
import type { Benchmark } from "../../src/core/environment.ts";
import { newTask } from "../../src/core/task.ts";
import { listedTasks } from "../../src/worlds/listed-tasks.ts";
import { fromSimulator } from "../../src/worlds/simulator.ts";

const task = newTask({ benchmark: "counting", split: "train", key: "0", category: "counting", instruction: "Count." });

export const benchmark: Benchmark = {
  ...{ name: "counting", maxSteps: 1_000_000, successReturn: 1, instructions: "Answer with count." },
  ...listedTasks([task]),
  open: async () =>
    fromSimulator<number>({
      initial: () => ({ state: 0, observation: "0" }),
      transition: (state) => ({ state: state + 1, observation: String(state + 1), reward: 0, terminated: false }),
      actions: () => ["count"],
    }),
};
