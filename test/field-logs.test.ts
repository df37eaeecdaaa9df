// Logs in the shapes that public logs have (../shared/logs/field), each read to its right value.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type ImportRequest, importInto } from "../src/cli/commands/import.ts";
import type { Trajectory } from "../src/core/trajectory.ts";
import type { ImportSummary } from "../src/importers/summary.ts";
import { openSqlite } from "../src/store/sqlite.ts";
import { quietly } from "./command-here.ts";
import { shared, skipWithout } from "./shared.ts";

const skip = skipWithout("logs/field");

interface Imported extends ImportSummary {
  readonly trajectories: readonly Trajectory[];
}

async function importing(file: string, options: Omit<ImportRequest, "files" | "run">): Promise<Imported> {
  const repository = openSqlite(":memory:");
  try {
    const request = { ...options, files: [shared(`logs/field/${file}`)], run: "x" };
    const summary = await quietly(() => importInto({ repository }, request));
    return { ...summary, trajectories: repository.trajectoriesOf("x").map((id) => repository.trajectory(id)!) };
  } finally {
    repository.close();
  }
}

const workshop = { name: "workshop" };
const ACTIONS = ["go depot", "go cabin", "use basket", "deliver piece"];
const actionsOf = ({ trajectories }: Imported) => trajectories[0]!.steps.map(({ action }) => action);

const SHOP = [
  ["01-content-blocks.jsonl", {}],
  ["02-turn-without-call.jsonl", { reminder: 1 }],
  ["03-call-in-text.jsonl", {}],
] as const;
for (const [file, leftOut] of SHOP) {
  test(`${file}: calls are the actions, remarks are thoughts, results are observations`, { skip }, async () => {
    const read = await importing(file, { format: "messages", environment: { name: "webshop", generated: 200 } });
    assert.deepEqual(actionsOf(read), ["search[teal enamel camping mug]", "click[b0tealmug1]", "click[buy now]"]);
    const [{ steps, success, finalObservation }] = read.trajectories as [Trajectory];
    assert.equal(success, true);
    assert.match(steps[0]!.thought, /^Let me search for the mug\./);
    assert.match(steps[1]!.thought, /The first one fits, I open it\.$/);
    assert.equal(steps[1]!.thought.includes("I wonder"), file.startsWith("02"));
    for (const text of [...steps.map(({ observation }) => observation), finalObservation]) {
      assert.match(text, /\[SEP\]/);
      assert.doesNotMatch(text, /<tool|You have to call/);
    }
    assert.deepEqual(read.leftOut, leftOut);
  });
}

test("04-own-tools.jsonl, 05-parallel-calls.jsonl: kept without a world, to the message", { skip }, async () => {
  const own = await importing("04-own-tools.jsonl", {
    format: "messages",
    environment: { name: "none", successAt: 1 },
  });
  assert.deepEqual([own.unreplayable.episodes, own.unreplayable.won], [2, 1]);
  const [won] = own.trajectories.filter(({ success }) => success);
  const { messages, tools, turns } = won!.chat!;
  assert.deepEqual(messages.map(({ role }) => role).join(" "), "system user assistant tool assistant tool assistant");
  assert.equal(messages[0]!.content, "You work at a help desk.");
  assert.deepEqual(messages[4]!.toolCalls, [
    { id: "c2", name: "refund", arguments: '{"order_id":"A-1","cents":1500}' },
  ]);
  assert.deepEqual(
    [tools!.map(({ name }) => name), turns],
    [
      ["find_order", "refund"],
      [2, 4, 6],
    ],
  );

  const none = { name: "none", successAt: 1 };
  const parallel = await importing("05-parallel-calls.jsonl", { format: "messages", environment: none });
  const chat = parallel.trajectories[0]!.chat!;
  assert.deepEqual(
    chat.messages[2]!.toolCalls!.map(({ id }) => id),
    ["c1", "c2"],
  );
  assert.deepEqual(chat.messages.map(({ toolCallId }) => toolCallId).filter(Boolean), ["c2", "c1"]);
  assert.deepEqual(chat.turns, [2, 5]);
  const refused = await importing("05-parallel-calls.jsonl", { format: "messages", environment: workshop });
  assert.match(refused.malformed[0]!.problem, /expected an argument action or command, or --acts-with/);
});

const WORKSHOP: readonly (readonly [string, string, object?])[] = [
  ["06-arguments-not-json.jsonl", "messages"],
  ["07-inspect-submit.json", "inspect"],
  ["08-one-object.json", "messages"],
  ["09-wrapped-list.json", "messages", { paths: { records: "simulations", messages: "traj" } }],
  ["12-function-call-legacy.jsonl", "messages"],
  ["13-sharegpt-tools.jsonl", "messages"],
  ["14-llamafactory-v1.jsonl", "messages"],
  ["15-verifiers-traces.jsonl", "verifiers"],
  ["16-atif.json", "atif"],
];
for (const [file, format, options = {}] of WORKSHOP) {
  test(`${file}: four actions, replayed and won`, { skip }, async () => {
    const read = await importing(file, { format, environment: workshop, ...options });
    assert.deepEqual([read.lines, read.verified], [1, 1]);
    assert.deepEqual(actionsOf(read), ACTIONS);
    assert.equal(read.trajectories[0]!.success, true);
  });
}

test("10-reasoning-members.jsonl, 11-think-tags.jsonl: thoughts wherever they stand, and without tags", {
  skip,
}, async () => {
  const members = await importing("10-reasoning-members.jsonl", { format: "messages", environment: workshop });
  assert.deepEqual([members.verified, members.stepsWithThought], [4, 4]);
  for (const { steps } of members.trajectories) assert.equal(steps[0]!.thought, "Thinking of turn 2.");
  const tags = await importing("11-think-tags.jsonl", { format: "messages", environment: workshop });
  assert.deepEqual([tags.verified, tags.stepsWithThought], [3, 3]);
  for (const { steps } of tags.trajectories) {
    assert.match(steps[0]!.thought, /^The tool may be in the tray\.(?:\ngo on)?$/);
    assert.equal(steps[0]!.action, "go depot");
  }
});

test("18-rewards.jsonl: NaN is not told, texts are read, of an object one member is asked for", { skip }, async () => {
  const read = await importing("18-rewards.jsonl", { format: "messages", environment: workshop });
  assert.deepEqual(
    [read.lines, read.verified, read.claims.lost.episodes, read.claims["not told"].episodes],
    [4, 3, 2, 1],
  );
  assert.match(read.malformed[0]!.problem, /an object with total; name one, as in --reward reward\.total/);
});

test("20-own-world.jsonl: a world's own ids are tried as they are", { skip }, async () => {
  const environment = { name: "examples/own-world.ts" };
  const read = await importing("20-own-world.jsonl", { format: "gleaner", environment });
  assert.deepEqual([read.verified, read.trajectories[0]!.success], [1, true]);
});

test("22-inspect-tool-error.json: the answer is the error that the model read", { skip }, async () => {
  const read = await importing("22-inspect-tool-error.json", { format: "inspect", environment: workshop });
  assert.deepEqual([read.diverged.length, read.diverged[0]!.expected], [1, "timed out"]);
});
