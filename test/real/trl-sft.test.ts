/** SFT through TRL: what is collated is what was decided, what is learned can be said again, weights count as they should. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import type { CheckpointId } from "../../src/core/ids.ts";
import type { Demonstration, TrainingSet, WeightedMessage } from "../../src/core/training.ts";
import { type CollatedBatch, trlTrainer } from "../../src/students/served/trainer.ts";
import { MANIFEST } from "../../src/students/shared/manifest.ts";
import { openChatTokenizer } from "../../src/tokenizers/chat-tokenizer.ts";
import { CONTEXT } from "../../src/tokenizers/labels.ts";
import { context, demonstration, learned, rowOf } from "../chat-checkpoint.ts";
import {
  ask,
  BASE,
  python,
  SENTENCES,
  series,
  skip,
  tinyCheckpoint,
  tinyProject,
  trained,
  twoProcesses,
} from "./real.ts";

const THINGS = ["mug", "pot", "cd", "key"];
const question = (thing: string) => context("user", `Task: find the ${thing}.`);
const answer = (thing: string) => `Thought: hm ¾\nAction: go to shelf ${THINGS.indexOf(thing)}`;

/** An episode in which the expert's first move is context and the recovery is learned. */
const recovery = (thing: string): WeightedMessage[] => [
  context("system", "Text game."),
  question(thing),
  context("assistant", `Action: open drawer ${thing}`),
  context("user", SENTENCES[2]!),
  learned(answer(thing)),
  context("user", "You see it."),
  learned(`take ${thing}`),
];

