import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { newTokenIds, tokenIdsAt } from "./token-ids.ts";
import type { Step, TokenIds } from "./trajectory.ts";

const said: Step = { observation: "o", thought: "", action: "a", completion: "a", reward: 0, usage: null };

/** The turns of an episode as steps; null: a turn whose ids nobody told. */
function stepsOf(turns: readonly (TokenIds | null)[]): Step[] {
  const steps: Step[] = [];
  for (const ids of turns) steps.push({ ...said, ...(ids && { tokenIds: newTokenIds(steps, ids) }) });
  return steps;
}

test("what a step keeps gives back whole prompts, whether or not they repeat what was said", () => {
  // Few ids, so that prompts often begin alike.
  const ids = fc.array(fc.nat(2), { maxLength: 6 });
  const turns = fc.array(fc.option(fc.record({ prompt: ids, completion: ids }, { noNullPrototype: true })), {
    maxLength: 6,
  });
  fc.assert(
    fc.property(turns, (told) => {
      const steps = stepsOf(told);
      told.forEach((expected, index) => void assert.deepEqual(tokenIdsAt(steps, index), expected));
    }),
  );
});

test("a conversation's tokens are kept once", () => {
  const turns = [
    { prompt: [1, 2], completion: [3] },
    { prompt: [1, 2, 3, 4], completion: [5] },
    { prompt: [1, 2, 3, 4, 5, 6], completion: [7] },
  ];
  const kept = stepsOf(turns).map(({ tokenIds }) => tokenIds);
  assert.deepEqual(kept, [
    { prompt: [1, 2], completion: [3] },
    { shared: 3, prompt: [4], completion: [5] },
    { shared: 5, prompt: [6], completion: [7] },
  ]);
  // The end of a turn that the template writes otherwise than the model.
  const changed = stepsOf([...turns.slice(0, 1), { prompt: [1, 2, 9, 4], completion: [] }]);
  assert.deepEqual(changed[1]!.tokenIds, { shared: 2, prompt: [9, 4], completion: [] });
  assert.equal(tokenIdsAt(changed, 2), null);
});

test("the ids of an episode of many turns are gathered without walking it anew for each", () => {
  const steps: Step[] = [];
  for (let turn = 0; turn < 20_000; turn++) {
    const kept = { ...(turn > 0 && { shared: 2 * turn }), prompt: [2 * turn], completion: [2 * turn + 1] };
    steps.push({ ...said, tokenIds: kept });
  }
  const last = tokenIdsAt(steps, steps.length - 1)!;
  assert.deepEqual(
    last.prompt,
    Array.from({ length: 39_999 }, (_, id) => id),
  );
  assert.deepEqual(newTokenIds(steps, { prompt: [...last.prompt, ...last.completion, 7], completion: [8] }), {
    shared: 40_000,
    prompt: [7],
    completion: [8],
  });
});
