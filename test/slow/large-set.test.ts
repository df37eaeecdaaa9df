/**
 * Records longer than one text can be (2^29 − 24 characters). A training set is kept, read, dumped, exported and trained
 * from in pieces; a trajectory or a single example of that length is refused by name. Texts are shared, so that the sets
 * are small in memory until they are read back.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { StoreError, TrainerError } from "../../src/core/errors.ts";
import { trajectoryId } from "../../src/core/ids.ts";
import { canonicalPieces, LONGEST_TEXT } from "../../src/core/json.ts";
import type { Demonstration, TrainingSet } from "../../src/core/training.ts";
import { trainingSetId } from "../../src/engine/experiment/training.ts";
import { checkExport } from "../../src/exporters/check.ts";
import { exportSet } from "../../src/exporters/export.ts";
import { exporterNamed } from "../../src/exporters/registry.ts";
import { openSqlite, readSqlite } from "../../src/store/sqlite.ts";
import * as samples from "../contract/samples.ts";
import { temporaryFolder } from "../temporary.ts";

const TEXT = "observation ".repeat(2000);
const COUNT = Math.ceil((1.01 * LONGEST_TEXT) / TEXT.length);

function example(index: number): Demonstration {
  const trajectory = trajectoryId(`t${index}`);
  const provenance = { trajectory, step: 0, actor: "expert/rules", reason: "expert success" };
  return {
    source: trajectory,
    messages: [
      { role: "user", content: TEXT, weight: 0 },
      { role: "assistant", content: `go ${index}`, weight: 1, provenance },
    ],
  };
}

const digestOf = (pieces: Iterable<string>) => {
  const hash = createHash("sha256");
  let length = 0;
  for (const piece of pieces) {
    hash.update(piece);
    length += piece.length;
  }
  return { hash: hash.digest("hex"), length };
};

test("a training set longer than a text can be is kept, dumped, read and exported", async () => {
  const set: TrainingSet = { kind: "sft", examples: Array.from({ length: COUNT }, (_, index) => example(index)) };
  const id = trainingSetId(set);
  const whole = digestOf(canonicalPieces(set));
  assert(whole.length > LONGEST_TEXT);
  assert.equal(id, whole.hash.slice(0, 20));

  const folder = temporaryFolder();
  const path = join(folder, "store.sqlite");
  const writer = openSqlite(path);
  writer.addTrainingSet(id, set);
  writer.addTrainingSet(id, set);
  writer.close();

  const reader = readSqlite(path);
  const line = [`{"id":"${id}","kind":"trainingSet","record":`, canonicalPieces(set), "}\n"];
  const expected = digestOf(line.flatMap((part) => (typeof part === "string" ? [part] : [...part])));
  assert.deepEqual(digestOf(reader.dump()), expected);
  const back = reader.trainingSet(id)!;
  reader.close();
  assert.equal(trainingSetId(back), id);

  const out = join(folder, "export");
  const origin = { run: "r", method: "m", seed: 1, iteration: 1, trainingSet: id };
  const options = { splitTurns: false, parquet: false };
  const { manifest } = exportSet({ exporter: exporterNamed("trl"), set: back, options, out, origin });
  assert(statSync(join(out, "train.jsonl")).size > LONGEST_TEXT);
  assert.deepEqual(await checkExport({ folder: out, manifest, set: back }), {
    learned: COUNT,
    shown: "template",
    differences: [],
  });
});

test("a trajectory longer than a text can be is refused by name, and nothing of it is stored", () => {
  const repository = openSqlite(":memory:");
  repository.addRun(samples.run);
  repository.addTask(samples.task);
  const steps = Array.from({ length: COUNT }, () => ({ ...samples.step, observation: TEXT }));
  assert.throws(() => repository.addTrajectory(samples.run.name, { ...samples.trajectory, steps }), {
    name: StoreError.name,
    message:
      /^cannot store trajectory t: as JSON it is longer than 536,870,888 characters, the longest text there can be$/,
  });
  assert.equal(repository.trajectory(samples.trajectory.id), undefined);
});

test("a single example longer than a text can be is refused by name", () => {
  const context = { role: "user", content: TEXT, weight: 0 } as const;
  const { messages, ...rest } = example(1);
  const long: Demonstration = { ...rest, messages: [...Array.from({ length: COUNT }, () => context), ...messages] };
  const set: TrainingSet = { kind: "sft", examples: [example(0), long] };
  assert.throws(() => trainingSetId(set), { name: TrainerError.name, message: /^example 1 \(trajectory t1\)/ });
  assert.throws(() => openSqlite(":memory:").addTrainingSet("set" as never, set), {
    name: StoreError.name,
    message: /^cannot store example 1 of training set set: as JSON it is longer than/,
  });
});
