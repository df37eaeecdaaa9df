// The searcher wins, in both wordings, from text alone and with listed actions only; and it recovers from what others did.
import assert from "node:assert/strict";
import { test } from "node:test";
import { alfworldGames, shared, skipWithout } from "../../../test/shared.ts";
import type { Benchmark } from "../../core/environment.ts";
import { random } from "../../core/random.ts";
import type { Task } from "../../core/task.ts";
import type { Step } from "../../core/trajectory.ts";
import { readCommand, writeCommand } from "./commands.ts";
import { readGoal, writeGoal } from "./goals.ts";
import { alfworld } from "./index.ts";
import { readObservation } from "./observations.ts";

const skip = skipWithout("alfworld/json_2.1.1.tar.xz");

/** Plays a task; the first `randomSteps` actions are random ones. Returns the number of steps, null if it was not won. */
async function play(benchmark: Benchmark, task: Task, randomSteps = 0): Promise<number | null> {
  const environment = await benchmark.open();
  const draw = random("alfworld expert test", task.id);
  const steps: Step[] = [];
  let observation = await environment.reset(task, 0);
  for (let index = 0; index < benchmark.maxSteps; index++) {
    const listed = (await environment.actions())!;
    const turn = { task, steps, observation, seed: 0, actions: async () => listed };
    const action = index < randomSteps ? draw.pick(listed) : (await benchmark.expert!.act(turn)).action;
    assert(listed.includes(action), `${task.id}, step ${index}: ${action} is not listed`);
    const result = await environment.step(action);
    steps.push({ observation, thought: "", action, completion: action, reward: result.reward, usage: null });
    observation = result.observation;
    if (result.terminated) return index + 1;
  }
  return null;
}

test("the searcher wins 95 % of training games within 50 steps, in either wording", { skip }, async () => {
  for (const logic of [undefined, shared("alfworld/logic-0.3")]) {
    const benchmark = await alfworld({ data: alfworldGames(), ...(logic && { logic }) });
    const tasks = (await benchmark.tasks("train")).filter((_, index) => index % 29 === 0);
    let won = 0;
    for (const task of tasks) if ((await play(benchmark, task)) !== null) won += 1;
    assert(won >= 0.95 * tasks.length, `${won} of ${tasks.length}`);
  }
});

test("the searcher takes over wherever an episode stands", { skip }, async () => {
  const benchmark = await alfworld({ data: alfworldGames(), maxSteps: 80 });
  const tasks = (await benchmark.tasks("valid_unseen")).filter((_, index) => index % 3 === 0);
  let won = 0;
  for (const task of tasks) if ((await play(benchmark, task, 20)) !== null) won += 1;
  assert(won >= 0.9 * tasks.length, `${won} of ${tasks.length}`);
});

test("what the searcher does follows from the turn alone; without a list it goes by what it saw", {
  skip,
}, async () => {
  const benchmark = await alfworld({ data: alfworldGames() });
  const [task] = await benchmark.tasks("valid_seen");
  const environment = await benchmark.open();
  const observation = await environment.reset(task!, 0);
  const turn = { task: task!, steps: [], observation, seed: 0, actions: () => environment.actions() };
  const first = await benchmark.expert!.act(turn);
  assert.deepEqual(await benchmark.expert!.act(turn), first);
  assert.deepEqual(await benchmark.expert!.act({ ...turn, actions: async () => null }), first);
  const odd = { ...turn, task: { ...task!, instruction: "do as you please" } };
  assert.equal((await benchmark.expert!.act(odd)).action, "look");
});

test("every sentence of the games is understood, and can be said again", { skip }, async () => {
  const benchmark = await alfworld({ data: alfworldGames() });
  for (const split of benchmark.splits) {
    for (const { instruction } of await benchmark.tasks(split)) {
      const goal = readGoal(instruction);
      assert(goal, instruction);
      assert([writeGoal(goal, 0), writeGoal(goal, 1)].includes(instruction), instruction);
    }
  }
  assert.equal(readGoal("put a cold potato somewhere"), null);
});

test("commands and observations that are none are seen as such", () => {
  for (const text of ["", "go to", "take a 1", "GO TO shelf 1", "move a 1 to b 2 now", "constructor"]) {
    assert.equal(readCommand(text), null, text);
  }
  assert.deepEqual(readCommand("put cd 1 in/on safe 2"), { verb: "put", names: ["cd 1", "safe 2"] });
  assert.equal(writeCommand({ verb: "put", names: ["cd 1", "safe 2"] }, "new"), "move cd 1 to safe 2");
  assert.equal(writeCommand({ verb: "slice", names: ["A 1", "B 2"] }, "old"), "slice A 1 with B 2");
  for (const text of ["", "You see.", "On the x, you see y.", "You put your trust in me"]) {
    assert.equal(readObservation(text).kind, "other", text);
  }
});
