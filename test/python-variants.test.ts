// A Python class that was edited, or is made with other options, is another world: no episode of the one counts for the other.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openSqlite } from "../src/store/sqlite.ts";
import { gleanerHeard } from "./command-here.ts";
import { skipWithoutPython } from "./python.ts";
import { temporaryFolder } from "./temporary.ts";

const skip = skipWithoutPython();
const folder = temporaryFolder();
const project = join(folder, "project");
const WORLD = join(folder, "lever.py");

writeFileSync(
  WORLD,
  `class Lever:
    name, max_steps = "lever", 3
    def __init__(self, pay=1): self.pay = pay
    def tasks(self): return {"train": ["a", "b"], "test": ["c"]}
    def reset(self, task, seed): return "a lever"
    def step(self, action): return "it moves", self.pay, True
    def actions(self): return ["pull"]
`,
);
writeFileSync(
  join(folder, "log.jsonl"),
  ["a", "b"]
    .map((task) => JSON.stringify({ task: `train/${task}`, steps: [{ action: "pull" }], finalObservation: "it moves" }))
    .join("\n"),
);

function config(run: string, options = "{}"): string {
  const file = join(folder, `${run}.yaml`);
  writeFileSync(
    file,
    `run: ${run}
environment: { name: "${WORLD}:Lever", options: ${options} }
expert: { run: logged }
format: text
student: { width: 16, layers: 1, heads: 2, context: 64 }
training: { steps: 1, batch: 2, learningRate: 0.004 }
methods: [{ method: rft, samples: 1 }]
evaluate: { splits: [test] }
`,
  );
  return file;
}

/** How the student's episodes of a run ended, by id. */
function returnsOf(run: string): Map<string, number> {
  const repository = openSqlite(join(project, "store.sqlite"));
  const all = repository.trajectoriesOf(run).map((id) => repository.trajectory(id)!);
  repository.close();
  return new Map(all.filter(({ policy }) => !policy.startsWith("expert/")).map((one) => [one.id, one.return]));
}

test("episodes are shared by runs of one world, and not by those of others", { skip, timeout: 120_000 }, async (t) => {
  const sound = async (...argv: readonly string[]) => {
    const { code, output, told } = await gleanerHeard(t, ...argv, "--project", project);
    assert.equal(code, 0, output + told);
    return output + told;
  };
  const log = join(folder, "log.jsonl");
  await sound("import", log, "--format", "gleaner", "--env", `${WORLD}:Lever`, "--out", "logged");
  assert.match(await sound("run", config("first")), /The code of lever\.py is [0-9a-f]{20}/);
  const first = returnsOf("first");
  assert(first.size >= 3 && [...first.values()].every((paid) => paid === 1));

  assert.doesNotMatch(await sound("run", config("again")), /another world/);
  assert.deepEqual(returnsOf("again"), first);
  const none = (run: string) => {
    const found = returnsOf(run);
    assert.equal(found.size, first.size);
    assert([...found.values()].every((paid) => paid === 0));
  };
  await sound("run", config("options", "{ pay: 0 }"));
  none("options");

  writeFileSync(WORLD, readFileSync(WORLD, "utf8").replace("pay=1", "pay=0"));
  const { code, output } = await gleanerHeard(t, "run", config("first"), "--project", project);
  assert.equal(code, 2);
  assert.match(output, /run "first" already exists with another config \(notes: \["The code of lever\.py is/);
  const isOther = /run "logged" was recorded in another world\. Now: The code of lever\.py is [0-9a-f]{20}\./;
  assert.match(await sound("run", config("edited")), isOther);
  none("edited");
});