/** What of a collated row is read and what is learned, turn by turn, with the padding left out. */
function stretches(ids: readonly number[], labels: readonly number[], padding: number) {
  const tokenizer = openChatTokenizer(tinyCheckpoint());
  const found: { isLearned: boolean; ids: number[] }[] = [];
  labels.forEach((label, at) => {
    if (ids[at] === padding) return;
    const isLearned = label !== CONTEXT;
    if (found.at(-1)?.isLearned !== isLearned) found.push({ isLearned, ids: [] });
    found.at(-1)!.ids.push(ids[at]!);
    if (isLearned) assert.equal(label, ids[at]);
  });
  return found.map(({ isLearned, ids }) => [isLearned ? "learned" : "context", tokenizer.decode(ids)]);
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** The tokens of demonstrations, with 1 for those that are learned. */
function sequencesOf(examples: readonly Demonstration[]) {
  const tokenizer = openChatTokenizer(tinyCheckpoint());
  return examples.map((example) => {
    const { inputIds, labels } = rowOf(tokenizer, example);
    return { ids: inputIds, mask: labels.map((label): number => (label === CONTEXT ? 0 : 1)) };
  });
}

suite("SFT through TRL", { skip, concurrency: 2 }, () => {
  test("the batch that TRL collates has the decided turns, the result has learned them", async (t) => {
    const project = tinyProject(t);
    const batches: CollatedBatch[] = [];
    const examples = [
      ...THINGS.map((thing) => demonstration(...recovery(thing))),
      ...THINGS.map((thing) => demonstration(question(thing), learned(answer(thing)))),
    ];
    const settings = { steps: 60, batch: 8, deviceBatch: 8, learningRate: 1e-2, warmup: 4, loraRank: 0 };
    const trainer = trlTrainer({ project, python, settings, onFirstBatch: (batch) => batches.push(batch) });
    const events = await trained(trainer, { kind: "sft", examples });

    const [batch] = batches;
    assert.equal(batches.length, 1);
    const rows = batch!.inputIds.map((ids, row) => stretches(ids, batch!.labels[row]!, 0));
    const header = "<|im_start|>assistant\n";
    const table = [
      ...THINGS.map((thing) => [
        [
          "context",
          `<|im_start|>system\nText game.<|im_end|>\n<|im_start|>user\nTask: find the ${thing}.<|im_end|>\n` +
            `${header}Action: open drawer ${thing}<|im_end|>\n<|im_start|>user\n${SENTENCES[2]}<|im_end|>\n${header}`,
        ],
        ["learned", `${answer(thing)}<|im_end|>`],
        ["context", `\n<|im_start|>user\nYou see it.<|im_end|>\n${header}`],
        ["learned", `take ${thing}<|im_end|>`],
      ]),
      ...THINGS.map((thing) => [
        ["context", `<|im_start|>user\nTask: find the ${thing}.<|im_end|>\n${header}`],
        ["learned", `${answer(thing)}<|im_end|>`],
      ]),
    ];
    const sorted = (texts: readonly unknown[]) => texts.map((text) => JSON.stringify(text)).toSorted();
    assert.deepEqual(sorted(rows), sorted(table));

    const losses = series(events, "loss");
    assert.equal(losses.length, 60);
    assert(losses[0]! > 5 && losses.at(-1)! < 0.05, `from ${losses[0]} to ${losses.at(-1)}`);
    const folder = join(project, "checkpoints", "new");
    assert.deepEqual(readdirSync(folder).toSorted(), [...readdirSync(tinyCheckpoint()), MANIFEST].toSorted());
    const conversations = THINGS.map((thing) => [{ role: "user", content: question(thing).content }]);
    const answers = ask<string[]>("answers.py", { folder, conversations, tokens: 40 });
    assert.deepEqual(
      answers,
      THINGS.map((thing) => `${answer(thing)}<|im_end|>`),
    );
  });

  test("a batch's loss is the weighted mean over its learned tokens, however it is parted", async (t) => {
    const project = tinyProject(t);
    const weights = [1, 0.5, 3, 0.25];
    const examples = THINGS.map((thing, index) => {
      const messages = index % 2 ? recovery(thing) : [question(thing), learned(answer(thing))];
      return { ...demonstration(...messages), weight: weights[index]! };
    });
    const set: TrainingSet = { kind: "sft", examples };
    const sequences = sequencesOf(examples);
    const { sums } = ask<{ sums: number[] }>("log_probabilities.py", { folder: tinyCheckpoint(), sequences });
    const weighted = (values: readonly number[]) => sum(values.map((value, row) => weights[row]! * value));
    const expected = -weighted(sums) / weighted(sequences.map(({ mask }) => sum(mask)));

    const settings = { steps: 2, batch: 4, learningRate: 1e-2, warmup: 0, loraRank: 0 };
    // All at once, one after the other, and by two processes.
    const parts = [{ deviceBatch: 4 }, { deviceBatch: 1 }, { deviceBatch: 1, accelerateConfig: twoProcesses(project) }];
    const losses: number[][] = [];
    for (const [index, { deviceBatch, ...launcher }] of parts.entries()) {
      const trainer = trlTrainer({ project, python, settings: { ...settings, deviceBatch }, ...launcher });
      losses.push(series(await trained(trainer, set, { id: `part-${index}` as CheckpointId }), "loss"));
    }
    for (const [first] of losses) assert(Math.abs(first! - expected) < 1e-4, `${first}, expected ${expected}`);
    // The second loss is after a step: it agrees only if the gradients did.
    for (const [, second] of losses) assert(Math.abs(second! - losses[0]![1]!) < 1e-4, String(losses));
  });

  test("adapters are merged into an ordinary checkpoint, in the precision that it started in", async (t) => {
    const project = tinyProject(t);
    const base = join(project, BASE.at.kind === "folder" ? BASE.at.path : "");
    ask("to_half.py", { folder: base });
    const examples = THINGS.map((thing) => demonstration(question(thing), learned(answer(thing))));
    const settings = { steps: 30, batch: 4, learningRate: 3e-2, warmup: 0, loraRank: 16 };
    const events = await trained(trlTrainer({ project, python, settings }), { kind: "sft", examples });
    const losses = series(events, "loss");
    assert(losses.at(-1)! < losses[0]! - 0.2, `from ${losses[0]} to ${losses.at(-1)}`);
    const folder = join(project, "checkpoints", "new");
    assert.deepEqual(readdirSync(folder).toSorted(), [...readdirSync(base), MANIFEST].toSorted());
    const shapes = (of: string) => ask("to_half.py", { folder: of, only: "look" });
    assert.deepEqual(shapes(folder), shapes(base));
    // The last step's rate is nearly 0: what was trained then is what was saved, up to rounding.
    const sequences = sequencesOf(examples);
    const { sums } = ask<{ sums: number[] }>("log_probabilities.py", { folder, sequences });
    const saved = -sum(sums) / sum(sequences.map(({ mask }) => sum(mask)));
    assert(Math.abs(saved - losses.at(-1)!) < 0.05, `${saved}, expected ${losses.at(-1)}`);
  });
});
