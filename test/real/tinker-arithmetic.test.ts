/** What a Tinker server is told to do comes to what plain torch does; what was learned is said again. */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import type { CheckpointId } from "../../src/core/ids.ts";
import type { Checkpoint, Preference, TrainingSet, TrainRequest, WeightedMessage } from "../../src/core/training.ts";
import { tinkerModel } from "../../src/students/tinker/model.ts";
import { learningRateAt, type TinkerSettings } from "../../src/students/tinker/settings.ts";
import { openChatTokenizer } from "../../src/tokenizers/chat-tokenizer.ts";
import { CONTEXT, type LabelledTokens } from "../../src/tokenizers/labels.ts";
import { context, demonstration, learned, rowOf } from "../chat-checkpoint.ts";
import { ask, series, skip, tinyCheckpoint, trained } from "./real.ts";
import { SETTINGS, startTinkerServer, type TestServer, TINKER_BASE, trainerFor } from "./tinker.ts";

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

let server: TestServer;
const ends: (() => Promise<void>)[] = [];
before(async () => {
  if (!skip) server = await startTinkerServer({ after: (end) => ends.push(end) });
});
after(async () => {
  for (const end of ends) await end();
});

/** Events of a training, and the path of what it made. */
async function run(settings: Partial<TinkerSettings>, set: TrainingSet, request: Partial<TrainRequest> = {}) {
  const events = await trained(trainerFor(server.url, settings), set, { from: TINKER_BASE, ...request });
  const last = events.at(-1)!;
  assert(last.kind === "done" && last.at.kind === "hosted");
  return { events, path: last.at.model };
}

suite("a Tinker server's arithmetic", { skip }, () => {
  test("three steps of weighted sft and of masked dpo move every parameter as torch does", async () => {
    const tokenizer = openChatTokenizer(tinyCheckpoint());
    const adam = { ...SETTINGS, weightDecay: 0.1 };
    const rates = [0, 1, 2].map((step) => learningRateAt(step, SETTINGS));
    const sft = await run(adam, { kind: "sft", examples: EXAMPLES });
    const dpo = await run(adam, { kind: "dpo", examples: PAIRS, beta: 0.3 });
    const examples = EXAMPLES.map((example) => sequence(rowOf(tokenizer, example), example.weight));
    const pairs = PAIRS.map((pair) => {
      const { chosen, rejected } = tokenizer.preference(pair);
      return { chosen: sequence(chosen), rejected: sequence(rejected) };
    });
    const expected = ask<Expected[]>("tinker_step.py", {
      folder: tinyCheckpoint(),
      jobs: [
        { adam, rates, saved: server.file(sft.path), examples },
        { adam, rates, saved: server.file(dpo.path), pairs, beta: 0.3 },
      ],
    });
    for (const [index, { events }] of [sft, dpo].entries()) {
      const { losses, difference, moved } = expected[index]!;
      const found = series(events, "loss");
      assert.equal(losses.length, 3);
      losses.forEach((loss, step) => void assert(Math.abs(loss - found[step]!) < 1e-9, `${losses} and ${found}`));
      assert(moved > 1e-3, `moved by ${moved}`);
      assert(difference < 1e-5 * moved, `differs by ${difference}, moved by ${moved}`);
    }
    assert(Math.abs(series(dpo.events, "loss")[0]! - Math.log(2)) < 1e-12);
    assert(series(dpo.events, "margin")[2]! > 0);
    assert.equal(series(dpo.events, "accuracy")[2], 1);
  });

  test("what was learned by heart is said again, by adapters, too, and after the server has forgotten the model", async () => {
    const examples = THINGS.map((thing) => demonstration(question(thing), learned(answer(thing))));
    const say = async (checkpoint: Checkpoint, thing: string, temperature = 0) => {
      assert(checkpoint.at.kind === "hosted");
      const options = { url: server.url, model: checkpoint.at.model, name: checkpoint.id, tokenizer: tinyCheckpoint() };
      const model = await tinkerModel({ ...options, tokenIds: true });
      try {
        const messages = [{ role: "user", content: question(thing).content }] as const;
        return await model.complete({ messages, temperature, maxTokens: 40, seed: 5 });
      } finally {
        await model.close();
      }
    };
    const train = async (from: Checkpoint, id: string, settings: Partial<TinkerSettings>, many = THINGS.length) => {
      const rest = { learningRate: 1e-2, warmup: 4, steps: 60, ...settings };
      const set: TrainingSet = { kind: "sft", examples: examples.slice(0, many) };
      const { path } = await run(rest, set, { from, id: id as CheckpointId });
      return { ...TINKER_BASE, id: id as CheckpointId, at: { kind: "hosted", model: path } } as const;
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
    // A second training goes on where the first one ended.
    const more = await train(whole, "more", { steps: 2, learningRate: 1e-5 });
    assert.equal((await say(more, "key")).text, answer("key"));
    // So few numbers on so raw a model have room for one answer.
    const adapters = await train(TINKER_BASE, "adapters", { loraRank: 8, learningRate: 1e-2, batch: 1, steps: 150 }, 1);
    assert.equal((await say(adapters, "mug")).text, answer("mug"));
    await server.kill();
    await server.startAgain();
    assert.equal((await say(adapters, "mug")).text, answer("mug"));
  });
});
