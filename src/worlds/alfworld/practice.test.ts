// Practice episodes are true: the world answers so to these actions, and the last one, none before, reaches the goal.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { alfworldGames, shared, skipWithout } from "../../../test/shared.ts";
import type { TaskId } from "../../core/ids.ts";
import type { Task } from "../../core/task.ts";
import type { Trajectory } from "../../core/trajectory.ts";
import { readCommand } from "./commands.ts";
import { gameOf } from "./game.ts";
import { readGoal, writeGoal } from "./goals.ts";
import { alfworld } from "./index.ts";
import { logicOf } from "./logic.ts";
import { kindOf, readObservation } from "./observations.ts";

const skip = skipWithout("alfworld/json_2.1.1.tar.xz");
const EPISODES = 100;

const benchmark = skip ? null : await alfworld({ data: alfworldGames() });
const episodes = skip ? [] : await benchmark!.practice!(EPISODES, 1);

test("practice gives as many episodes as asked for, the same ones for the same seed", { skip }, async () => {
  assert.equal(episodes.length, EPISODES);
  assert.equal(new Set(episodes.map(({ trajectory }) => trajectory.id)).size, EPISODES);
  assert.deepEqual(await benchmark!.practice!(40, 1), episodes.slice(0, 40));
  const [other] = await benchmark!.practice!(1, 2);
  assert.notDeepEqual(other!.trajectory.steps, episodes[0]!.trajectory.steps);
  assert.deepEqual(await benchmark!.practice!(0, 1), []);
  const categories = new Set(episodes.map(({ task }) => task.category));
  assert.equal(categories.size, 6, [...categories].join(", "));
});

test("the world answers as recorded, and reaches the goal with the last action", { skip }, async () => {
  const environment = await benchmark!.open();
  for (const { task, trajectory } of episodes) {
    assert.equal(trajectory.taskId, task.id);
    assert.equal(trajectory.steps.at(-1)!.reward, 1);
    assert.equal(trajectory.return, 1);
    let observation = await environment.reset(task, 0);
    for (const step of trajectory.steps) {
      assert.equal(step.observation, observation, task.id);
      assert((await environment.actions())!.includes(step.action), `${task.id}: ${step.action}`);
      observation = (await environment.step(step.action)).observation;
    }
    assert.equal(trajectory.finalObservation, observation);
  }
});

test("goals are new, in the games' words, and their last action fits", { skip }, async () => {
  for (const { task, trajectory } of episodes) {
    const game = await benchmark!.task(task.id.split("#")[0] as TaskId);
    assert.equal(game.split, "train");
    assert.deepEqual(task.data, game.data);
    const goal = readGoal(task.instruction)!;
    assert.notEqual(writeGoal(goal, 0), writeGoal(readGoal(game.instruction)!, 0));
    const { verb, names } = readCommand(trajectory.steps.at(-1)!.action)!;
    if (goal.kind === "light") assert.deepEqual([verb, kindOf(names[0]!)], ["use", goal.lamp]);
    else assert.deepEqual([verb, ...names.map(kindOf)], ["put", goal.object, goal.target]);
  }
});

test("nothing is taken that was not seen, nothing is done twice", { skip }, () => {
  for (const { task, trajectory } of episodes) {
    const seen = new Set<string>();
    for (const { observation, action } of trajectory.steps) {
      const reading = readObservation(observation);
      if (reading.kind === "contents") for (const thing of reading.things) seen.add(thing);
      const { verb, names } = readCommand(action)!;
      if (verb === "take") assert(seen.has(names[0]!), `${task.id}: ${action}`);
      assert.notEqual(verb, "look");
    }
    const treated = trajectory.steps
      .map(({ action }) => action)
      .filter((action) => /^(clean|heat|cool|use|open) /.test(action));
    assert.equal(new Set(treated).size, treated.length, treated.join("; "));
  }
});

test("a game that was made for the goal agrees that it is reached", { skip }, async () => {
  // Another game's task serves as the goal: its PDDL is written by others.
  const other = await goalsByInstruction();
  let compared = 0;
  for (const { task, trajectory } of episodes) {
    const goal = other.get(task.instruction);
    if (!goal) continue;
    compared += 1;
    assert.equal(wonAt(task, trajectory, goal), trajectory.steps.length - 1, task.id);
  }
  assert(compared > EPISODES / 4, `${compared} episodes compared`);
});

test("practice in an older release's wording", { skip }, async () => {
  const old = await alfworld({ data: alfworldGames(), logic: shared("alfworld/logic-0.3") });
  const actions = (await old.practice!(20, 1)).flatMap(({ trajectory }) => trajectory.steps.map((step) => step.action));
  assert(actions.some((action) => / in\/on /.test(action)));
  assert(!actions.some((action) => action.startsWith("move ")));
});

const textOf = (task: Task) =>
  JSON.parse(readFileSync(join(alfworldGames(), (task.data as { game: string }).game), "utf8"));
const GOAL = /\(:goal[\s\S]*$/;

/** The PDDL goal of some game for each sentence. */
async function goalsByInstruction(): Promise<Map<string, string>> {
  const tasks = await benchmark!.tasks("train");
  const wanted = new Set(episodes.map(({ task }) => task.instruction));
  const goals = new Map<string, string>();
  for (const task of tasks) {
    if (!wanted.has(task.instruction) || goals.has(task.instruction)) continue;
    goals.set(task.instruction, GOAL.exec(textOf(task).pddl_problem)![0]);
  }
  return goals;
}

/** Index of the step at which a copy of the game with this goal is won; -1 if never. */
function wonAt(task: Task, trajectory: Trajectory, goal: string): number {
  const { pddl_problem, pddl_domain, grammar } = textOf(task);
  const game = gameOf(
    pddl_problem.replace(GOAL, () => goal),
    logicOf(pddl_domain, grammar),
  );
  let facts = game.initial;
  return trajectory.steps.findIndex(({ action }) => {
    facts = game.act(facts, action).facts;
    return game.isWon(facts);
  });
}
