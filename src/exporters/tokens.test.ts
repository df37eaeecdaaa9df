/** Targets of token ids: the learned stretches decode to the stored messages, and any changed id, label or row is found. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { byteTokenizer } from "../../test/byte-tokenizer.ts";
import { EXPORT_SETS } from "../../test/export-sets.ts";
import { temporaryFolder } from "../../test/temporary.ts";
import type { Demonstration, TrainingSet, WeightedMessage } from "../core/training.ts";
import { openChatTokenizer } from "../tokenizers/chat-tokenizer.ts";
import { checkExport } from "./check.ts";
import { exportSet } from "./export.ts";
import { MANIFEST, manifestText, readManifest } from "./manifest.ts";
import { exporterNamed } from "./registry.ts";
import { digestOf } from "./write.ts";

type Demonstrations = Extract<TrainingSet, { kind: "sft" }>;

const root = temporaryFolder();
const folder = join(root, "out");
const tokenizer = openChatTokenizer(byteTokenizer(join(root, "model")));
const origin = { run: "r", method: "m", seed: 1, iteration: 1, trainingSet: "s" };

const set: Demonstrations = { kind: "sft", examples: [...EXPORT_SETS.sft.examples, ...EXPORT_SETS.whole.examples] };

function exported(target: string, parquet: boolean, stored: TrainingSet = set, model = tokenizer): void {
  rmSync(folder, { recursive: true, force: true });
  const options = { splitTurns: false, parquet, tokenizer: model };
  exportSet({ exporter: exporterNamed(target), set: stored, options, out: folder, origin });
}

async function differences(stored: TrainingSet = set) {
  return (await checkExport({ folder, manifest: readManifest(folder), set: stored, tokenizer })).differences;
}

const CASES = [
  ["trl-tokenized", false],
  ["skyrl", false],
  ["skyrl", true],
  ["together", true],
] as const;

for (const [target, parquet] of CASES) {
  test(`${target}${parquet ? " as Parquet" : ""}: exactly the stored messages are learned`, async () => {
    exported(target, parquet);
    assert.deepEqual(await differences(), []);
  });

  test(`${target}${parquet ? " as Parquet" : ""}: another stored set is told from it`, async () => {
    exported(target, parquet);
    for (const other of changes(set.examples)) {
      assert.notDeepEqual(await differences({ kind: "sft", examples: other }), []);
    }
  });
}

/** The examples with one thing changed: a mask, a text, an example less, an example more. */
function changes(examples: readonly Demonstration[]): Demonstration[][] {
  const [first, second, ...rest] = examples as [Demonstration, Demonstration];
  const edited = (edit: (message: WeightedMessage) => WeightedMessage) => [
    first,
    { ...second, messages: second.messages.map(edit) },
    ...rest,
  ];
  const { provenance } = first.messages.find((message) => message.weight === 1)!;
  return [
    edited((m) =>
      m.role === "assistant" && m.content === "Action: sing" ? { ...m, role: m.role, weight: 1, provenance } : m,
    ),
    edited((m) => ({ ...m, content: `${m.content}.` })),
    [first, ...rest],
    [first, second, second, ...rest],
  ];
}

test("trl-tokenized: the learned tokens are the action and the end of the turn", () => {
  exported("trl-tokenized", false);
  const line = readFileSync(join(folder, "train.jsonl"), "utf8").split("\n")[1];
  const { input_ids, labels } = JSON.parse(line!) as { input_ids: number[]; labels: number[] };
  const learned = labels.filter((label) => label !== -100);
  assert.equal(tokenizer.decode(learned), "Action: look<|im_end|>Action: open door<|im_end|>");
  assert.equal(input_ids.length, labels.length);
});

