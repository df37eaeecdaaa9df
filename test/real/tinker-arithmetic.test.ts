/** What a Tinker server is told to do comes to what plain torch does; what was learned is said again. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { CheckpointId } from "../../src/core/ids.ts";
import type { Checkpoint, Preference, TrainingSet, WeightedMessage } from "../../src/core/training.ts";
import { tinkerModel } from "../../src/policies/tinker.ts";
import { openChatTokenizer } from "../../src/tokenizers/chat-tokenizer.ts";
import { CONTEXT, type LabelledTokens } from "../../src/tokenizers/labels.ts";
import { learningRateAt } from "../../src/trainers/tinker/settings.ts";
import { context, demonstration, learned } from "../chat-checkpoint.ts";
import { ask, series, skip, tinyCheckpoint, trained } from "./real.ts";
import { BASE_MODEL, SETTINGS, startTinkerServer, TINKER_BASE, trainerFor } from "./tinker.ts";

const THINGS = ["mug", "pot", "cd", "key"];
const question = (thing: string) => context("user", `Task: find the ${thing}.`);
const answer = (thing: string) => `Thought: hm ¾\nAction: go to shelf ${THINGS.indexOf(thing)}`;

const EXAMPLES = THINGS.map((thing, index) => ({
  ...demonstration(
    question(thing),
    context("assistant", `Action: open drawer ${index}`),
    context("user", "Nothing happens."),
    learned(answer(thing)),
    context("user", "You see it."),
    learned(`take ${thing}`),
  ),
  weight: [1, 0.5, 3, 0.25][index]!,
}));

/** Turns of one side: actions, with an observation between each two. */
const side = (word: string, turns: number): WeightedMessage[] =>
  Array.from({ length: turns }, (_, turn) => [
    learned(`Action: ${word} ${turn}`),
    ...(turn < turns - 1 ? [context("user", `You see a long ${word} observation ${turn}.`)] : []),
  ]).flat();

const PAIRS: readonly Preference[] = [2, 3].map((turns) => ({
  prompt: [{ role: "user", content: `You are in room ${turns}.` }],
  chosen: side("good", turns),
  rejected: side("bad", turns + 1),
  sources: ["t1", "t2"] as never,
}));

interface Expected {
  readonly losses: readonly number[];
  readonly difference: number;
  readonly moved: number;
}

const sequence = ({ inputIds, labels }: LabelledTokens, weight = 1) => ({
  ...{ ids: inputIds, weight, mask: labels.map((label) => (label === CONTEXT ? 0 : 1)) },
});

suite("a Tinker server's arithmetic", { skip }, () => {
  test("three steps of weighted sft and of masked dpo move every parameter as torch does", async (t) => {
    const server = await startTinkerServer(t);
    const tokenizer = openChatTokenizer(tinyCheckpoint());
    const weightDecay = 0.1;
    const rates = [0, 1, 2].map((step) => learningRateAt(step, SETTINGS));
    const check = async (set: TrainingSet, job: object) => {
      const events = await trained(trainerFor(server.url, { weightDecay }), set, { from: TINKER_BASE });
      const last = events.at(-1)!;
      assert(last.kind === "done" && last.at.kind === "hosted");
      const question = { folder: tinyCheckpoint(), saved: server.file(last.at.model), rates, ...job };
      const adam = { ...SETTINGS, weightDecay };
      const { losses, difference, moved } = ask<Expected>("tinker_step.py", { ...question, adam });
      const found = series(events, "loss");
      losses.forEach((loss, step) => void assert(Math.abs(loss - found[step]!) < 1e-9, `${losses} and ${found}`));
      assert(moved > 1e-3, `moved by ${moved}`);
      assert(difference < 1e-5 * moved, `differs by ${difference}, moved by ${moved}`);
      return events;
    };
    await check(
      { kind: "sft", examples: EXAMPLES },
      { examples: EXAMPLES.map((example) => sequence(tokenizer.demonstration(example), example.weight)) },
    );
    const pairs = PAIRS.map((pair) => tokenizer.preference(pair));
    const events = await check(
      { kind: "dpo", examples: PAIRS, beta: 0.3 },
      { beta: 0.3, pairs: pairs.map((pair) => ({ chosen: sequence(pair.chosen), rejected: sequence(pair.rejected) })) },
    );
    assert(Math.abs(series(events, "loss")[0]! - Math.log(2)) < 1e-12);
    assert(series(events, "margin")[2]! > 0);
    assert.equal(series(events, "accuracy")[2], 1);
  });

  test("what was learned by heart is said again, by adapters, too, and after the server has forgotten the model", async (t) => {
    const server = await startTinkerServer(t);
    const examples = THINGS.map((thing) => demonstration(question(thing), learned(answer(thing))));
    const set: TrainingSet = { kind: "sft", examples };
    const say = async (checkpoint: Checkpoint, thing: string, temperature = 0) => {
      assert(checkpoint.at.kind === "hosted");
      const options = { url: server.url, model: checkpoint.at.model, name: checkpoint.id, tokenizer: tinyCheckpoint() };
      const model = tinkerModel({ ...options, tokenIds: true });
      try {
        const messages = [{ role: "user", content: question(thing).content }] as const;
        return await model.complete({ messages, temperature, maxTokens: 40, seed: 5 });
      } finally {
        await model.close();
      }
    };
    const train = async (from: Checkpoint, id: string, settings: object) => {
      const trainer = trainerFor(server.url, { learningRate: 1e-2, warmup: 4, steps: 60, ...settings });
      const events = await trained(trainer, set, { from, id: id as CheckpointId });
      const last = events.at(-1)!;
      assert(last.kind === "done");
      return { ...TINKER_BASE, id: id as CheckpointId, at: last.at };
    };
    const whole = await train(TINKER_BASE, "whole", {});
    for (const thing of THINGS) {
      const { text, finishReason, usage, tokenIds } = await say(whole, thing);
      assert.equal(text, answer(thing));
      assert.equal(finishReason, "stop");
      assert.equal(usage.completionTokens, tokenIds!.completion.length);
      assert.equal(usage.promptTokens, tokenIds!.prompt.length);
    }
    // The base model knows nothing, and its samples follow the seed.
    assert.equal((await say(TINKER_BASE, "mug")).finishReason, "length");
    assert.equal((await say(TINKER_BASE, "mug", 1)).text, (await say(TINKER_BASE, "mug", 1)).text);
    assert.equal(BASE_MODEL, "tiny");
    // A second training goes on where the first one ended.
    const more = await train(whole, "more", { steps: 2, learningRate: 1e-5 });
    assert.equal((await say(more, "key")).text, answer("key"));
    const adapters = await train(TINKER_BASE, "adapters", { loraRank: 8, learningRate: 3e-2, steps: 80 });
    assert.equal((await say(adapters, "cd")).text, answer("cd"));
    await server.kill();
    await server.startAgain();
    assert.equal((await say(adapters, "pot")).text, answer("pot"));
  });
});
