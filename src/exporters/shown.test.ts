/** What a tokenizer proves of targets whose tool renders by the model's chat template, and what --leave-out leaves out. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { chatCheckpoint, context, demonstration, learned, TEMPLATES } from "../../test/chat-checkpoint.ts";
import { EXPORT_SETS } from "../../test/export-sets.ts";
import { temporaryFolder } from "../../test/temporary.ts";
import type { TrainingSet } from "../core/training.ts";
import { openChatTokenizer } from "../tokenizers/chat-tokenizer.ts";
import { checkExport } from "./check.ts";
import { exportSet } from "./export.ts";
import { exporterNamed } from "./registry.ts";

const root = temporaryFolder();
const origin = { run: "r", method: "m", trainingSet: "s" };
let made = 0;

/** A thought in each answer, which the template drops once the next message is there. */
const thoughtful: TrainingSet = {
  kind: "sft",
  examples: [
    demonstration(
      context("user", "A door."),
      learned("<think>So.</think>look"),
      context("user", "It is open."),
      learned("<think>Now.</think>go in"),
    ),
  ],
};

function exported(target: string, set: TrainingSet, options: object) {
  const out = join(root, String(made++));
  const given = { splitTurns: false, parquet: false, ...options };
  return { out, ...exportSet({ exporter: exporterNamed(target), set, options: given, out, origin }) };
}

const tokenizerWith = (t: TestContext, template: string) => openChatTokenizer(chatCheckpoint(t, { template }));

for (const target of ["trl", "axolotl", "verl"]) {
  test(`${target}: what the template would show otherwise is refused, or written in turns`, async (t) => {
    const tokenizer = tokenizerWith(t, TEMPLATES.forgetsThoughts);
    assert.equal(exported(target, thoughtful, {}).manifest.shown, "template");
    assert.throws(() => exported(target, thoughtful, { tokenizer }), /^CliError: example 0 \(trajectory t1\): /);
    const { out, manifest, cost } = exported(target, thoughtful, { tokenizer, splitTurns: true });
    assert.deepEqual([manifest.shown, cost?.rows], ["proven", 2]);
    const report = await checkExport({ folder: out, manifest, set: thoughtful, tokenizer });
    assert.deepEqual(report, { learned: 2, shown: "proven", differences: [] });
  });

  test(`${target}: a check with another model's tokenizer finds what that would show`, async (t) => {
    const plain = tokenizerWith(t, TEMPLATES.chatml);
    const { out, manifest } = exported(target, thoughtful, target === "trl" ? {} : { tokenizer: plain });
    const tokenizer = tokenizerWith(t, TEMPLATES.forgetsThoughts);
    const { differences } = await checkExport({ folder: out, manifest, set: thoughtful, tokenizer });
    assert.match(differences[0]!.place, /^train\.(jsonl|parquet):1$/);
  });
}

test("where the tool renders by a template of its own, a tokenizer says nothing", async (t) => {
  const tokenizer = tokenizerWith(t, TEMPLATES.chatml);
  for (const target of ["llamafactory", "swift", "openai"]) {
    assert.throws(
      () => exported(target, EXPORT_SETS.whole, { tokenizer }),
      /does not render it by the template of that/,
    );
  }
  assert.deepEqual(
    ["llamafactory", "openai"].map((target) => exported(target, EXPORT_SETS.whole, {}).manifest.shown),
    ["tool", "service"],
  );
});

test("what cannot be told is left out: its index and reason are in the manifest, and the rest is checked", async () => {
  const [whole, recovery] = EXPORT_SETS.sft.examples;
  const set: TrainingSet = { kind: "sft", examples: [recovery, ...EXPORT_SETS.whole.examples, whole, recovery] };
  const { out, manifest } = exported("agentgym", set, { leaveOut: true });
  assert.deepEqual(
    manifest.leftOut?.map(({ examples }) => examples),
    [[0, 2, 3]],
  );
  assert.match(manifest.leftOut![0]!.reason, /^it has a system message, which would be lost/);
  const { differences, learned: turns } = await checkExport({ folder: out, manifest, set });
  assert.deepEqual([differences, turns], [[], 2]);
  // Of another set the same examples are not the ones that are gone.
  const other = { ...set, examples: set.examples.toReversed() };
  assert.notDeepEqual((await checkExport({ folder: out, manifest, set: other })).differences, []);
  assert.throws(
    () => exported("agentgym", EXPORT_SETS.sft, { leaveOut: true }),
    /--leave-out: nothing is left of 2 examples that AgentGym could be told \(2 × it has a system message/,
  );
});

test("token ids: an example that the tokenizer refuses is left out", (t) => {
  const refusing = `{% if messages[0].content == "no" %}{{ raise_exception("not this") }}{% endif %}${TEMPLATES.chatml}`;
  const tokenizer = tokenizerWith(t, refusing);
  const refused = demonstration(context("user", "no"), learned("look"));
  const set: TrainingSet = { kind: "sft", examples: [...EXPORT_SETS.whole.examples, refused] };
  assert.throws(
    () => exported("trl-tokenized", set, { tokenizer }),
    /^CliError: example 1 \(trajectory t1\): .*not this/,
  );
  const { manifest } = exported("trl-tokenized", set, { tokenizer, leaveOut: true });
  assert.deepEqual([manifest.shown, manifest.leftOut?.map(({ examples }) => examples)], ["proven", [[1]]]);
});
