// What surprises and is no fault is named in a world that has it, and not in one that has not.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Benchmark, StepResult } from "../../core/environment.ts";
import { EnvironmentError } from "../../core/errors.ts";
import { random } from "../../core/random.ts";
import { newTask } from "../../core/task.ts";
import { listedTasks } from "../listed-tasks.ts";
import { fromSimulator, type Simulator } from "../simulator.ts";
import { type Note, notesOn } from "./notes.ts";
import { walked } from "./walk.ts";

interface Place {
  readonly task: string;
  readonly seed: number;
  readonly at: number;
  readonly isOver: boolean;
}

interface Made {
  readonly seen?: (place: Place) => string;
  readonly reward?: (place: Place) => number;
  /** Of a place that was over already. */
  readonly behind?: (place: Place) => Pick<StepResult, "reward" | "terminated">;
  readonly ends?: (place: Place) => boolean;
  readonly cuts?: (place: Place) => boolean;
  readonly actions?: null;
}

const seenIn = ({ task, seed, at }: Place) => `at ${at} in ${task} of ${seed}`;

/** A way of places; it is won at the sixth, or later in later tasks. */
function way(made: Made): Benchmark {
  const { seen = seenIn, reward = ({ isOver }) => Number(isOver), cuts = () => false } = made;
  const { ends = ({ task, at }) => at >= 5 + Number(task), behind = () => ({ reward: 0, terminated: true }) } = made;
  const world: Simulator<Place> = {
    initial({ data }, seed) {
      const state = { task: String(data), seed, at: 0, isOver: false };
      return { state, observation: seen(state) };
    },
    transition(place) {
      if (place.isOver) return { state: place, observation: seen(place), ...behind(place) };
      const moved = { ...place, at: place.at + 1 };
      const [isEnd, isCut] = [ends(moved), cuts(moved)];
      const state = { ...moved, isOver: isEnd || isCut };
      const info = isCut ? { info: { truncated: true } } : {};
      return { state, observation: seen(state), reward: reward(state), terminated: state.isOver, ...info };
    },
    actions: () => ["on", "wait"],
  };
  const words = { benchmark: "way", split: "train", category: "all", instruction: "Go on." };
  const tasks = ["1", "2", "3", "4"].map((key) => newTask({ ...words, key, data: key }));
  const open = async () => {
    const opened = fromSimulator(world);
    return made.actions === null ? { ...opened, actions: async () => null } : opened;
  };
  return { ...listedTasks(tasks), name: "way", maxSteps: 20, successReturn: 1, instructions: "", open };
}

async function notesIn(benchmark: Benchmark, steps = 30): Promise<readonly Note[]> {
  const world = await benchmark.open();
  const tasks = await benchmark.tasks("train");
  const walks = [];
  for (const [index, task] of tasks.entries())
    walks.push(await walked(world, { task, seed: index, steps, from: random(index), words: ["on", "look"] }));
  return notesOn(benchmark, walks, ["on", "look"]);
}

const kindsIn = async (made: Made, steps?: number) => (await notesIn(way(made), steps)).map(({ kind }) => kind);
const textOf = async (made: Made) => (await notesIn(way(made))).map(({ text }) => text).join("\n");

test("an ordinary world has no notes", async () => assert.deepEqual(await kindsIn({}), []));

test("what the walks did not reach is said", async () => {
  assert.deepEqual(await kindsIn({}, 3), ["no reward", "no end"]);
});

test("a reward that is paid again behind the end", async () => {
  const made: Made = { behind: () => ({ reward: 1, terminated: true }) };
  assert.deepEqual(await kindsIn(made), ["reward behind the end"]);
  assert.match(await textOf(made), /^the world pays behind the end, too \(way\/train\/1, "\w+" behind the end: 1\)/);
});

test("an end that a further action takes back", async () => {
  assert.deepEqual(await kindsIn({ behind: () => ({ reward: 0, terminated: false }) }), ["end taken back"]);
});

test("a score so far in place of a reward", async () => {
  const score = ({ at }: Place) => Math.floor(at / 2);
  assert.deepEqual(await kindsIn({ reward: score }), ["running score"]);
  const text = await textOf({ reward: score });
  assert.match(text, /rewards never fall \(way\/train\/1: 1, 1, 2, 2, 3\), .* here to 9, above the 1 that counts as/);
});

