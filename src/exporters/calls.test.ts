// Arguments as objects: names that would be lost or change places are seen.
import assert from "node:assert/strict";
import { test } from "node:test";
import { trajectoryId } from "../core/ids.ts";
import type { TrainingSet, WeightedMessage } from "../core/training.ts";
import { keepsNames } from "./calls.ts";
import { expressible } from "./expressible.ts";
import { exporterNamed } from "./registry.ts";

test("names that stand twice and names that are whole numbers do not keep their places", () => {
  for (const text of [
    "{}",
    '{"b":1,"a":{"c":[{"d":"\\"7\\": :"}]}}',
    '{"7":1,"10":2,"a":3}',
    '{"__proto__": 1 , "é":2}',
  ])
    assert.ok(keepsNames(text), text);
  for (const text of ['{"a":1,"a":2}', '{"a":1,"7":2}', '{"10":1,"7":2}', '{"a":[{"b":{"c":1,"\\u0063":2}}]}'])
    assert.ok(!keepsNames(text), text);
});

const asked: WeightedMessage = { role: "user", content: "Go.", weight: 0 };
const provenance = { trajectory: trajectoryId("t"), step: 0, actor: "a", reason: "r" };
function calling(given: string): TrainingSet {
  const toolCalls = [{ id: "c", name: "f", arguments: given }];
  const learned: WeightedMessage = { role: "assistant", content: "", toolCalls, weight: 1, provenance };
  return { kind: "sft", examples: [{ source: trajectoryId("t"), messages: [asked, learned] }] };
}

test("a target that reads arguments as an object refuses what it would be told otherwise; one of texts is told all", () => {
  const options = { splitTurns: false, parquet: false };
  for (const given of ['{"a":1,"a":2}', '{"b":1,"7":2}']) {
    for (const target of ["trl", "axolotl", "llamafactory", "swift"])
      assert.throws(() => expressible(exporterNamed(target), calling(given), options), {
        name: "CliError",
        message: /message 1 calls f with arguments whose names stand twice or are whole numbers/,
      });
    assert.deepEqual(
      expressible(exporterNamed("openai"), calling(given), options).set.examples,
      calling(given).examples,
    );
  }
});
