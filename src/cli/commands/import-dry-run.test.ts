/** `gleaner import --dry-run` and the flags of chats, as a user runs them. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { mock, test } from "node:test";
import { quietly } from "../../../test/command-here.ts";
import { jsonLines, scratchFolder } from "../../../test/logs.ts";
import { rollout } from "../../engine/rollout/rollout.ts";
import { demonstration } from "../../formats/demonstration.ts";
import { formatFor } from "../../formats/named.ts";
import { workshop } from "../../worlds/workshop/index.ts";
import { main } from "../main.ts";

const { folder, write } = scratchFolder();
const benchmark = workshop();
const [task] = await benchmark.tasks("train");
const trajectory = await rollout({
  id: "expert" as never,
  task: task!,
  environment: await benchmark.open(),
  policy: benchmark.expert!,
  seed: 0,
  maxSteps: benchmark.maxSteps,
  successReturn: benchmark.successReturn,
});
const format = formatFor("react", benchmark);
const { messages } = demonstration({ format, task: task!, trajectory, learnFrom: 0, reason: "r" });
const chat = messages.map(({ role, content }) => ({ role, content }));
const tampered = chat.with(3, { role: "user", content: "The roof comes down." });

/** Runs the command in this process: its exit code, and what it printed. */
async function importing(
  file: string,
  ...args: string[]
): Promise<{ readonly code: number; readonly printed: string }> {
  const printed: string[] = [];
  const print = (text: string) => void printed.push(text);
  const log = mock.method(console, "log", print);
  const error = mock.method(console, "error", print);
  const code = await quietly(() =>
    main(["import", file, "--env", "workshop", "--project", join(folder, "project"), ...args]),
  );
  const exit = code === 0 ? Number(process.exitCode ?? 0) : code;
  log.mock.restore();
  error.mock.restore();
  process.exitCode = undefined;
  return { code: exit, printed: printed.join("\n") };
}

test("a dry run replays, counts the reasons with their places, and stores nothing", async () => {
  const rows = [
    { messages: chat, id: task!.id, success: true },
    { messages: [] },
    { messages: tampered },
    { messages: chat, id: `${benchmark.name}/train/no-such-task` },
    { messages: [] },
  ];
  const file = write("chats.jsonl", `${jsonLines(rows)}no JSON\n`);
  const { code, printed } = await importing(file, "--format", "messages", "--dry-run");
  assert.equal(code, 0, printed);
  assert.match(printed, /replayed with the same answers +│ +1 │/);
  assert.match(printed, /won +│ +1 │ +1 │ +0 │/);
  assert.match(
    printed,
    /why not:\n {2}not understood, 2: messages: expected .*\n {4}\S*chats\.jsonl:2, \S*chats\.jsonl:5\n/,
  );
  assert.match(printed, /not understood, 1: not JSON/);
  assert.match(printed, /left out, 1: the environment does not have its task\n {4}\S*chats\.jsonl:4\n/);
  assert.match(printed, /diverged, 1: an answer of the world differs\n {4}\S*chats\.jsonl:3\n/);
  assert.match(printed, /dry run, nothing is stored: 1 verified trajectory$/);
  assert.equal(existsSync(join(folder, "project")), false);

  const told = JSON.parse((await importing(file, "--format", "messages", "--dry-run", "--json")).printed);
  assert.partialDeepStrictEqual(told, { verified: 1, reasons: [{ fate: "not understood", count: 2 }] });
  const stored = await importing(file, "--format", "messages", "--out", "chats");
  assert.match(stored.printed, /run chats: 1 verified trajectory, 2 stored now/);
  assert(!stored.printed.includes("why not:"));
});

