import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { numberOf, termCollector } from "./terms.ts";

test("each term has the number of its first sight, others have none", () => {
  const term = fc.oneof(
    fc.string({ maxLength: 3 }),
    fc.string({ unit: fc.constantFrom("a", "ä", "★", "👍", "\uD83D") }),
  );
  fc.assert(
    fc.property(fc.array(term), fc.array(term), (terms, others) => {
      const collector = termCollector();
      const distinct = [...new Set(terms)];
      for (const term of terms) assert.equal(collector.add(term), distinct.indexOf(term));
      const dictionary = collector.dictionary();
      for (const term of [...terms, ...others]) {
        assert.equal(numberOf(dictionary, term), distinct.includes(term) ? distinct.indexOf(term) : undefined);
      }
    }),
  );
});

test("numbers stay the same while the table grows", () => {
  const collector = termCollector();
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 20_000; i++) assert.equal(collector.add(`term ${i}`), i);
  }
  assert.equal(collector.size, 20_000);
  assert.equal(numberOf(collector.dictionary(), "term 19999"), 19_999);
  assert.equal(numberOf(collector.dictionary(), "term 20000"), undefined);
});
