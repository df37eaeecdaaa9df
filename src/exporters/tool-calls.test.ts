/** Tool calls are exported exactly, or refused: never left out. */
import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { chatCheckpoint, context, learned, TEMPLATES } from "../../test/chat-checkpoint.ts";
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

test("every other target refuses them by name", () => {
  const others = EXPORTERS.filter(({ expresses }) => !expresses.tools);
  assert.equal(others.length, EXPORTERS.length - 3);
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
