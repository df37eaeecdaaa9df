import assert from "node:assert/strict";
import { test } from "node:test";
import { episode, storeOf } from "../../test/recorded.ts";
import type { TaskId } from "../core/ids.ts";
import { materialOf } from "./material.ts";
import { type SkillOf, skillsOf } from "./skills.ts";

type Played = readonly [outcome: string, ...actions: string[]];

/** One episode on each of so many tasks; skills as "name: used, won" for each actor. */
function skills(played: Readonly<Record<string, readonly Played[]>>, skillOf?: SkillOf) {
  const longest = Math.max(...Object.values(played).map(({ length }) => length));
  const tasks = Array.from({ length: longest }, (_, index) => `train/${index}`);
  const repository = storeOf(tasks);
  const actors = Object.entries(played).map(([who, episodes]) => ({
    who,
    ids: episodes.map(([outcome, ...actions], index) =>
      episode(repository, `${who} ${index}`, outcome, { taskId: tasks[index] as TaskId, actions }),
    ),
  }));
  return skillsOf(materialOf(repository, ["run"]), actors, skillOf).map(({ name, uses }) => [
    name,
    ...uses.map(({ used, won, episodes }) => `${used} of ${episodes}, ${won} won`),
  ]);
}

test("by default a skill is the verb; an episode counts once, a failed one not at all", () => {
  const one = [
    ["+", "go to desk 1", "go to desk 2", "take pen 1 from desk 2"],
    ["-", "go to desk 1", "look"],
    ["!", "go to desk 1"],
  ] as const;
  const other = [["+", "look"]] as const;
  assert.deepEqual(skills({ one, other }), [
    ["go", "2 of 2, 1 won", "0 of 1, 0 won"],
    ["look", "1 of 2, 0 won", "1 of 1, 1 won"],
    ["take", "1 of 2, 1 won", "0 of 1, 0 won"],
  ]);
});

test("the world may say what a skill is", () => {
  const one = [
    ["+", "click[b01]", "click[next]"],
    ["-", "click[b02]"],
  ] as const;
  const skillOf: SkillOf = ({ category }, action) => (/\d/.test(action) ? `a product of ${category}` : undefined);
  assert.deepEqual(skills({ one }, skillOf), [
    ["a product of c", "2 of 2, 1 won"],
    ["click", "1 of 2, 1 won"],
  ]);
});

test("odd actions are named too", () => {
  const one = [["-", "", "[x]", "(y", "word"]] as const;
  const names = skills({ one }).map(([name]) => name);
  assert.deepEqual(names, ["(empty)", "(y", "[x]", "word"]);
});
