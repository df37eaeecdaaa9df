/**
 * A tiny shop with WebShop's habits that matter to reading logs: it is named `webshop`, shows its goal on every page,
 * draws price limits by a seed that is part of a task's id, and starts no task but its own.
 */
import type { Benchmark } from "../src/core/environment.ts";
import { CliError, EnvironmentError } from "../src/core/errors.ts";
import { type TaskId, taskId } from "../src/core/ids.ts";
import type { Task } from "../src/core/task.ts";
import { fromSimulator, type Simulator } from "../src/worlds/simulator.ts";

const WARES = ["red mug", "blue mug", "green lamp", "brass bell", "paper boat", "wool hat"] as const;

/** The goal of an index, with the price limit that this seed draws. */
export const shopGoal = (index: number, seed = 0): string =>
  `i want a ${WARES[index]}, and price lower than ${10 * (1 + ((index + seed) % 5))}.00 dollars`;

interface Visit {
  readonly goal: string;
  readonly ware: string;
  readonly page: "start" | "results" | "done";
}

export interface ShopOptions {
  readonly seed?: number;
  readonly kind?: "human" | "synthetic";
  /** How many of the goals it has; its first one is `WARES[first]`. */
  readonly goals?: number;
  readonly first?: number;
}

/** `webshop/human/0` …; with a seed other than 0 `webshop/human/0#seed-3`. Goals 0 and 1 are `test`, the others `train`. */
export function shop({ seed = 0, kind = "human", goals = WARES.length, first = 0 }: ShopOptions = {}): Benchmark {
  const suffix = seed === 0 ? "" : `#seed-${seed}`;
  const tasks = WARES.slice(first, first + goals).map(
    (_, index): Task => ({
      id: taskId(`webshop/${kind}/${index}${suffix}`),
      split: index < 2 ? "test" : "train",
      category: "wares",
      instruction: shopGoal(first + index, seed),
      data: { ware: WARES[first + index]! },
    }),
  );
  const own = (id: TaskId) => tasks.find((task) => task.id === id);
  const world: Simulator<Visit> = {
    initial({ id, instruction, data }) {
      if (own(id)?.instruction !== instruction) throw new EnvironmentError(`task ${id} is not of this shop`);
      const state: Visit = { goal: instruction, ware: (data as { ware: string }).ware, page: "start" };
      return { state, observation: pageOf(state) };
    },
    transition(state, action) {
      if (state.page === "results" && /^click\[buy now\]$/i.test(action)) {
        const isWon = state.ware.endsWith("mug") || state.ware.endsWith("lamp");
        const done: Visit = { ...state, page: "done" };
        return { state: done, observation: pageOf(done), reward: isWon ? 1 : 0.5, terminated: true };
      }
      const next: Visit = /^search\[.+\]$/.test(action) ? { ...state, page: "results" } : state;
      return { state: next, observation: pageOf(next), reward: 0, terminated: false };
    },
    actions: ({ page }) => (page === "start" ? ["search[mug]"] : ["click[Buy Now]"]),
  };
  return {
    name: "webshop",
    splits: ["train", "eval", "test"],
    maxSteps: 4,
    successReturn: 1,
    instructions: "Shop.",
    async tasks(split) {
      return tasks.filter((task) => task.split === split);
    },
    async task(id) {
      const task = own(id);
      if (!task) throw new CliError(`unknown task ${id}`);
      return task;
    },
    open: async () => fromSimulator(world),
  };
}

function pageOf({ goal, ware, page }: Visit): string {
  if (page === "start") return `WebShop [SEP] Instruction: [SEP] ${goal} [SEP] Search`;
  if (page === "done") return "Thank you for shopping with us! [SEP] ";
  return `Instruction: [SEP] ${goal} [SEP] Back to Search [SEP] B000000001 [SEP] ${ware} [SEP] Buy Now`;
}

/** An episode that searches and buys, as ETO writes it, in a shop of this seed. */
export function etoEpisode(index: number, { seed = 0, reward = 1 }: { seed?: number; reward?: number | null } = {}) {
  const goal = shopGoal(index, seed);
  const visit = { goal, ware: WARES[index]! };
  const values = [
    "You are web shopping.",
    "OK",
    pageOf({ ...visit, page: "start" }),
    "Thought: I search.\nAction: search[mug]",
    `Observation:\n${pageOf({ ...visit, page: "results" })}`,
    "Thought: I buy.\nAction: click[Buy Now]",
  ];
  const conversations = values.map((value, at) => ({ from: at % 2 === 0 ? "human" : "gpt", value }));
  return { id: index, conversations, ...(reward !== null && { reward }) };
}
