import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import fc from "fast-check";
import { BACK_TO_2 } from "../../test/older-store.ts";
import { StoreError } from "../core/errors.ts";
import { trajectoryId } from "../core/ids.ts";
import { canonicalJson } from "../core/json.ts";
import type { Demonstration, Preference, TrainingSet } from "../core/training.ts";
import { migrate } from "./migrations.ts";
import { trainingSetsOn } from "./training-sets.ts";

const anyMessage = fc.record(
  { role: fc.constantFrom("user" as const, "system" as const), content: fc.string(), weight: fc.constant(0 as const) },
  { noNullPrototype: true },
);
const anyMessages = fc.array(anyMessage, { maxLength: 3 });
const source = trajectoryId("t");
const anySet: fc.Arbitrary<TrainingSet> = fc.oneof(
  fc.array(anyMessages, { maxLength: 6 }).map((all): TrainingSet => {
    return { kind: "sft", examples: all.map((messages): Demonstration => ({ messages, source })) };
  }),
  fc
    .tuple(fc.array(fc.tuple(anyMessages, anyMessages), { maxLength: 6 }), fc.constantFrom(0.1, 1, 2.5))
    .map(([sides, beta]): TrainingSet => {
      const examples = sides.map(
        ([chosen, rejected]): Preference => ({ prompt: [], chosen, rejected, sources: [source, source] }),
      );
      return { kind: "dpo", examples, beta };
    }),
);

function open(piece: number) {
  const database = new DatabaseSync(":memory:");
  migrate(database);
  return { database, sets: trainingSetsOn(database, piece) };
}

test("a set comes back equal, and as canonical JSON, however small the pieces are", () => {
  fc.assert(
    fc.property(anySet, fc.constantFrom(1, 60, 1000), (set, piece) => {
      const { database, sets } = open(piece);
      sets.add("a", set);
      sets.add("a", set);
      assert.deepEqual(sets.get("a"), set);
      assert.deepEqual([...sets.examples("a")!], set.examples);
      assert.equal([...sets.text("a")].join(""), canonicalJson(set));
      assert.deepEqual([...sets.ids()], ["a"]);
      database.close();
    }),
    { numRuns: 60 },
  );
});

const example = (content: string): Demonstration => ({ messages: [{ role: "user", content, weight: 0 }], source });
const sft = (...texts: readonly string[]): TrainingSet => ({ kind: "sft", examples: texts.map(example) });

test("a set whose adding broke off is not there, and is there when it is added again", () => {
  const { database, sets } = open(1);
  const broken = { ...sft("one", "two"), examples: [example("one"), { ...example("two"), weight: Number.NaN }] };
  assert.throws(() => sets.add("a", broken as TrainingSet), { name: StoreError.name });
  assert.equal(database.prepare("SELECT count(*) AS count FROM training_set_examples").get()!.count, 1);
  assert.equal(sets.get("a"), undefined);
  assert.deepEqual([...sets.ids()], []);
  sets.add("a", sft("one", "two"));
  assert.deepEqual(sets.get("a"), sft("one", "two"));
});

test("another set under the same id is refused, whichever part of it differs", () => {
  const { sets } = open(1);
  sets.add("a", sft("one", "two"));
  const others: readonly TrainingSet[] = [
    sft("one"),
    sft("one", "two", "three"),
    sft("one", "other"),
    sft(),
    { kind: "dpo", examples: [], beta: 1 },
  ];
  for (const other of others)
    assert.throws(() => sets.add("a", other), { message: /training set a is already stored/ });
  assert.deepEqual(sets.get("a"), sft("one", "two"));
});

test("a set that lost an example is damaged, not shorter", () => {
  for (const position of [0, 1, 2]) {
    const { database, sets } = open(1);
    sets.add("a", sft("one", "two", "three"));
    database.exec(`DELETE FROM training_set_examples WHERE position = ${position}`);
    const said = { message: `training set a: expected 3 examples, found ${position}` };
    assert.throws(() => sets.get("a"), said);
    assert.throws(() => [...sets.text("a")], said);
  }
});

test("a set that was kept in one text before comes back equal, and the same text of it", () => {
  fc.assert(
    fc.property(anySet, (set) => {
      const database = new DatabaseSync(":memory:");
      migrate(database);
      database.exec(BACK_TO_2);
      database.prepare("INSERT INTO training_sets (id, body) VALUES (?, ?)").run("a", canonicalJson(set));
      migrate(database);
      const sets = trainingSetsOn(database);
      assert.deepEqual(sets.get("a"), set);
      assert.equal([...sets.text("a")].join(""), canonicalJson(set));
      database.close();
    }),
    { numRuns: 30 },
  );
});