test("rewards of one size, rising ones, and costs are no score so far", async () => {
  for (const reward of [() => 1, () => -1, ({ at }: Place) => at, ({ at }: Place) => at % 2, ({ at }: Place) => -at])
    assert(!(await kindsIn({ reward })).includes("running score"));
});

test("a word that breaks a world without listed actions is named with the flag for others", async () => {
  const seen = ({ at }: Place) => {
    if (at > 0) throw new EnvironmentError("no such word");
    return "at the start";
  };
  const text = /^way\/train\/1, after 0 actions: no such word \(seed 0, the last action "\w+"\)/;
  const hint = /; the world lists no actions, and --words names those to try$/;
  const { message } = (await notesIn(way({ seen, actions: null })).catch((error: Error) => error as Error)) as Error;
  assert.match(message, text);
  assert.match(message, hint);
  await assert.rejects(notesIn(way({ seen })), ({ message: listed }: Error) => text.test(listed) && !hint.test(listed));
});

test("rewards that never come to what counts as won", async () => {
  const reward = ({ isOver }: Place) => Number(isOver) * 0.96;
  assert.deepEqual(await kindsIn({ reward }), ["no win"]);
  assert.match(
    await textOf({ reward }),
    /^no walk was won: the highest return was 0\.96, and 1 counts as won \(success/,
  );
  assert.deepEqual(await kindsIn({ reward: () => -1 }), []);
});

test("rewards that come to it long before the end", async () => {
  assert.deepEqual(await kindsIn({ reward: () => 1 }), ["won on the way"]);
  assert.match(await textOf({ reward: () => 1 }), /^every walk was won before its last action: a return of 1 counts/);
  // What a last action costs is taken off again.
  assert.deepEqual(await kindsIn({ reward: ({ at, isOver }) => (isOver ? -1 : Number(at === 1)) }), []);
});

test("a limit that the world says is none of its ends", async () => {
  const made: Made = { ends: () => false, cuts: ({ at }) => at === 9, reward: ({ at }) => Number(at === 2) };
  assert.deepEqual(await kindsIn(made), ["no end", "won on the way", "step limit"]);
  assert.match(await textOf(made), /the world cuts episodes off after 9 actions; gleaner does after 20 \(maxSteps\)/);
});

test("a limit that does not say so looks like a loss after as many actions", async () => {
  const made: Made = { ends: ({ at }) => at === 9, reward: ({ at }) => Number(at === 2) };
  assert.deepEqual(await kindsIn(made), ["won on the way", "step limit"]);
  assert.match(await textOf(made), /seems to end episodes as lost after 9 actions/);
  // What is won after as many actions is no limit, and neither are ends that come sooner and later.
  assert.deepEqual(await kindsIn({ ends: ({ at }) => at === 9 }), []);
});

test("a limit of something else than actions", async () => {
  const made: Made = { ends: () => false, cuts: ({ task, at }) => at === 6 + Number(task), reward: ({ at }) => at % 2 };
  assert.deepEqual(await kindsIn(made), ["no end", "won on the way", "limit of something else"]);
});

test("a seed that changes nothing", async () => {
  assert.deepEqual(await kindsIn({ seen: ({ task, at }) => `at ${at} in ${task}` }), ["seed not used"]);
  // It may show late.
  const late = ({ task, seed, at }: Place) => `at ${at} in ${task}${at > 4 ? ` of ${seed}` : ""}`;
  assert.deepEqual(await kindsIn({ seen: late }), []);
});

test("tasks that do not differ", async () => {
  const alike: Made = { seen: ({ seed, at }) => `at ${at} of ${seed}`, ends: ({ at }) => at === 4 };
  assert.deepEqual(await kindsIn(alike), ["tasks alike"]);
});

test("a world that lists no actions, and one in which they lead nowhere", async () => {
  assert.deepEqual(await kindsIn({ actions: null }), ["no actions"]);
  assert.match(await textOf({ actions: null }), /tried were "on", "look" \(--words names others\)/);
  const still = ({ task, seed }: Place) => `in ${task} of ${seed}`;
  assert.deepEqual(await kindsIn({ seen: still }), ["standing still"]);
});
