/** `gleaner dataset` on logs without a world, on a world's runs and on an experiment, as a user runs it. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { gleanerHere } from "../../../test/command-here.ts";
import { addSyntheticRun } from "../../../test/synthetic-run.ts";
import { temporaryFolder } from "../../../test/temporary.ts";
import { TOOLS, toolAgentRuns } from "../../../test/tool-agent-logs.ts";
import { datasetOf } from "../../core/run.ts";
import type { TrainingSet } from "../../core/training.ts";
import { openSqlite, readSqlite } from "../../store/sqlite.ts";

const folder = temporaryFolder();
const project = join(folder, "project");

async function gleaner(context: TestContext, ...args: string[]) {
  return gleanerHere(context, ...args, "--project", project);
}

/** The training set of the dataset `name`, as stored. */
function storedSet(name: string): TrainingSet {
  const store = readSqlite(join(project, "store.sqlite"));
  try {
    return store.trainingSet(datasetOf(store.run(name)!)!.trainingSet)!;
  } finally {
    store.close();
  }
}

/** Six tasks, two runs of each: task 0 is never won, tasks 1 and 5 always, the others once. */
async function imported(context: TestContext, name: string, runs: readonly object[]): Promise<void> {
  const file = join(folder, `${name}.json`);
  writeFileSync(file, JSON.stringify(runs));
  const place = ["--env", "none", "--messages", "traj", "--task", "task_id"];
  const { code, output } = await gleaner(context, "import", file, ...place, "--out", name);
  assert.equal(code, 0, output);
}

test("each method chooses what its algorithm chooses, and says how much of the episodes it used", async (t) => {
  await imported(
    t,
    "mine",
    toolAgentRuns(6).map((run) => ({ ...run, tools: TOOLS })),
  );
  const expected = {
    bc: { examples: 7, used: 7, leftOut: { "not won": 5 } },
    "sft-all": { examples: 12, used: 12, leftOut: {} },
    "one-solution": { examples: 5, used: 5, leftOut: { "not won": 5, "another solution of the task was chosen": 2 } },
    "best-of": { examples: 6, used: 6, leftOut: { "another episode of the task is better": 6 } },
    pairs: { examples: 3, used: 6, leftOut: { "every episode of the task has the same reward": 6 } },
  };
  for (const [method, counts] of Object.entries(expected)) {
    const { code, output } = await gleaner(t, "dataset", "mine", "--method", method, "--out", `d-${method}`, "--json");
    assert.equal(code, 0, output);
    const { examples, used, leftOut, episodes } = JSON.parse(output);
    assert.deepEqual({ examples, used, leftOut, episodes }, { ...counts, episodes: 12 });
  }
  const set = storedSet("d-bc");
  assert(set.kind === "sft");
  const [first] = set.examples;
  assert.deepEqual(
    first!.tools?.map(({ name }) => name),
    ["find_order", "find_customer", "refund"],
  );
  const learned = first!.messages.filter(({ weight }) => weight === 1);
  assert.equal(learned.length, 3);
  // Numbers and blanks are the model's own.
  assert.match(learned[1]!.toolCalls![0]!.arguments, /^\{"order": \d+, "amount": \d+\.50\}$/);
});

test("NAT says before the first message how the episode ends", async (t) => {
  const { code } = await gleaner(t, "dataset", "mine", "--method", "nat", "--out", "d-nat");
  assert.equal(code, 0);
  const set = storedSet("d-nat");
  assert(set.kind === "sft");
  const words = set.examples.map(
    ({ messages }) => messages.find(({ role }) => role === "user")!.content.split("\n")[0],
  );
  assert.deepEqual(new Set(words), new Set(["Solve the following task.", "Fail at the following task."]));
  assert(set.examples.every(({ messages }) => messages[0]!.role === "system"));
});

test("a pair has one prompt: where the two begin otherwise there is none, and it is counted", async (t) => {
  const [won, lost, ...others] = toolAgentRuns(6).slice(4);
  const otherwise = { ...lost!, traj: [{ role: "system", content: "Be quick." }, ...lost!.traj.slice(1)] };
  await imported(t, "otherwise", [won!, otherwise, ...others]);
  const { output } = await gleaner(t, "dataset", "otherwise", "--method", "pairs", "--out", "d-otherwise", "--json");
  const { examples, leftOut } = JSON.parse(output);
  assert.equal(examples, 2);
  assert.equal(leftOut["the task's best and worst episode begin with other messages or tools"], 2);
});

