// The engine against recordings of the real TextWorld: every observation, every list of commands, every outcome.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { alfworldGames, readJsonLines, shared, skipWithout } from "../../../test/shared.ts";
import { taskId } from "../../core/ids.ts";
import { random } from "../../core/random.ts";
import type { Task } from "../../core/task.ts";
import { alfworld } from "./index.ts";

const EPISODES = "alfworld/golden/textworld_episodes.jsonl.gz";
const skip = skipWithout(EPISODES);

interface Recorded {
  readonly observation: string;
  readonly admissible: readonly string[];
}

interface Episode extends Recorded {
  readonly game: string;
  readonly steps: readonly (Recorded & { readonly action: string; readonly won: boolean })[];
}

const episodes = skip ? [] : readJsonLines<Episode>(EPISODES);
const benchmark = skip ? null : await alfworld({ data: alfworldGames() });

async function taskOf(episode: Episode): Promise<Task> {
  const [, split, type, trial] = episode.game.split("/");
  return benchmark!.task(taskId(`alfworld/${split}/${type}/${trial}`));
}

test("72 recorded episodes are played again without a difference", { skip }, async () => {
  assert.equal(episodes.length, 72);
  const environment = await benchmark!.open();
  for (const episode of episodes) {
    const task = await taskOf(episode);
    assert.equal(await environment.reset(task, 0), episode.observation, episode.game);
    assert(episode.observation.endsWith(`Your task is to: ${task.instruction}`));
    assert.deepEqual(await environment.actions(), episode.admissible, episode.game);
    for (const [index, step] of episode.steps.entries()) {
      const where = `${episode.game}, step ${index}: ${step.action}`;
      const result = await environment.step(step.action);
      assert.equal(result.observation, step.observation, where);
      assert.equal(result.terminated, step.won, where);
      assert.equal(result.reward, step.won ? 1 : 0, where);
      assert.deepEqual(await environment.actions(), step.admissible, where);
    }
  }
});

test("leaving a state and coming back is as if one had never left, at every step of every recorded episode", {
  skip,
}, async () => {
  const environment = await benchmark!.open();
  for (const episode of episodes) {
    const task = await taskOf(episode);
    const draw = random("alfworld", "detours", episode.game);
    await environment.reset(task, 0);
    for (const [index, step] of episode.steps.entries()) {
      const snapshot = await environment.snapshot();
      const before = await environment.actions();
      for (let i = 0; i < 5; i++) await environment.step(draw.pick((await environment.actions())!));
      const written = JSON.stringify(snapshot);
      assert.equal(await environment.restore(task, JSON.parse(written)), snapshot.observation);
      assert.deepEqual(await environment.actions(), before);
      assert.deepEqual(await environment.snapshot(), snapshot);
      const where = `${episode.game}, step ${index}: ${step.action}`;
      assert.equal((await environment.step(step.action)).observation, step.observation, where);
      assert.deepEqual(await environment.actions(), step.admissible, where);
    }
  }
});

test("a game's own solution wins, with its last command (all games: test/slow)", { skip }, async () => {
  const environment = await benchmark!.open();
  for (const split of benchmark!.splits) {
    for (const task of (await benchmark!.tasks(split)).filter((_, index) => index % 40 === 0)) {
      const file = join(alfworldGames(), (task.data as { game: string }).game);
      const { walkthrough } = JSON.parse(readFileSync(file, "utf8")) as { walkthrough: readonly string[] };
      await environment.reset(task, 0);
      const won = [];
      for (const command of walkthrough) won.push((await environment.step(command)).terminated);
      assert.equal(won.indexOf(true), walkthrough.length - 1, task.id);
    }
  }
});

test("with an older release's logic, things are put in or on, and the task is still the game's", { skip }, async () => {
  const logic = shared("alfworld/logic-0.3");
  const old = await alfworld({ data: alfworldGames(), logic });
  const task = await taskOf(episodes.find((episode) => episode.game.includes("pick_and_place"))!);
  const environment = await old.open();
  const introduction = await environment.reset(task, 0);
  assert(introduction.endsWith(`\n\nYour task is to: ${task.instruction}`));
  assert(!(await environment.actions())!.includes("help"));
  const goTo = (await environment.actions())!.find((action) => action.startsWith("go to "))!;
  assert.match((await environment.step(goTo)).observation, /^You arrive at loc \d+\. /);
  assert.match(old.instructions, /^put OBJECT in\/on RECEPTACLE$/m);
  assert.match(benchmark!.instructions, /^move OBJECT to RECEPTACLE$/m);
});
