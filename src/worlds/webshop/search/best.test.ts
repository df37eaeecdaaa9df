import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { bestOf } from "./best.ts";

test("keeps what sorting everything would keep, and names the score to beat", () => {
  const scores = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 60 });
  fc.assert(
    fc.property(scores, fc.integer({ min: 1, max: 70 }), (scores, limit) => {
      const best = bestOf(limit);
      for (const [document, score] of scores.entries()) best.add(document, score);
      const all = scores.map((score, document) => ({ document, score }));
      const sorted = all.sort((a, b) => b.score - a.score || a.document - b.document).slice(0, limit);
      assert.deepEqual(best.sorted(), sorted);
      assert.equal(best.threshold, sorted.length < limit ? Number.NEGATIVE_INFINITY : sorted.at(-1)!.score);
    }),
  );
});
