/** Whatever is exported teaches what is stored; whatever is changed in the files is found, even with a forged manifest. */
import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { EXPORT_SETS } from "../../test/export-sets.ts";
import { exportable } from "../../test/exportable.ts";
import { temporaryFolder } from "../../test/temporary.ts";
import { CliError } from "../core/errors.ts";
import type { TrainingSet, WeightedMessage } from "../core/training.ts";
import { checkExport } from "./check.ts";
import { exportSet } from "./export.ts";
import type { Exporter } from "./exporter.ts";
import { MANIFEST, manifestText, readManifest } from "./manifest.ts";
import { EXPORTERS } from "./registry.ts";
import { digestOf } from "./write.ts";

const folder = join(temporaryFolder(), "out");
const origin = { run: "r", method: "m", seed: 1, iteration: 1, trainingSet: "s" };
const TEXTS = EXPORTERS.filter(({ tokenizer }) => tokenizer !== "needed");

/** Exports into `folder`; false if the target refuses the set. */
function exported(exporter: Exporter, set: TrainingSet): boolean {
  rmSync(folder, { recursive: true, force: true });
  const { masks } = exporter.expresses;
  const splitTurns = masks === "suffix" || masks === "last";
  try {
    exportSet({ exporter, set, options: { splitTurns, parquet: false }, out: folder, origin });
    return true;
  } catch (error) {
    if (error instanceof CliError) return false;
    throw error;
  }
}

async function differences(set: TrainingSet) {
  return (await checkExport({ folder, manifest: readManifest(folder), set })).differences;
}

/** Makes the manifest say that the files are as they were written. */
function forgeManifest(): void {
  const manifest = readManifest(folder);
  const files = manifest.files.map((file) => ({ ...file, ...digestOf(join(folder, file.name)) }));
  writeFileSync(join(folder, MANIFEST), manifestText({ ...manifest, files }));
}

for (const exporter of TEXTS) {
  test(`${exporter.name}: any set is refused or learned exactly`, async () => {
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(exportable, fc.boolean(), async (drawn, isWhole) => {
        const set = isWhole ? wholeOf(drawn) : drawn;
        if (!exported(exporter, set)) return;
        taken++;
        assert.deepEqual(await differences(set), []);
      }),
      { numRuns: 20 },
    );
    assert(taken > 0);
  });
}

/** The same without system messages and masks: what every target takes. */
function wholeOf(set: TrainingSet): TrainingSet {
  if (set.kind === "dpo") return set;
  const examples = set.examples.map((example) => {
    const { provenance } = example.messages.find((message) => message.weight === 1)!;
    const turns = example.messages.filter(({ role }) => role !== "system");
    const messages = turns.map((message): WeightedMessage => {
      const { role, content } = message;
      return role === "assistant" ? { role, content, weight: 1, provenance } : message;
    });
    return { ...example, messages };
  });
  return { ...set, examples };
}

test("a set that teaches something else is told from the exported one", async () => {
  const changed = fc.tuple(exportable, fc.nat(), fc.nat(), fc.constantFrom("text", "weight", "drop", "repeat"));
  let found = 0;
  await fc.assert(
    fc.asyncProperty(changed, fc.constantFrom(...TEXTS), async ([set, which, where, how], exporter) => {
      const other = changedSet(set, { which, where, how });
      if (!other || !exported(exporter, set)) return;
      found++;
      assert.notDeepEqual(await differences(other), []);
    }),
    { numRuns: 150 },
  );
  assert(found > 25);
});

interface Change {
  readonly which: number;
  readonly where: number;
  readonly how: string;
}

/** `set` with one thing that is taught changed; undefined if there is no such thing. */
function changedSet(set: TrainingSet, { which, where, how }: Change): TrainingSet | undefined {
  const examples: readonly unknown[] = set.examples;
  const at = which % examples.length;
  const edit = (edited: unknown[]) => ({ ...set, examples: edited }) as TrainingSet;
  if (how === "drop") return edit(examples.toSpliced(at, 1));
  if (how === "repeat") return edit([...examples, examples[at]]);
  if (set.kind === "dpo") {
    const pair = set.examples[at]!;
    const changed = { ...pair, prompt: pair.prompt.map((message) => ({ ...message, content: `${message.content}!` })) };
    return edit(examples.with(at, changed));
  }
  const example = set.examples[at]!;
  const last = example.messages.findLastIndex(({ weight }) => weight === 1);
  const index = where % (last + 1);
  const message = example.messages[index]!;
  if (how === "weight" && message.role !== "assistant") return undefined;
  const changed =
    how === "weight" ? { ...message, weight: 1 - message.weight } : { ...message, content: `${message.content}!` };
  return edit(examples.with(at, { ...example, messages: example.messages.with(index, changed as typeof message) }));
}

/** How each target marks what is learned; the others learn by position. */
const MARKS = ["weight", "train", "loss", "step_loss_mask", "trainable", "loss_weight"];

/** Places in a parsed row that can be changed so that something else is taught. */
function* places(value: unknown): Iterable<{ change(): void }> {
  if (typeof value !== "object" || value === null) return;
  const object = value as Record<string, unknown>;
  for (const [key, inner] of Object.entries(object)) {
    if ((key === "content" || key === "value") && typeof inner === "string") {
      yield { change: () => (object[key] = `${inner.slice(0, -1)}#`) };
    }
    if (MARKS.includes(key) && object.role === "assistant") {
      yield { change: () => (object[key] = typeof inner === "boolean" ? !inner : 1 - Number(inner)) };
    }
    yield* places(inner);
  }
}

