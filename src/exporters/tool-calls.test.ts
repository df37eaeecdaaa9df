/** Tool calls are exported exactly, or refused: never left out. */
import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { chatCheckpoint, context, learned, TEMPLATES } from "../../test/chat-checkpoint.ts";
import { callSets } from "../../test/exportable-calls.ts";
import { temporaryFolder } from "../../test/temporary.ts";
import { CliError } from "../core/errors.ts";
import type { Demonstration, TrainingSet, WeightedMessage } from "../core/training.ts";
import { openChatTokenizer } from "../tokenizers/chat-tokenizer.ts";
import { checkExport } from "./check.ts";
import { exportSet } from "./export.ts";
import { MANIFEST, manifestText, readManifest } from "./manifest.ts";
import { EXPORTERS, exporterNamed } from "./registry.ts";
import { digestOf } from "./write.ts";

const folder = join(temporaryFolder(), "out");
const origin = { run: "r", method: "m", seed: 1, iteration: 1, trainingSet: "s" };
const toolCalls = (id: string, action: string) => [{ id, name: "act", arguments: `{"action": "${action}"}` }];
const tools = [{ name: "act", description: "Do it.", parameters: { type: "object" } }];
const demonstration: Demonstration = {
  source: "t1" as Demonstration["source"],
  tools,
  messages: [
    context("system", "Play."),
    context("user", "A door."),
    { ...learned("Hm."), toolCalls: toolCalls("call00000", "open door") } as WeightedMessage,
    { role: "tool", content: "It is open.", toolCallId: "call00000", weight: 0 },
    { ...learned(""), toolCalls: toolCalls("call00001", "go in") } as WeightedMessage,
  ],
};
const answer = (action: string) => ({ ...learned(""), toolCalls: toolCalls("call00000", action) }) as WeightedMessage;
const SETS: readonly TrainingSet[] = [
  { kind: "sft", examples: [demonstration] },
  {
    ...{ kind: "dpo", beta: 0.1 },
    examples: [
      {
        ...{ prompt: [{ role: "user", content: "A door." }], tools, sources: ["a", "b"] as never },
        ...{ chosen: [answer("open door")], rejected: [answer("kick door")] },
      },
    ],
  },
];

function exported(name: string, set: TrainingSet, tokenizer?: ReturnType<typeof openChatTokenizer>) {
  rmSync(folder, { recursive: true, force: true });
  const options = { splitTurns: true, parquet: false, ...(tokenizer && { tokenizer }) };
  exportSet({ exporter: exporterNamed(name), set, options, out: folder, origin });
  return () => checkExport({ folder, manifest: readManifest(folder), set, ...(tokenizer && { tokenizer }) });
}

