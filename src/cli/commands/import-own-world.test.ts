// Logs of a world of the user's own: its ids are tried as they are, and what its code does wrong is told as the world's.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { gleanerHere } from "../../../test/command-here.ts";
import { jsonLines, scratchFolder } from "../../../test/logs.ts";
import { shared, skipWithout } from "../../../test/shared.ts";

const { folder, write } = scratchFolder();
const EXAMPLE = join(import.meta.dirname, "..", "..", "..", "examples", "own-world.ts");
const FIELD = "logs/field/20-own-world.jsonl";

const importing = (context: Parameters<typeof gleanerHere>[0], file: string, env: string, project: string) =>
  gleanerHere(
    context,
    ...["import", file, "--format", "gleaner", "--env", env, "--out", "x", "--project", join(folder, project)],
  );

/** A corridor whose door opens at once; `members` replace its own. */
const worldWith = (name: string, members: string) =>
  write(
    name,
    `const t = (id, split) => ({ id, split, category: "c", instruction: "Open the door.", data: 1 });
const known = [t("corridor/train/große Tür: 1 #b", "train"), t("corridor/test/2", "test")];
const environment = { reset: async () => "A door.", actions: async () => null, snapshot: async () => ({}), restore: async () => "",
  step: async () => ({ observation: "It opens.", reward: 1, terminated: true }), close: async () => {} };
export const benchmark = { name: "corridor", splits: ["train", "test"], maxSteps: 5, successReturn: 1, instructions: "open",
  tasks: async (split) => known.filter((task) => task.split === split), open: async () => environment, ${members} };
`,
  );

const log = (task: string) => write("log.jsonl", jsonLines([{ task, steps: [{ action: "open" }], success: true }]));

test("the example's own log is verified", { skip: skipWithout(FIELD) }, async (context) => {
  const { code, output } = await importing(context, shared(FIELD), EXAMPLE, "field");
  assert.equal(code, 0, output);
  assert.match(output, /won +│ +1 │ +1 │/);
  assert.match(output, /run x: 1 verified trajectory, 1 stored now/);
});

test("a log that goes on behind the world's end is told of", async (context) => {
  const steps = ["forward", "open", "forward", "open"].map((action) => ({ action }));
  const file = write("behind.jsonl", jsonLines([{ task: "corridor/train/1", steps }]));
  const { output } = await importing(context, file, EXAMPLE, "behind");
  assert.match(output, /of these, logs that go on behind the world's end, kept up to it +│ +1 │/);
  assert.match(output, /actions behind the end, left out +│ +2 │/);
  assert.match(output, /run x: 1 verified trajectory, 1 stored now/);
});

test("ids of any letters are found, and a task() that takes any id is not asked for others first", async (context) => {
  const strict =
    "task: async (id) => { const found = known.find((task) => task.id === id); if (!found) throw Error(id); return found; }";
  const env = worldWith("strict.mjs", strict);
  for (const id of ["corridor/train/große Tür: 1 #b", "corridor/test/2"]) {
    const { output } = await importing(context, log(id), env, `strict-${id.length}`);
    assert.match(output, /run x: 1 verified trajectory, 1 stored now/, id);
  }
  const any = "task: async (id) => t(id.replace(/[^/]+$/, (key) => String(Number(key))), id.split('/')[1])";
  const { output } = await importing(context, log("corridor/test/2"), worldWith("any.mjs", any), "any");
  assert.match(output, /outside the split train: 1 of split test/);
});

test("what the world throws is told as the world's, and the record is not stored", async (context) => {
  const broken = worldWith("broken.mjs", "task: async (id) => known.at(7).id");
  const { code, output } = await importing(context, log("corridor/test/2"), broken, "broken");
  assert.equal(code, 1);
  assert.match(
    output,
    /the world broke:\n.*log\.jsonl:1: broken\.mjs: task\(\) threw TypeError: .*throws CliError for an id/,
  );
  assert.doesNotMatch(output, /\n {4}at /);
});