for (const exporter of TEXTS.filter(({ parquet }) => parquet !== "always")) {
  const set = exporter.expresses.masks === "none" ? EXPORT_SETS.whole : EXPORT_SETS.sft;

  test(`${exporter.name}: a changed text or mark, a lost and a repeated row are found in the files`, async () => {
    assert(exported(exporter, set));
    const path = join(folder, exporter.name === "agentgym" || exporter.name === "eto" ? "train.json" : "train.jsonl");
    const original = readFileSync(path, "utf8");
    const lines = original.split("\n").filter((line) => line.startsWith("{"));
    const rebuild = (rows: readonly string[]) =>
      original.startsWith("[")
        ? `[\n${rows.map((row) => row.replace(/,$/, "")).join(",\n")}\n]\n`
        : `${rows.join("\n")}\n`;
    const mutants = lines.flatMap((line, index) => {
      const count = [...places(JSON.parse(line.replace(/,$/, "")))].length;
      const edited = Array.from({ length: count }, (_, place) => {
        const row = JSON.parse(line.replace(/,$/, ""));
        [...places(row)][place]!.change();
        return lines.with(index, JSON.stringify(row));
      });
      return [...edited, lines.toSpliced(index, 1), [...lines, line]];
    });
    assert(mutants.length > 4);
    for (const rows of mutants) {
      writeFileSync(path, rebuild(rows));
      forgeManifest();
      assert.notDeepEqual(await differences(set), [], rebuild(rows));
    }
  });
}

test("any changed byte of any file is found", async () => {
  assert(exported(EXPORTERS.find(({ name }) => name === "verl")!, EXPORT_SETS.sft));
  const manifest = readManifest(folder);
  const file = fc.constantFrom(...manifest.files);
  await fc.assert(
    fc.asyncProperty(file, fc.nat(), fc.integer({ min: 1, max: 255 }), async ({ name, bytes }, at, by) => {
      const path = join(folder, name);
      const original = readFileSync(path);
      const changed = Buffer.from(original);
      changed[at % bytes]! ^= by;
      writeFileSync(path, changed);
      const found = (await checkExport({ folder, manifest, set: EXPORT_SETS.sft })).differences;
      writeFileSync(path, original);
      assert(found.some(({ place }) => place === name));
    }),
    { numRuns: 30 },
  );
});

test("a config that makes TRL teach something else is found", async () => {
  assert(exported(EXPORTERS.find(({ name }) => name === "trl")!, EXPORT_SETS.sft));
  const path = join(folder, "sft.yaml");
  const config = readFileSync(path, "utf8");
  assert.deepEqual(await differences(EXPORT_SETS.sft), []);
  const mutants = [
    config.replace("packing: false", "packing: true"),
    `${config}chat_template_path: other\n`,
    ...(config.includes("assistant_only_loss") ? [] : [`${config}assistant_only_loss: true\n`]),
    config.replace("data_files: train.jsonl", "data_files: train.jsonl\n  - path: json\n    data_files: more.jsonl"),
  ];
  for (const mutant of mutants) {
    assert.notEqual(mutant, config);
    writeFileSync(path, mutant);
    forgeManifest();
    assert.notDeepEqual(await differences(EXPORT_SETS.sft), [], mutant);
  }
});

test("a lost and an added file are found", async () => {
  assert(exported(EXPORTERS.find(({ name }) => name === "axolotl")!, EXPORT_SETS.sft));
  writeFileSync(join(folder, "more.jsonl"), "{}\n");
  const [added] = await differences(EXPORT_SETS.sft);
  assert.equal(added!.place, "more.jsonl");
  rmSync(join(folder, "sft.yaml"));
  assert((await differences(EXPORT_SETS.sft)).some(({ what }) => what === "the file is gone"));
});

/** What each tool would do without the setting that makes its file exact. */
const UNSAFE: readonly (readonly [target: string, file: string, from: string, to: string, found: RegExp])[] = [
  ["trl", "sft.yaml", "completion_only_loss: true", "completion_only_loss: false", /although it is the user's/],
  ["trl", "sft.yaml", "max_length: null\n", "", /rows are cut/],
  ["axolotl", "sft.yaml", "    message_field_training: train\n    roles_to_train: []\n", "", /although it is masked/],
  ["axolotl", "sft.yaml", "excess_length_strategy: raise\n", "", /dropped/],
  ["llamafactory", "sft.yaml", "mask_history: true", "mask_history: false", /once more than stored/],
  ["llamafactory", "sft.yaml", "cutoff_len: 1048576\n", "", /cut/],
  ["llamafactory-v1", "sft.yaml", "cutoff_len: 1048576\n", "", /cut/],
  ["swift", "sft.yaml", "strict: true\n", "", /dropped/],
  ["verl", "sft-args.txt", "data.custom_cls.path=weighted_dataset.py\n", "", /although it is masked/],
];

for (const [target, file, from, to, found] of UNSAFE) {
  test(`${target}: without ${from.trim().split("\n")[0]} something else is learned, and that is found`, async () => {
    assert(exported(EXPORTERS.find(({ name }) => name === target)!, EXPORT_SETS.sft));
    const path = join(folder, file);
    const config = readFileSync(path, "utf8");
    assert(config.includes(from));
    writeFileSync(path, config.replace(from, to));
    forgeManifest();
    const what = (await differences(EXPORT_SETS.sft)).map((difference) => difference.what);
    assert(
      what.some((one) => found.test(one)),
      what.join("\n"),
    );
  });
}
