// A world of the user's own that does not keep its promises is told of by its file's name, and as what it is.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../../test/temporary.ts";
import { taskId } from "../core/ids.ts";
import type { Task } from "../core/task.ts";
import { openBenchmark } from "./open.ts";

const folder = temporaryFolder();
let count = 0;

/** A module whose `benchmark` has `members` besides its name. */
async function world(members: string, behind = "") {
  const name = join(folder, `world${++count}.mjs`);
  writeFileSync(
    name,
    `export const benchmark = { name: "w", splits: ["train"], tasks: async () => [], ${members} };\n${behind}`,
  );
  return { benchmark: await openBenchmark({ name }), file: `world${count}.mjs` };
}

const task = {} as Task;
const live = (members: string) =>
  world(
    `open: async () => ({ reset() { return "start"; }, step() {}, actions() {}, snapshot() {}, restore() {}, close() {}, ${members} })`,
  );

test("what it throws is an EnvironmentError that names the file alone", async () => {
  const { benchmark, file } = await live(
    "step() { return this.nothing.x; }, async reset() { throw new RangeError('far'); }",
  );
  const environment = await benchmark.open();
  const refused = (message: string) => ({ name: "EnvironmentError", message: new RegExp(`^${file}: ${message}`) });
  await assert.rejects(environment.step("a"), refused("step\\(\\) threw TypeError: Cannot read properties"));
  await assert.rejects(environment.reset(task, 0), refused("reset\\(\\) threw RangeError: far$"));
});

test("what it returns is checked", async () => {
  for (const [returned, said] of [
    ["", "nothing"],
    [
      "({ observation: 'x', reward: NaN, terminated: false })",
      '\\{"observation":"x","reward":null,"terminated":false\\}',
    ],
    ["({ observation: 3, reward: 0, terminated: false })", '\\{"observation":3'],
  ]) {
    const { benchmark, file } = await live(`step() { return ${returned}; }`);
    const message = new RegExp(`^${file}: step\\(\\) returned ${said}.*, expected \\{ observation: text`);
    await assert.rejects((await benchmark.open()).step("a"), { name: "EnvironmentError", message });
  }
  const silent = await live("reset() {}");
  await assert.rejects(
    (await silent.benchmark.open()).reset(task, 0),
    /reset\(\) returned nothing, expected an observation/,
  );
  const none = await world("open: async () => 3");
  await assert.rejects(
    none.benchmark.open(),
    /what open\(\) returned lacks reset, step, actions, snapshot, restore, close$/,
  );
});

test("what keeps its promises passes as it is: frozen objects, classes with private members, members of its own", async () => {
  const { benchmark } = await world(
    "open: async () => new World()",
    `class World { #n = 1; extra = "more"; reset() { return "start " + this.#n++; } step() { return { observation: "o", reward: 1, terminated: true, info: 4 }; }
      async actions() { return ["a"]; } async snapshot() {} async restore() { return ""; } async close() {} }
    Object.freeze(benchmark);`,
  );
  assert.deepEqual({ ...benchmark }.name, "w");
  const environment = await benchmark.open();
  assert.equal(await environment.reset(task, 0), "start 1");
  assert.equal(await environment.reset(task, 0), "start 2");
  assert.deepEqual(await environment.step("a"), { observation: "o", reward: 1, terminated: true, info: 4 });
  assert.deepEqual(await environment.actions(), ["a"]);
  assert("extra" in environment && environment.extra === "more");
});

const TASK = '{ id: "w/train/1", split: "train", category: "c", instruction: "go", data: 1 }';

test("a task that it cannot mean, or that cannot be stored, is told of with the rule for unknown ids", async () => {
  const asked = async (body: string, id = "w/train/1") => {
    const { benchmark, file } = await world(`open: async () => 0, task: async (id) => ${body}`);
    return { answer: benchmark.task(taskId(id)), file };
  };
  for (const [body, said] of [
    ["[].find(() => true)", "task\\(\\) returned nothing, expected a task .*throws CliError for an id"],
    ["[].at(0).id", 'task\\(\\) threw TypeError: .* \\(asked for "w/train/1"; a benchmark throws CliError'],
    [`({ ...${TASK}, data: NaN })`, 'the data of the task "w/train/1" is not kept by JSON'],
  ] as const) {
    const { answer, file } = await asked(body);
    await assert.rejects(answer, { name: "EnvironmentError", message: new RegExp(`^${file}: ${said}`) });
  }
  // An answer for any id at all is none for this one; a variant of it is.
  await assert.rejects((await asked(`(${TASK})`, "w/train/train/1")).answer, {
    name: "CliError",
    message: /^unknown task/,
  });
  assert.equal((await (await asked(`(${TASK.replace("/1", "/1#seed-3")})`)).answer).id, "w/train/1#seed-3");
  const { benchmark } = await world(`open: async () => 0, tasks: async () => [${TASK}, { id: 3 }]`);
  await assert.rejects(benchmark.tasks("train"), /tasks\(\) returned \{"id":3\}, expected a task/);
  await assert.rejects((await world("open: async () => 0")).benchmark.task(taskId("w/train/1")), /lacks task\(id\)/);
});

test("a member that throws when it is looked at is told of like a function that does", async () => {
  const { benchmark, file } = await world('open: async () => 0, get maxSteps() { throw new RangeError("far"); }');
  assert.throws(() => benchmark.maxSteps, {
    name: "EnvironmentError",
    message: `${file}: maxSteps() threw RangeError: far`,
  });
});
