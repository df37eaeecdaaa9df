/** TRL on examples of several rows: those of one example in the same step, and every learned token with its weight. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { CheckpointId } from "../../src/core/ids.ts";
import type { TrainingSet } from "../../src/core/training.ts";
import { trlTrainer } from "../../src/students/served/trainer.ts";
import type { CollatedBatch } from "../../src/students/served/training.ts";
import { openChatTokenizer } from "../../src/tokenizers/chat-tokenizer.ts";
import { CONTEXT } from "../../src/tokenizers/labels.ts";
import { context, demonstration, learned, TEMPLATES } from "../chat-checkpoint.ts";
import { ask, python, series, skip, tinyProject, trained } from "./real.ts";

const THINGS = ["mug", "pot", "cd"];
const WEIGHTS = [1, 0.5, 3];

test("rows of one example are learned in one step, whatever a device takes at a time", { skip }, async (t) => {
  const project = tinyProject(t);
  const folder = join(project, "checkpoints", "base");
  // Earlier thoughts are dropped: each turn is a row.
  writeFileSync(join(folder, "chat_template.jinja"), TEMPLATES.forgetsThoughts);
  assert.doesNotMatch(readFileSync(join(folder, "tokenizer_config.json"), "utf8"), /chat_template/);
  const tokenizer = openChatTokenizer(folder);
  const examples = THINGS.map((thing, index) => {
    const turns = Array.from({ length: index + 1 }, (_, turn) => [
      context("user", `You see a ${thing} ${turn}.`),
      learned(`<think>Take it.</think>take ${thing} ${turn}`),
    ]);
    return { ...demonstration(...turns.flat()), weight: WEIGHTS[index]! };
  });
  const set: TrainingSet = { kind: "sft", examples };
  const rows = examples.flatMap((example) => {
    const { rows, weight } = tokenizer.demonstration(example);
    return rows.map(({ inputIds, labels }) => ({ ids: inputIds, labels, weight }));
  });
  assert.equal(rows.length, 6);
  const sequences = rows.map(({ ids, labels }) => ({ ids, mask: labels.map((label) => Number(label !== CONTEXT)) }));
  const { sums } = ask<{ sums: number[] }>("log_probabilities.py", { folder, sequences });
  const counts = sequences.map(({ mask }) => mask.reduce((sum, value) => sum + value, 0));
  const weighted = (values: readonly number[]) => values.reduce((sum, value, at) => sum + value * rows[at]!.weight, 0);
  const expected = -weighted(sums) / weighted(counts);

  for (const deviceBatch of [4, 1]) {
    const batches: CollatedBatch[] = [];
    const settings = { steps: 2, batch: 3, deviceBatch, learningRate: 1e-2, warmup: 0, loraRank: 0 };
    const trainer = trlTrainer({ project, python, settings, onFirstBatch: (batch) => batches.push(batch) });
    const events = await trained(trainer, set, { id: `rows-${deviceBatch}` as CheckpointId });
    assert.deepEqual(
      events.filter(({ kind }) => kind === "rows"),
      [{ kind: "rows", examples: 3, rows: 6, sharesPrefixes: false }],
    );
    const losses = series(events, "loss");
    assert(Math.abs(losses[0]! - expected) < 1e-3, `${losses[0]}, expected ${expected}`);
    assert(losses[1]! < losses[0]!, `${losses}`);
    assert.equal(batches[0]!.inputIds.length, deviceBatch);
  }
});
