// Everything there is: each game's own solution wins, and every logged episode of a language model is played again.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { taskId } from "../../src/core/ids.ts";
import type { Task } from "../../src/core/task.ts";
import { alfworld } from "../../src/worlds/alfworld/index.ts";
import { alfworldGames, readJsonLines, shared, skipWithout } from "../shared.ts";

const LOGS = "alfworld/trajectories/knowagent_llama-2-13b_D0.jsonl.gz";

test("4,027 of 4,027 walkthroughs win, with their last command", {
  skip: skipWithout("alfworld/json_2.1.1.tar.xz"),
}, async () => {
  const data = alfworldGames();
  const benchmark = await alfworld({ data });
  const environment = await benchmark.open();
  let games = 0;
  for (const split of benchmark.splits) {
    for (const task of await benchmark.tasks(split)) {
      const { walkthrough } = JSON.parse(readFileSync(join(data, (task.data as { game: string }).game), "utf8"));
      await environment.reset(task, 0);
      let won = -1;
      for (const [index, command] of walkthrough.entries()) {
        const { terminated } = await environment.step(command);
        if (terminated && won < 0) won = index;
      }
      assert.equal(won, walkthrough.length - 1, task.id);
      games += 1;
    }
  }
  assert.equal(games, 4027);
});

test("510 of 510 logged episodes are played again without a difference", { skip: skipWithout(LOGS) }, async () => {
  const benchmark = await alfworld({ data: alfworldGames(), logic: shared("alfworld/logic-0.3") });
  const environment = await benchmark.open();
  const logs = readJsonLines<{ name: string; result: unknown; traj: string }>(LOGS);
  assert.equal(logs.length, 510);
  let actions = 0;
  for (const { name, result, traj } of logs) {
    const lines = traj.trimEnd().split("\n");
    const goal = lines.findIndex((line) => line.startsWith("Your task is to: "));
    const game = await benchmark.task(taskId(`alfworld/train/${name}`));
    const task: Task = { ...game, instruction: lines[goal]!.replace("Your task is to: ", "") };
    const introduction = await environment.reset(task, 0);
    assert.equal(
      introduction.replace("-= Welcome to TextWorld, ALFRED! =-\n\n", "").replace("\n\n", "\n"),
      lines.slice(0, goal + 1).join("\n"),
    );
    let won = false;
    for (let at = goal + 1; at < lines.length; at++) {
      const line = lines[at]!;
      if (/^> (Think|ActionPath):/.test(line)) {
        if (lines[at + 1] === "OK.") at++;
        continue;
      }
      const { observation, terminated } = await environment.step(line.replace(/^> ?/, ""));
      actions += 1;
      won ||= terminated;
      if (at === lines.length - 1) break;
      at += 1;
      assert.equal(observation.replace(/^You arrive at [^.]*\. /, ""), lines[at], `${name}, line ${at}`);
    }
    assert.equal(won, result === true, name);
  }
  assert(actions > 8900, `${actions} actions`);
});
