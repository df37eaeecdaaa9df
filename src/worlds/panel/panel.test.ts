import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { corridor } from "../../../test/corridor.ts";
import type { Benchmark } from "../../core/environment.ts";
import { newTask } from "../../core/task.ts";
import { listedTasks } from "../listed-tasks.ts";
import { panelDifferences } from "./compare.ts";
import { type Panel, panelOf, readPanel } from "./panel.ts";

/** The corridor with these tasks: a key, a goal and the length of the hall. */
const hall = (tasks: readonly (readonly [key: string, goal: string, length: number])[]): Benchmark => ({
  ...corridor,
  ...listedTasks(
    tasks.map(([key, instruction, length]) =>
      newTask({
        ...{ benchmark: "corridor", split: "train", key, category: "hall", instruction },
        data: { length, keyAt: 1 },
      }),
    ),
  ),
  target: async ({ data }) => data,
});
const made = (tasks: Parameters<typeof hall>[0], seed = 0) => panelOf(hall(tasks), { split: "train", seed });
const TASKS = [
  ["a", "Open it.", 2],
  ["b", "Leave.", 3],
] as const;
const NONE = { goal: [], start: [], target: [], renamed: [], missing: [], added: [], order: [] };

test("the hashes are those that anybody can compute", async () => {
  const panel = await made(TASKS, 7);
  const hashOf = (text: string) => createHash("sha256").update(text, "utf8").digest("hex").slice(0, 20);
  assert.deepEqual(panel.tasks[0], {
    id: "corridor/train/a",
    goal: hashOf("Open it."),
    start: hashOf("You are in a hall. It is 7 o'clock."),
    target: hashOf('{"keyAt":1,"length":2}'),
  });
  const lines = panel.tasks.map(({ id, goal, start, target }) => `${id} ${goal} ${start} ${target}\n`);
  assert.equal(panel.fingerprint, hashOf(lines.join("")));
  assert.deepEqual(panelDifferences(panel, await made(TASKS, 7)), NONE);
});

test("each way in which tasks can be others is told apart", async () => {
  const ours = await made(TASKS);
  const ids = { a: "corridor/train/a", b: "corridor/train/b", c: "corridor/train/c" };
  const differences = async (tasks: Parameters<typeof hall>[0], seed = 0) =>
    panelDifferences(ours, await made(tasks, seed));
  assert.deepEqual(await differences([["a", "Open it!", 2], TASKS[1]]), { ...NONE, goal: [ids.a] });
  assert.deepEqual(await differences([TASKS[0], ["b", "Leave.", 4]]), { ...NONE, target: [ids.b] });
  assert.deepEqual(await differences(TASKS, 1), { ...NONE, start: [ids.a, ids.b] });
  assert.deepEqual(await differences([TASKS[1], TASKS[0]]), { ...NONE, order: [ids.a] });
  assert.deepEqual(await differences([TASKS[0]]), { ...NONE, added: [ids.b] });
  assert.deepEqual(await differences([...TASKS, ["c", "Leave.", 5]]), { ...NONE, missing: [ids.c] });
  assert.deepEqual(await differences([TASKS[0], ["c", "Leave.", 3]]), { ...NONE, renamed: [ids.c] });
  const { target: _, ...untold } = ours.tasks[0]!;
  assert.deepEqual(panelDifferences(ours, { ...ours, tasks: [untold, ours.tasks[1]!] }), NONE);
});

test("a list that is no panel, or was changed, is refused by name", async () => {
  const panel = await made(TASKS);
  const read = (changed: object) => () => readPanel("list.json", JSON.stringify({ ...panel, ...changed }));
  assert.deepEqual(readPanel("list.json", JSON.stringify(panel)), panel);
  assert.throws(() => readPanel("list.json", "{"), /^CliError: list\.json: expected a list of tasks/);
  assert.throws(read({ panel: 2 }), /list\.json: panel: /);
  assert.throws(read({ tasks: [{ ...panel.tasks[0], goal: "x" }] }), /tasks\.0\.goal: .*20 hexadecimal digits/);
  assert.throws(read({ tasks: [panel.tasks[0], panel.tasks[0]] }), /"corridor\/train\/a" stands twice/);
  assert.throws(read({ tasks: panel.tasks.toReversed() } satisfies Partial<Panel>), /the list was changed/);
});
