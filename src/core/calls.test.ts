// Calls as actions and their results as observations: what is written is read back, and no other text is taken for it.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { anyCharacter } from "../../test/any-character.ts";
import { actionOfCall, actionOfCalls, callsInAction, observationOfResults, resultsIn, severalCalls } from "./calls.ts";

/** Arguments as models write them: JSON with numbers of any spelling, and what is no JSON. */
const given = fc.oneof(
  fc.constantFrom('{"price":20.0,"e":1e-7,"id":12345678901234567890}', '{"10":1,"7":[null,true]}', "{", "3", "[1]", ""),
  fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 3 }).map((value) => JSON.stringify(value)),
);
const call = fc.record({ name: fc.oneof(fc.constantFrom("refund", "a.b", ""), fc.string()), arguments: given });

test("property: calls of a turn are read back from its action, in order, their arguments as they were written", () => {
  fc.assert(
    fc.property(fc.array(call, { minLength: 2, maxLength: 4 }), (calls) => {
      const action = actionOfCalls(calls);
      const read = callsInAction(action);
      assert.deepEqual(
        read.map((one) => [one.name, actionOfCall(one)]),
        calls.map((one) => [one.name, actionOfCall(one)]),
      );
      assert.equal(actionOfCalls(read), action);
    }),
  );
  const numbers = { name: "pay", arguments: '{ "price": 20.0, "id": 12345678901234567890 }' };
  assert.equal(
    actionOfCalls([numbers, { name: "look", arguments: "{" }]),
    '[{"name":"pay","arguments":{"price":20.0,"id":12345678901234567890}},{"name":"look","arguments":"{"}]',
  );
});

test("one call is its own action, as before; no call is none", () => {
  const refund = { name: "refund", arguments: '{"cents":5}' };
  assert.equal(actionOfCalls([refund]), 'refund({"cents":5})');
  assert.deepEqual(callsInAction('refund({"cents":5})'), [refund]);
  assert.throws(() => actionOfCalls([]), RangeError);
});

test("other texts are no calls, and other observations no results", () => {
  const others = [
    "look",
    "[]",
    '["a({})","b({})"]',
    '[{"name":"a","arguments":{}}]',
    '[{"name":"a","arguments":{}},{"name":"b"}]',
    '[{"name":"a","arguments":{}},{"name":"b","arguments":3}]',
    '[{"name":"a","arguments":{}},{"name":"b","arguments":{},"id":"1"}]',
    '[{"name":"a","arguments":{}},{"name":"b","arguments":{}}',
    "a({})\nb({})",
  ];
  for (const text of others) assert.equal(severalCalls(text), undefined, text);
  fc.assert(fc.property(fc.string(), (text) => assert.equal(severalCalls(text), undefined)));
  for (const text of ["Paid.", "[]", '["one"]', '["one",2]', '{"a":1}', '["a","b"'])
    assert.equal(resultsIn(text), undefined, text);
});

test("property: results are read back, also those of calls that were not done", () => {
  const results = fc.array(fc.option(fc.string({ unit: anyCharacter })), { minLength: 2, maxLength: 5 });
  fc.assert(fc.property(results, (list) => assert.deepEqual(resultsIn(observationOfResults(list)), list)));
});
