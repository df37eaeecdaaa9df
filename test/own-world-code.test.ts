// An edit of a user's TypeScript module is another world; a run that began before this was told goes on as it was.
import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { expertRollouts } from "../src/engine/experiment/expert.ts";
import { silent } from "../src/engine/experiment/progress.ts";
import { openSqlite } from "../src/store/sqlite.ts";
import { openBenchmark } from "../src/worlds/open.ts";
import { withoutCode } from "../src/worlds/own.ts";
import { gleanerHeard } from "./command-here.ts";
import { temporaryFolder } from "./temporary.ts";

const WORLD = `import { said } from "./words.mjs";
const task = { id: "door/train/1", benchmark: "door", split: "train", key: "1", category: "all", instruction: "Open.", data: 1 };
export const benchmark = (options) => ({
  name: "door", splits: ["train"], maxSteps: 3, successReturn: 1, instructions: "Say open.",
  tasks: async () => [task], task: async () => task,
  expert: { name: "expert/opener", async act() { return { thought: "", action: "open", completion: "open", usage: null }; }, async close() {} },
  open: async () => ({
    reset: async () => "A door.", step: async () => ({ observation: said, reward: 1, terminated: true }),
    actions: async () => ["open"], snapshot: async () => ({}), restore: async () => "A door.", close: async () => {},
  }),
});
`;

/** A module with one beside it, and a project. */
function made() {
  const folder = mkdtempSync(join(temporaryFolder(), "own-"));
  const world = join(folder, "door.mjs");
  writeFileSync(world, WORLD);
  const says = (text: string) =>
    writeFileSync(join(folder, "words.mjs"), `export const said = ${JSON.stringify(text)};`);
  says("It opens.");
  const record = (context: TestContext, run: string, ...more: readonly string[]) =>
    gleanerHeard(context, "expert", "scripted", "--env", world, "--project", folder, "--out", run, ...more);
  return { folder, world, says, record };
}

const variantOf = async (name: string, options: object = {}) => (await openBenchmark({ name, ...options })).variant;

test("an edit, of what the module imports too, is another world, and so are other options", async () => {
  const { world, says } = made();
  const before = await variantOf(world);
  assert.match(before!, /^[0-9a-f]{20}$/);
  assert.equal(await variantOf(world), before);
  assert.equal(await variantOf(made().world), before);
  assert.notEqual(await variantOf(world, { size: 2 }), before);
  says("It stays shut.");
  const after = await variantOf(world);
  assert.notEqual(after, before);
  writeFileSync(world, `${WORLD}// other\n`);
  assert.notEqual(await variantOf(world), after);
});

test("after an edit a run of the same name is refused, and another one plays anew", async (context) => {
  const { folder, says, record } = made();
  assert.equal((await record(context, "first")).code, 0);
  says("It stays shut.");
  const again = await record(context, "first");
  assert.equal(again.code, 2);
  assert.match(again.output, /run "first" already exists with another config \(.*The code of door\.mjs is/s);
  assert.equal((await record(context, "second")).code, 0);
  const store = openSqlite(join(folder, "store.sqlite"));
  const [one, other] = ["first", "second"].map((run) => store.trajectoriesOf(run));
  assert.deepEqual([one!.length, other!.length], [1, 1]);
  assert.notEqual(one![0], other![0]);
  store.close();
});

test("a run that does not say its code goes on with its episodes, and says so", async (context) => {
  const { folder, world, record } = made();
  const store = openSqlite(join(folder, "store.sqlite"));
  const benchmark = withoutCode(await openBenchmark({ name: world }));
  assert.deepEqual([benchmark.notes, benchmark.variant], [undefined, undefined]);
  store.addRun({
    ...{ name: "old", kind: "expert" },
    config: { environment: { name: world }, errorRate: 0, slip: "same-verb", split: "train", seed: 1 },
  });
  const tasks = await benchmark.tasks("train");
  const old = await expertRollouts({
    ...{
      run: "old",
      repository: store,
      benchmark,
      policy: benchmark.expert!,
      tasks,
      concurrency: 1,
      progress: silent,
      seed: 1,
    },
  });
  store.close();
  const { code, output, told } = await record(context, "old");
  assert.equal(code, 0, output + told);
  assert.match(output + told, /run "old" does not say which code its world had and goes on with the code of today/);
  const after = openSqlite(join(folder, "store.sqlite"));
  assert.deepEqual(after.trajectoriesOf("old"), [old[0]!.id]);
  after.close();
});
