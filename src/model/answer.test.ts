import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type AnswerRequest, startAnswer } from "./answer.ts";

const STOP = 0;
const base: AnswerRequest = { maxTokens: 5, temperature: 1, seed: 0, stop: STOP };

/** Asks for logits until the answer is there; `logitsOf` sees the tokens so far. */
function answerWith(request: AnswerRequest, logitsOf: (tokens: readonly number[]) => number[]) {
  const answer = startAnswer(request);
  const asked: number[][] = [];
  const read: number[] = [];
  let answered = answer.advance();
  while (!answered) {
    read.push(...answer.unread.splice(0));
    asked.push([...read]);
    answered = answer.advance(Float32Array.from(logitsOf(read)));
  }
  return { ...answered, asked };
}

test("greedy takes the highest logit, of equals the lowest id", () => {
  const { tokens, finishReason } = answerWith({ ...base, temperature: 0 }, (read) =>
    read.length < 2 ? [1, 3, 3, 2] : [9, 3, 3, 2],
  );
  assert.deepEqual([tokens, finishReason], [[1, 1], "stop"]);
});

test("free text ends with the stop token or at the limit", () => {
  assert.equal(answerWith(base, () => [-100, 5, 5]).finishReason, "length");
  assert.equal(answerWith(base, () => [-100, 5, 5]).tokens.length, 5);
  assert.deepEqual(answerWith(base, () => [100, 5, 5]).tokens, []);
});

test("choices are sampled with their share of the probability, token by token", () => {
  const choices = [[1], [1, 2], [3, 1], [4]];
  const logits = [0.3, 1, 2, 0.5, -1];
  const odds = (ids: number[]) => {
    const total = ids.reduce((sum, id) => sum + Math.exp(logits[id]!), 0);
    return (id: number) => Math.exp(logits[id]!) / total;
  };
  const first = odds([1, 3, 4]);
  const second = odds([0, 2]);
  const expected = [first(1) * second(0), first(1) * second(2), first(3), first(4)];
  const counts = new Map<string, number>();
  const draws = 20_000;
  for (let seed = 0; seed < draws; seed++) {
    const { tokens } = answerWith({ ...base, seed, choices }, () => logits);
    counts.set(tokens.join(), (counts.get(tokens.join()) ?? 0) + 1);
  }
  assert.equal(counts.size, choices.length);
  choices.forEach((choice, i) => {
    const share = counts.get(choice.join())! / draws;
    // Five standard deviations of a binomial.
    assert(
      Math.abs(share - expected[i]!) < 5 * Math.sqrt(0.25 / draws),
      `${choice}: ${share}, expected ${expected[i]}`,
    );
  });
});

test("free text is sampled from the softmax at the temperature", () => {
  const logits = [0, 1, 2, -40];
  const temperature = 0.5;
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit / temperature), 0);
  const counts = [0, 0, 0, 0];
  const draws = 20_000;
  for (let seed = 0; seed < draws; seed++) {
    const { tokens } = answerWith({ ...base, seed, temperature, maxTokens: 1 }, () => logits);
    counts[tokens[0] ?? STOP]! += 1;
  }
  counts.forEach((count, id) => {
    const expected = Math.exp(logits[id]! / temperature) / total;
    assert(Math.abs(count / draws - expected) < 5 * Math.sqrt(0.25 / draws), `${id}: ${count}`);
  });
});

test("the answer is always one of the choices, and forced tokens ask for nothing", () => {
  const choice = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 });
  fc.assert(
    fc.property(fc.array(choice, { minLength: 1, maxLength: 6 }), fc.nat(), fc.boolean(), (choices, seed, withStop) => {
      const given = withStop ? choices.map((tokens) => [...tokens, STOP]) : choices;
      const { tokens, finishReason, asked } = answerWith({ ...base, seed, choices: given }, () => [1, 2, 3, 4, 5]);
      assert(choices.some((one) => one.join() === tokens.join()));
      assert.equal(finishReason, "stop");
      for (const read of asked) {
        const next = new Set(
          choices.filter((one) => read.every((token, i) => one[i] === token)).map((one) => one[read.length] ?? STOP),
        );
        assert(next.size > 1, `asked after ${read} though only ${[...next]} may follow`);
      }
    }),
  );
});
