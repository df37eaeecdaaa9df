/**
 * A world that a tiny model can learn by heart: twelve doors, each with a code of two words out of four. A wrong word ends
 * the episode. Evaluated on the doors it was trained on: the circle is tested, not generalisation.
 */
import type { Benchmark } from "../../src/core/environment.ts";
import { taskId } from "../../src/core/ids.ts";
import type { Policy } from "../../src/core/policy.ts";
import type { Task } from "../../src/core/task.ts";
import { fromSimulator, type Simulator } from "../../src/worlds/simulator.ts";

const WORDS = ["amber", "birch", "coral", "delta"];
const DOORS = 12;
const LENGTH = 2;

interface Lock {
  readonly code: readonly string[];
  readonly said: number;
}

const codeOf = (door: number) => [WORDS[door % 4]!, WORDS[(door * 3 + (door >> 2)) % 4]!];

const simulator: Simulator<Lock> = {
  initial: (task) => ({ state: { code: codeOf(task.data as number), said: 0 }, observation: "Word 1?" }),
  transition({ code, said }, action) {
    const isRight = action === `say ${code[said]}`;
    const isOpen = isRight && said + 1 === LENGTH;
    const observation = isOpen ? "Open." : isRight ? `Word ${said + 2}?` : "Wrong.";
    const state = { code, said: said + Number(isRight) };
    return { state, observation, reward: Number(isOpen), terminated: isOpen || !isRight };
  },
  actions: () => WORDS.map((word) => `say ${word}`),
};

const taskOf = (split: string, door: number): Task => ({
  id: taskId(`locks/${split}/${door}`),
  split,
  category: "door",
  instruction: `Door ${String.fromCharCode(65 + door)}.`,
  data: door,
});

const expert: Policy = {
  name: "expert/locksmith",
  async act({ task, steps }) {
    const action = `say ${codeOf(task.data as number)[steps.length]}`;
    return { thought: "", action, completion: action, usage: null };
  },
  close: async () => {},
};

export const benchmark: Benchmark = {
  name: "locks",
  splits: ["train", "test"],
  maxSteps: LENGTH,
  successReturn: 1,
  instructions: "Say the code.",
  tasks: async (split) => Array.from({ length: DOORS }, (_, door) => taskOf(split, door)),
  async task(id) {
    const [, split, door] = id.split("/");
    return taskOf(split!, Number(door));
  },
  open: async () => fromSimulator(simulator),
  expert,
};
