/** DPO through TRL with the environment masked: equal to arithmetic that leaves observations out, which TRL's own is not. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Preference, WeightedMessage } from "../../src/core/training.ts";
import { type CollatedBatch, trlTrainer } from "../../src/students/served/trainer.ts";
import { openChatTokenizer } from "../../src/tokenizers/chat-tokenizer.ts";
import { CONTEXT } from "../../src/tokenizers/labels.ts";
import { context, learned } from "../chat-checkpoint.ts";
import { ask, python, series, skip, tinyCheckpoint, tinyProject, trained } from "./real.ts";

/** Turns of one side: actions, with an observation between each two. */
const side = (word: string, turns: number): WeightedMessage[] =>
  Array.from({ length: turns }, (_, turn) => [
    learned(`Action: ${word} ${turn}`),
    ...(turn < turns - 1 ? [context("user", `You see a long ${word} observation ${turn}: nothing here.`)] : []),
  ]).flat();

const PAIR: Preference = {
  prompt: [
    { role: "system", content: "Interact." },
    { role: "user", content: "You are in a room." },
  ],
  chosen: side("good", 3),
  rejected: side("bad", 4),
  sources: ["t1", "t2"] as never,
};

test("log-probabilities leave out what the environment wrote; TRL's own trainer counts it", { skip }, async (t) => {
  const project = tinyProject(t);
  const tokenizer = openChatTokenizer(tinyCheckpoint());
  const { chosen, rejected } = tokenizer.preference(PAIR);
  const masked = [chosen, rejected].map(({ inputIds, labels }) => ({
    ids: inputIds,
    mask: labels.map((label) => (label === CONTEXT ? 0 : 1)),
  }));
  const prompt = tokenizer.prompt(PAIR.prompt).length;
  const whole = tokenizer.encode(tokenizer.render([...PAIR.prompt, ...PAIR.chosen], false));
  const everything = { ids: whole, mask: whole.map((_, at) => (at < prompt ? 0 : 1)) };
  const plain = (messages: readonly WeightedMessage[]) => messages.map(({ role, content }) => ({ role, content }));
  const { sums, stock } = ask<{ sums: number[]; stock: number }>("log_probabilities.py", {
    folder: tinyCheckpoint(),
    sequences: [...masked, everything],
    stock: { prompt: PAIR.prompt, chosen: plain(PAIR.chosen), rejected: plain(PAIR.rejected) },
  });

  const batches: CollatedBatch[] = [];
  const settings = { steps: 6, batch: 2, deviceBatch: 1, learningRate: 1e-3, warmup: 0, loraRank: 0 };
  const trainer = trlTrainer({ project, python, settings, onFirstBatch: (batch) => batches.push(batch) });
  const events = await trained(trainer, { kind: "dpo", examples: [PAIR, PAIR], beta: 0.1 });

  const near = (found: number, expected: number) =>
    assert(Math.abs(found - expected) < 1e-3 * Math.abs(expected), `${found}, expected ${expected}`);
  near(series(events, "chosenLogProbability")[0]!, sums[0]!);
  near(series(events, "rejectedLogProbability")[0]!, sums[1]!);
  // What is masked is most of the chosen side; TRL's own trainer has it all in.
  near(stock, sums[2]!);
  assert(stock < 2 * sums[0]!, `${stock} against ${sums[0]}`);

  const learnedTexts = batches[0]!.labels.map((labels) =>
    tokenizer.decode(labels.filter((label) => label !== CONTEXT)),
  );
  const actions = (word: string, turns: number) =>
    Array.from({ length: turns }, (_, turn) => `Action: ${word} ${turn}<|im_end|>`).join("");
  assert.deepEqual(learnedTexts, [actions("good", 3), actions("bad", 4)]);

  const [losses, margins] = [series(events, "loss"), series(events, "margin")];
  // Before the first step both models are the same one: −log σ(0).
  near(losses[0]!, Math.log(2));
  assert(losses.at(-1)! < losses[0]! && margins.at(-1)! > 0, `${losses} · ${margins}`);
});