test("the same command again does nothing, and other settings under the name are refused", async (t) => {
  const again = await gleaner(t, "dataset", "mine", "--method", "bc", "--out", "d-bc");
  assert.equal(again.code, 0);
  const other = await gleaner(t, "dataset", "mine", "--method", "sft-all", "--out", "d-bc");
  assert.equal(other.code, 2);
  assert.match(other.output, /run "d-bc" already exists with another config \(method: "bc" then, "sft-all" now/);
});

test("what plays needs a world and a student, and says how to bring them; nothing is stored", async (t) => {
  for (const method of ["eef", "rft", "eto", "agent-evol"]) {
    const { code, output } = await gleaner(t, "dataset", "mine", "--method", method, "--out", "no");
    assert.equal(code, 2);
    assert.match(output, new RegExp(`--method ${method} needs a world and a student, .*docs/guides/own-world.md`));
  }
  const wrong = await gleaner(t, "dataset", "mine", "--method", "dpo", "--out", "no");
  assert.match(wrong.output, /expected one of bc, sft-all, nat, one-solution, best-of, pairs, got "dpo"/);
  const format = await gleaner(t, "dataset", "mine", "--method", "bc", "--format", "react", "--out", "no");
  assert.match(format.output, /--format react: run "mine" keeps its logs as they are/);
  const nothing = await gleaner(t, "dataset", "mine", "--method", "bc", "--min-reward", "2", "--out", "no");
  assert.match(nothing.output, /nothing is left to learn from mine \(12: the reward is below 2\)/);
  await imported(
    t,
    "alone",
    toolAgentRuns(4).map((run, index) => ({ ...run, task_id: index })),
  );
  const alone = await gleaner(t, "dataset", "alone", "--method", "pairs", "--out", "no");
  assert.match(
    alone.output,
    /\(8: it is the only episode of its task\); import's --task PATH says what runs of one task/,
  );
  assert.doesNotMatch((await gleaner(t, "runs")).output, /│ no /);
});

test("what plays or replays says that it needs a world", async (t) => {
  const config = join(folder, "config.yaml");
  const lines = [
    "run: r",
    "environment: { name: none }",
    "expert: { run: mine }",
    "methods: []",
    "evaluate: { splits: [train] }",
  ];
  writeFileSync(config, lines.join("\n"));
  for (const args of [
    ["run", config],
    ["probe", "mine", "--set", 'evaluate.splits=["train"]'],
    ["probe", "mine"],
    ["verify", "mine"],
  ]) {
    const { code, output } = await gleaner(t, ...args);
    assert.equal(code, 2, output);
    assert.match(output, /this needs a world, .*docs\/guides\/own-world\.md/);
  }
});

test("--to writes the files and checks them at once", async (t) => {
  const files = join(folder, "at-once");
  const place = ["--to", "trl", "--files", files];
  const { code, output } = await gleaner(t, "dataset", "mine", "--method", "bc", "--out", "at-once", ...place);
  assert.equal(code, 0, output);
  assert.match(
    output,
    /at-once: the files teach the 21 stored turns and no others\nnot proven: that TRL shows the model/,
  );
  assert.match(
    (await gleaner(t, "export", "--check", files)).output,
    /the files teach the 21 stored turns and no others/,
  );
  const half = await gleaner(t, "dataset", "mine", "--method", "bc", "--out", "half", "--to", "trl");
  assert.match(half.output, /--to: expected --files/);
});

test("tasks of another run can be kept out", async (t) => {
  await imported(t, "held", toolAgentRuns(2));
  const { output } = await gleaner(
    t,
    "dataset",
    "mine",
    "--method",
    "bc",
    "--not-in",
    "held",
    "--out",
    "d-kept",
    "--json",
  );
  const { examples, leftOut } = JSON.parse(output);
  assert.equal(examples, 5);
  assert.equal(leftOut["the task is one of held"], 4);
});

test("--to with flags that need it, and with --leave-out", async (t) => {
  const args = ["dataset", "mine", "--method", "bc", "--out", "left"];
  const alone = await gleaner(t, ...args, "--leave-out");
  assert.match(alone.output, /--leave-out: expected --to with a training tool beside it/);
  const refused = await gleaner(t, ...args, "--to", "tinker", "--files", join(folder, "left"));
  assert.equal(refused.code, 2);
  assert.match(refused.output, /calls a tool or answers a call: gleaner cannot write calls for tinker-cookbook/);
  const nothing = await gleaner(t, ...args, "--to", "tinker", "--files", join(folder, "left"), "--leave-out");
  assert.match(nothing.output, /--leave-out: nothing is left of 7 examples that tinker-cookbook could be told/);
});

test("a dataset is exported as it is, and is listed, reported and shown", async (t) => {
  const out = join(folder, "openai");
  const { output } = await gleaner(t, "export", "d-bc", "--to", "openai", "--out", out);
  assert.match(output, /^d-bc, bc: 7 demonstrations/);
  assert.match(
    (await gleaner(t, "export", "--check", out)).output,
    /the files teach the 21 stored turns and no others/,
  );
  const wrong = await gleaner(t, "export", "d-bc", "--to", "openai", "--out", out, "--seed", "1");
  assert.match(wrong.output, /--seed: run "d-bc" is one training set/);
  const undone = await gleaner(t, "export", "mine", "--to", "openai", "--out", out);
  assert.match(undone.output, /`gleaner dataset` makes a training set of what it recorded/);
  assert.match((await gleaner(t, "runs")).output, /d-bc +│ dataset +│ none +│ +7 │ bc/);
  assert.match((await gleaner(t, "report", "d-bc")).output, /`gleaner export d-bc --to TARGET --out DIR/);
  assert.match((await gleaner(t, "report", "mine")).output, /`gleaner dataset mine --method bc --out NAME/);
  const shown = await gleaner(t, "show", "d-bc", "none/train/1");
  assert.match(shown.output, /calls +│ find_order\(\{"order": 1001\}\)/);
  assert.match(shown.output, /answer +│ done/);
  assert.match(shown.output, /bc learned 2 examples from this task/);
});

test("an experiment's round becomes a dataset under a name of its own", async (t) => {
  const store = openSqlite(join(project, "store.sqlite"));
  addSyntheticRun(store);
  store.close();
  const flags = ["--method", "EEF", "--seed", "1", "--iteration", "2"];
  const { code, output } = await gleaner(t, "dataset", "demo", ...flags, "--out", "d-eef");
  assert.equal(code, 0, output);
  assert.match(output, /d-eef: 74 demonstrations, learned turns 449 \(EEF, seed 1, iteration 2\)/);
  const out = join(folder, "eef");
  assert.match(
    (await gleaner(t, "export", "d-eef", "--to", "openai", "--out", out)).output,
    /d-eef, EEF, seed 1, iteration 2: 74 demonstrations/,
  );
  assert.match((await gleaner(t, "dataset", "demo", "--method", "bc", "--out", "x")).output, /no training set fits/);
  assert.match((await gleaner(t, "dataset", "demo", "mine", "--method", "EEF", "--out", "x")).output, /"demo" alone/);
});

test("a world's episodes are written in the format that is asked for", async (t) => {
  const scripted = ["expert", "scripted", "--env", "workshop", "--tasks", "4", "--out", "played"];
  assert.equal((await gleaner(t, ...scripted)).code, 0);
  const { code, output } = await gleaner(
    t,
    "dataset",
    "played",
    "--method",
    "sft-all",
    "--format",
    "text",
    "--out",
    "w",
  );
  assert.equal(code, 0, output);
  const set = storedSet("w");
  assert(set.kind === "sft" && set.examples.every(({ messages }) => messages[0]!.role === "system"));
  const mixed = await gleaner(t, "dataset", "played", "mine", "--method", "bc", "--out", "x");
  assert.match(mixed.output, /"played" and "mine" are of different worlds \(workshop, none/);
});

test("a target that cannot say something names those that can", async (t) => {
  const thinking = toolAgentRuns(3).map(({ traj, ...run }) => ({
    ...run,
    traj: (traj as readonly { readonly role: string }[]).map((message) =>
      message.role === "assistant" ? { ...message, reasoning_content: "Hm." } : message,
    ),
  }));
  await imported(t, "thinking", thinking);
  assert.equal((await gleaner(t, "dataset", "thinking", "--method", "bc", "--out", "thoughts")).code, 0);
  const files = join(folder, "for-openai");
  const refused = await gleaner(t, "export", "thoughts", "--to", "openai", "--out", files);
  assert.equal(refused.code, 2);
  assert.match(
    refused.output,
    /has a thought .* it would be lost\. Targets that can say it: trl, llamafactory-v1, slime, verl$/,
  );
  const written = await gleaner(t, "export", "thoughts", "--to", "slime", "--out", files);
  assert.equal(written.code, 0, written.output);
  const again = await gleaner(t, "export", "thoughts", "--to", "slime", "--out", files);
  assert.doesNotMatch(again.output, /Targets that can/);
  for (const command of [
    ["runs", "rm", "thoughts", "--yes"],
    ["gc", "--yes"],
  ])
    assert.equal((await gleaner(t, ...command)).code, 0);
  const gone = await gleaner(t, "export", "--check", files);
  assert.match(gone.output, /training set \w+ is not in this project's store: its run was removed, or --project names/);
});
