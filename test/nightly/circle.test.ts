/**
 * The whole circle with SmolLM2-135M: it plays, EEF selects, it learns, it plays better. Once served and trained by TRL,
 * once inside this process. transformers opens what either has made, and finds in it what was learned.
 */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Demonstration } from "../../src/core/training.ts";
import { openSqlite } from "../../src/store/sqlite.ts";
import { openChatTokenizer } from "../../src/tokenizers/chat-tokenizer.ts";
import { CONTEXT } from "../../src/tokenizers/labels.ts";
import { rowOf } from "../chat-checkpoint.ts";
import { gleaner } from "../command.ts";
import { ask, python, skip } from "../real/real.ts";
import { smollm2 } from "../smollm2.ts";
import { temporaryFolder } from "../temporary.ts";

const DOORS = 12;
const real = join(import.meta.dirname, "..", "real");

const STUDENTS = {
  served: { kind: "served", serve: [python, join(real, "serve.py"), "{checkpoint}", "{port}"], startupSeconds: 300 },
  pretrained: { kind: "pretrained", context: 512 },
} as const;

/** Sum of the log-probabilities that transformers gives to what is learned in each demonstration. */
function logProbabilities(folder: string, demonstrations: readonly Demonstration[]): number[] {
  const tokenizer = openChatTokenizer(folder);
  const sequences = demonstrations.map((demonstration) => {
    const { inputIds, labels } = rowOf(tokenizer, demonstration);
    return { ids: inputIds, mask: labels.map((label) => Number(label !== CONTEXT)) };
  });
  return ask<{ sums: number[] }>("log_probabilities.py", { folder, sequences }).sums;
}

for (const [name, student] of Object.entries(STUDENTS)) {
  test(`SmolLM2-135M, ${name}: play, select, train, play better, and open in transformers`, { skip }, async (t) => {
    process.env.GLEANER_PYTHON = python;
    const base = smollm2();
    const project = temporaryFolder();
    const file = join(project, "circle.yaml");
    const config = {
      run: "circle",
      environment: { name: join(real, "locks.ts") },
      expert: { scripted: true, errorRate: 0.25 },
      format: "text",
      maxTokens: 12,
      student: { ...student, checkpoint: base },
      training: { steps: 25, batch: 8, learningRate: 0.001, loraRank: 16 },
      methods: [{ method: "eef", probes: 1 }],
      evaluate: { splits: ["test"] },
    };
    writeFileSync(file, JSON.stringify(config));
    await gleaner(project, ["run", file]);

    const repository = openSqlite(join(project, "store.sqlite"));
    const wonBy = (ids: readonly string[]) => ids.filter((id) => repository.trajectory(id as never)!.success).length;
    const [bc, eef] = repository.rounds("circle");
    t.diagnostic(`BC opens ${wonBy(bc!.evaluated)} of ${DOORS} doors, EEF ${wonBy(eef!.evaluated)}`);
    assert(wonBy(bc!.evaluated) >= DOORS / 4, `BC opens ${wonBy(bc!.evaluated)} of ${DOORS} doors`);
    assert(wonBy(eef!.evaluated) > wonBy(bc!.evaluated) - 2, `EEF opens ${wonBy(eef!.evaluated)} of ${DOORS} doors`);

    const checkpoint = repository.checkpoint(eef!.checkpoint)!;
    const set = repository.trainingSet(checkpoint.trainingSet!)!;
    assert(set.kind === "sft" && checkpoint.at.kind === "folder");
    const before = logProbabilities(base, set.examples);
    const after = logProbabilities(join(project, checkpoint.at.path), set.examples);
    for (const [index, value] of after.entries()) assert(value > before[index]!, `${before[index]} → ${value}`);
    repository.close();
  });
}
