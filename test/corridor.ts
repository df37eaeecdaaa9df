/**
 * A small real world for tests, with the habits that matter to reading logs: arriving prefixes its answer, the first
 * observation depends on the seed, unknown actions are answered, and the door ends the episode.
 */
import type { Benchmark } from "../src/core/environment.ts";
import { CliError } from "../src/core/errors.ts";
import { trajectoryId } from "../src/core/ids.ts";
import type { Policy } from "../src/core/policy.ts";
import { newTask, type Task } from "../src/core/task.ts";
import type { Trajectory } from "../src/core/trajectory.ts";
import { rollout } from "../src/engine/rollout/rollout.ts";
import { fromSimulator, type Simulator } from "../src/worlds/simulator.ts";

interface Hall {
  readonly length: number;
  readonly keyAt: number;
  readonly at: number;
  readonly hasKey: boolean;
}

const ACTIONS = ["forward", "back", "take key", "open door", "look"] as const;

const world: Simulator<Hall> = {
  initial(task, seed) {
    const { length, keyAt } = task.data as { length: number; keyAt: number };
    return { state: { length, keyAt, at: 0, hasKey: false }, observation: `You are in a hall. It is ${seed} o'clock.` };
  },
  transition(state, action) {
    const { at, keyAt, length, hasKey } = state;
    const answer = (observation: string, next: Partial<Hall> = {}, won = false) => ({
      state: { ...state, ...next },
      observation,
      reward: won ? 1 : 0,
      terminated: won,
    });
    const seen = (place: number) => (place === keyAt && !hasKey ? "a key" : place === length ? "a door" : "nothing");
    if (action === "look") return answer(`You see ${seen(at)}.`);
    if (action === "forward" && at < length)
      return answer(`You arrive at loc ${at + 1}. You see ${seen(at + 1)}.`, { at: at + 1 });
    if (action === "back" && at > 0)
      return answer(`You arrive at loc ${at - 1}. You see ${seen(at - 1)}.`, { at: at - 1 });
    if (action === "take key" && at === keyAt && !hasKey) return answer("You take the key.", { hasKey: true });
    if (action === "open door" && at === length && hasKey) return answer("The door opens.", {}, true);
    return answer("Nothing happens.");
  },
  actions: () => ACTIONS,
};

const hall = (length: number): Task =>
  newTask({
    benchmark: "corridor",
    split: length <= 4 ? "train" : "test",
    key: `halls/${length}`,
    category: "hall",
    instruction: "open the door.",
    data: { length, keyAt: Math.floor(length / 2) },
  });

const tasks = [2, 3, 4, 5, 6].map(hall);

/** Halls of length 2 to 4 (train) and 5 to 6 (test): `corridor/train/halls/3`. */
export const corridor: Benchmark = {
  name: "corridor",
  splits: ["test", "train"],
  maxSteps: 12,
  successReturn: 1,
  instructions: `Actions: ${ACTIONS.join(", ")}.`,
  async tasks(split) {
    return tasks.filter((task) => task.split === split);
  },
  async task(id) {
    const task = tasks.find((each) => each.id === id);
    if (!task) throw new CliError(`corridor has no task ${id}`);
    return task;
  },
  async open() {
    return fromSimulator(world);
  },
};

export { ACTIONS as CORRIDOR_ACTIONS };

/** The actions that win a hall of this length. */
export const winning = (length: number): string[] => [
  ...Array<string>(Math.floor(length / 2)).fill("forward"),
  "take key",
  ...Array<string>(length - Math.floor(length / 2)).fill("forward"),
  "open door",
];

/** The trajectory of `actions` in a hall, as the rollout loop records it. */
export async function walk(length: number, actions: readonly string[], seed = 0): Promise<Trajectory> {
  const policy: Policy = {
    name: "expert/walker",
    async act({ steps }) {
      const action = actions[steps.length]!;
      return { thought: `thought ${steps.length}`, action, completion: `> ${action}`, usage: null };
    },
    async close() {},
  };
  return rollout({
    id: trajectoryId(`walk ${length} ${actions.join(",")} ${seed}`),
    task: hall(length),
    environment: await corridor.open(),
    policy,
    seed,
    maxSteps: actions.length,
    successReturn: 1,
  });
}