test("openai: calls, what can be called and what calls led to are written, and read back", async () => {
  for (const set of SETS) {
    const check = exported("openai", set);
    assert.deepEqual((await check()).differences, []);
    const file = join(folder, "train.jsonl");
    const text = readFileSync(file, "utf8");
    assert.match(text, /"tools":\[\{"type":"function","function":\{"name":"act"/);
    const row = JSON.parse(text);
    if (set.kind === "sft") {
      assert.deepEqual(row.messages[3], { role: "tool", content: "It is open.", tool_call_id: "call00000" });
    }
    for (const [from, to] of [
      ["open door", "oil door"],
      ['"name":"act"', '"name":"do"'],
    ] as const) {
      writeFileSync(file, text.replace(from, to));
      const manifest = readManifest(folder);
      const files = manifest.files.map((each) => ({ ...each, ...digestOf(join(folder, each.name)) }));
      writeFileSync(join(folder, MANIFEST), manifestText({ ...manifest, files }));
      assert.notDeepEqual((await check()).differences, [], `${from} as ${to}`);
    }
  }
});

for (const target of ["trl-tokenized", "skyrl"]) {
  test(`${target}: the template writes the calls`, async (t) => {
    const tokenizer = openChatTokenizer(chatCheckpoint(t, { template: TEMPLATES.tools }));
    const check = exported(target, SETS[0]!, tokenizer);
    assert.deepEqual((await check()).differences, []);
  });
}

/** Targets of texts that take calls. */
const TAKING = ["trl", "openai", "together", "axolotl", "llamafactory", "llamafactory-v1", "swift", "slime", "verl"];

test("every other target refuses them by name", () => {
  const others = EXPORTERS.filter(({ expresses }) => !expresses.calls);
  assert.deepEqual(
    others.map(({ name }) => name),
    ["tinker", "agentgym", "eto"],
  );
  for (const { name, expresses } of others) {
    for (const set of SETS.filter(({ kind }) => kind === "sft" || expresses.preferences !== "none")) {
      assert.throws(
        () => exported(name, set),
        (error) => error instanceof CliError && /calls a tool or answers a call: .*lost/.test(error.message),
        name,
      );
    }
  }
});

/** Makes the manifest say that the files are as they were written. */
function forgeManifest(): void {
  const manifest = readManifest(folder);
  const files = manifest.files.map((each) => ({ ...each, ...digestOf(join(folder, each.name)) }));
  writeFileSync(join(folder, MANIFEST), manifestText({ ...manifest, files }));
}

/** One call at a time, nothing beside it: what every target can say. */
const simple: Demonstration = {
  ...demonstration,
  messages: demonstration.messages.map((message) => (message.toolCalls ? { ...message, content: "" } : message)),
};

for (const target of TAKING) {
  test(`${target}: calls are written as stored, and a changed one is found`, async () => {
    const check = exported(target, { kind: "sft", examples: [simple] });
    assert.deepEqual((await check()).differences, []);
    const { files } = readManifest(folder);
    const file = join(folder, files.find(({ rows }) => rows !== null)!.name);
    if (file.endsWith(".parquet")) return;
    const text = readFileSync(file, "utf8");
    assert.match(text, /open door/);
    for (const [from, to] of [
      ["open door", "oil door"],
      ["Do it.", "Do not."],
    ] as const) {
      writeFileSync(file, text.replace(from, to));
      forgeManifest();
      assert.notDeepEqual((await check()).differences, [], `${from} as ${to}`);
    }
  });
}

test("what a target has no place for is refused by name", () => {
  const withCall = (change: object, index = 2) => {
    const messages = simple.messages.map((message, at) => (at === index ? { ...message, ...change } : message));
    return { kind: "sft", examples: [{ ...simple, messages }] } as unknown as TrainingSet;
  };
  const refused = (target: string, set: TrainingSet, expected: RegExp) =>
    assert.throws(
      () => exported(target, set),
      (error) => error instanceof CliError && expected.test(error.message),
      target,
    );
  for (const target of ["openai", "together", "llamafactory", "swift"]) {
    refused(target, withCall({ reasoning: "Hm." }), /message 2 has a thought apart from what it says: .* no place/);
  }
  refused("llamafactory", withCall({ content: "Now." }), /message 2 says something beside its calls/);
  const broken = [{ id: "call00000", name: "act", arguments: '{"action": ' }];
  for (const target of ["trl", "axolotl", "llamafactory", "llamafactory-v1", "swift", "slime", "verl"]) {
    refused(target, withCall({ toolCalls: broken }), /message 2 calls act with arguments that are no JSON object/);
  }
  exported("openai", withCall({ toolCalls: broken }));
  const huge = [{ id: "call00000", name: "act", arguments: '{"n": 12345678901234567890123}' }];
  refused("trl", withCall({ toolCalls: huge }), /a call of act has a number that TRL's reader of JSON changes/);
  refused("swift", withCall({ toolCallId: "call00009" }, 3), /message 3 answers another call than its place says/);
  refused("axolotl", SETS[1]!, /of preferences Axolotl reads texts alone/);
  const untold = { ...simple, messages: simple.messages.slice(0, 2).concat(learned("Hm.") as WeightedMessage) };
  refused("tinker", { kind: "sft", examples: [untold] }, /says what can be called/);
  const pairs = SETS[1]!;
  refused("trl", pairs, /the only message of the column "chosen" is a call/);
});

test("property: whatever a conversation calls and thinks, a target teaches exactly that, or refuses", async () => {
  const counts = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(callSets, fc.constantFrom(...TAKING), async (set, target) => {
      let check: ReturnType<typeof exported>;
      try {
        check = exported(target, set);
      } catch (error) {
        assert(error instanceof CliError, String(error));
        return;
      }
      counts.set(target, (counts.get(target) ?? 0) + 1);
      assert.deepEqual((await check()).differences, []);
    }),
    { numRuns: 400, seed: 16 },
  );
  assert.deepEqual(new Set(counts.keys()), new Set(TAKING));
});