test("a changed id, a moved mark and a lost row are found in the file", async () => {
  exported("trl-tokenized", false);
  const path = join(folder, "train.jsonl");
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  const row = JSON.parse(lines[0]!) as { input_ids: number[]; labels: number[] };
  const last = row.labels.findLastIndex((label) => label !== -100);
  const first = row.labels.findIndex((label) => label !== -100);
  const read = row.labels.indexOf(-100, first);
  // The first special token, spelled out: the same text.
  const special = row.input_ids.findIndex((id) => id > 255);
  const spelled = [...Buffer.from(tokenizer.decode([row.input_ids[special]!]))];
  const inOtherTokens = (list: number[]) =>
    list.toSpliced(special, 1, ...(list === row.labels ? spelled.map(() => -100) : spelled));
  const mutants = [
    { ...row, input_ids: row.input_ids.with(3, row.input_ids[3]! + 1) },
    { ...row, labels: row.labels.with(last, -100) },
    { ...row, labels: row.labels.with(first, -100) },
    { ...row, labels: row.labels.with(first - 1, row.input_ids[first - 1]!) },
    { ...row, labels: row.labels.with(read, row.input_ids[read]!) },
    { ...row, labels: row.labels.map(() => -100) },
    { ...row, labels: row.input_ids },
    { ...row, labels: row.labels.slice(1) },
    { ...row, attention_mask: row.labels.map(() => 0) },
    { input_ids: inOtherTokens(row.input_ids), labels: inOtherTokens(row.labels) },
  ];
  assert.equal(tokenizer.decode(mutants.at(-1)!.input_ids), tokenizer.decode(row.input_ids));
  assert.notDeepEqual(mutants.at(-1)!.input_ids, row.input_ids);
  const files = [
    ...mutants.map((mutant) => lines.with(0, JSON.stringify(mutant))),
    lines.slice(1),
    [...lines, lines[0]!],
  ];
  for (const rows of files) {
    writeFileSync(path, `${rows.join("\n")}\n`);
    const manifest = readManifest(folder);
    const resigned = manifest.files.map((file) => ({ ...file, ...digestOf(join(folder, file.name)) }));
    writeFileSync(join(folder, MANIFEST), manifestText({ ...manifest, files: resigned }));
    assert.notDeepEqual(await differences(), [], rows[0]!.slice(0, 200));
  }
});

test("an example that the tokenizer cannot label exactly is refused by name, and nothing is written", () => {
  // What was said before is rendered otherwise once something follows.
  const forgetful =
    "{% for m in messages %}{{ m['role'] if loop.last else '' }}{{ m['content'] }}<|im_end|>{% endfor %}";
  const model = openChatTokenizer(byteTokenizer(join(root, "forgetful"), forgetful));
  assert.throws(() => exported("skyrl", false, set, model), /^CliError: example 0 \(trajectory whole\): message \d/);
  assert.deepEqual(readdirSync(root).sort(), ["forgetful", "model"]);
});

test("token ids have a place for thoughts: the template writes them", () => {
  const think: Demonstrations = structuredClone({ ...set, examples: set.examples.slice(0, 1) });
  const last = think.examples[0]!.messages.findLastIndex(({ weight }) => weight === 1);
  Object.assign(think.examples[0]!.messages[last]!, { reasoning: "Hm." });
  const template =
    "{% for m in messages %}{{ '<|im_start|>' + m.role }}{% if m.reasoning_content %}{{ '<think>' + m.reasoning_content + '</think>' }}{% endif %}{{ m.content + '<|im_end|>' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant' }}{% endif %}";
  const model = openChatTokenizer(byteTokenizer(join(root, "thinking"), template));
  for (const target of ["trl-tokenized", "skyrl"]) {
    rmSync(folder, { recursive: true, force: true });
    const options = { splitTurns: false, parquet: false, tokenizer: model };
    exportSet({ exporter: exporterNamed(target), set: think, options, out: folder, origin });
    const [row] = readFileSync(join(folder, "train.jsonl"), "utf8").split("\n");
    assert.match(model.decode((JSON.parse(row!) as { input_ids: number[] }).input_ids), /<think>Hm\.<\/think>/);
  }
});