test("a dry run that finds nothing of use says so by its exit code", async () => {
  const nothing = await importing(
    write("nothing.jsonl", jsonLines([{ messages: tampered }])),
    "--format",
    "messages",
    "--dry-run",
  );
  assert.equal(nothing.code, 1, nothing.printed);
  const empty = await importing(write("empty.jsonl", ""), "--format", "messages", "--dry-run");
  assert.equal(empty.code, 1);
  assert.match(empty.printed, /^no records:\n {2}\S*empty\.jsonl$/m);
  for (const args of [["--dry-run"], ["--out", "nothing"]]) {
    const { code, printed } = await importing(write("empty.jsonl", ""), ...args);
    assert.equal(code, 1, printed);
    assert.match(printed, /^no records:\n {2}\S*empty\.jsonl$/m);
    assert(!printed.includes("every record can be used"));
  }
  const all = await importing(write("all.jsonl", jsonLines([{ messages: chat }])), "--format", "messages", "--dry-run");
  assert.match(all.printed, /every record can be used/);
});

test("flags that do not fit are named", async () => {
  const file = write("one.jsonl", jsonLines([{ messages: chat }]));
  const errors = [
    await importing(file, "--format", "messages"),
    await importing(file, "--format", "knowagent", "--dry-run", "--task", "id"),
    await importing(file, "--format", "messages", "--dry-run", "--spelling", "prose"),
    await importing(file, "--format", "toString", "--dry-run"),
  ];
  assert.deepEqual(
    errors.map(({ code }) => code),
    [2, 2, 2, 2],
  );
  assert.match(errors[0]!.printed, /--out: expected the run to import into, or --dry-run/);
  assert.match(
    errors[1]!.printed,
    /--task: not for --format knowagent, expected one of messages, inspect, .*, react-text/,
  );
  assert.match(errors[2]!.printed, /--spelling: expected one of react, eto, agentgym, text, got "prose"/);
  assert.match(errors[3]!.printed, /--format: expected one of auto, knowagent, .*, got "toString"/);
  const spelled = await importing(file, "--format", "messages", "--dry-run", "--spelling", "react");
  assert.match(spelled.printed, /every record can be used/);
});

test("a folder and a pattern stand for the logs in them", async () => {
  mkdirSync(join(folder, "runs"));
  for (const index of [1, 2]) write(`runs/${index}.traj`, JSON.stringify({ history: chat, index }, null, 1));
  for (const input of [join(folder, "runs"), join(folder, "runs/*.traj")]) {
    const { code, printed } = await importing(input, "--dry-run");
    assert.equal(code, 0, printed);
    assert.match(printed, /runs.*: 2 files of logs/);
    assert.match(printed, /2 verified trajectories$/);
  }
});

test("paths say where a file has its records and a record its parts, and are settings of the run", async () => {
  const wrapped = [{ run: { said: chat }, task: { id: task!.id }, end: { reward: "1.0", ok: "True" } }];
  const file = write("wrapped.json", JSON.stringify({ info: {}, data: { all: wrapped }, others: [{ a: 1 }] }, null, 1));
  const paths = ["--messages", "run.said", "--task", "task.id", "--reward", "end.reward", "--success", "end.ok"];
  const all = ["--records", "data.all", ...paths];
  for (const given of [all, paths, ["--format", "messages", ...all]]) {
    const { code, printed } = await importing(file, "--dry-run", ...given);
    assert.equal(code, 0, printed);
    assert.match(printed, /won +│ +1 │ +1 │ +0 │/);
  }
  const former = await importing(file, "--dry-run", ...all.map((each) => (each === "--task" ? "--task-field" : each)));
  assert.match(former.printed, /1 verified trajectory$/);
  await importing(file, "--out", "wrapped", ...all);
  const other = await importing(file, "--out", "wrapped", ...paths);
  assert.equal(other.code, 2);
  assert.match(other.printed, /wrapped.*(?:exists|another|other)/);
  for (const [flag, path] of [
    ["--records", "a[-1]"],
    ["--records", "a..b"],
    ["--reward", ""],
    ["--messages", "a["],
  ] as const) {
    const refused = await importing(file, "--dry-run", flag, path);
    assert.equal(refused.code, 2);
    assert.match(refused.printed, new RegExp(`${flag} "${path.replace(/[[.]/g, ".")}": expected`));
  }
});
