import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { CliError } from "./errors.ts";
import type { Json } from "./json.ts";
import { newTask, type TaskParts } from "./task.ts";

const parts: TaskParts = { benchmark: "b", split: "train", key: "halls/3", category: "hall", instruction: "Open it." };

test("a task is made of its parts", () => {
  assert.deepEqual(newTask(parts), {
    id: "b/train/halls/3",
    split: "train",
    category: "hall",
    instruction: "Open it.",
    data: null,
  });
  assert.deepEqual(newTask({ ...parts, subject: "doors", data: { at: [1] } }), {
    id: "b/train/halls/3",
    split: "train",
    category: "hall",
    subject: "doors",
    instruction: "Open it.",
    data: { at: [1] },
  });
});

test("any JSON value is a task's data", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const data: Json = JSON.parse(JSON.stringify(value));
      assert.deepEqual(newTask({ ...parts, data }).data, data);
    }),
  );
});

test("a member that cannot be a task's is refused by name", () => {
  const refused = (members: object, message: RegExp) =>
    assert.throws(() => newTask({ ...parts, ...members }), { name: CliError.name, message });
  for (const name of ["benchmark", "split", "key", "category", "instruction", "subject"]) {
    refused({ [name]: "" }, new RegExp(`^task: ${name}: expected text that is not empty, got ''$`));
    refused({ [name]: 7 }, new RegExp(`^task: ${name}: expected text that is not empty, got 7$`));
  }
  refused({ benchmark: "a/b" }, /^task: benchmark: expected text without \/, got 'a\/b'$/);
  refused({ split: "a/b" }, /^task: split: expected text without \/, got 'a\/b'$/);
  refused({ key: "a//b" }, /^task id: expected <benchmark>\/<split>\/<key>, got "b\/train\/a\/\/b"$/);
  const circle: { inside?: unknown } = {};
  circle.inside = circle;
  const noJson = [Number.NaN, new Date(0), { a: undefined }, [undefined], () => 1, 1n, circle, new Map()];
  for (const data of noJson) refused({ data }, /^task: data: expected a JSON value, got /);
});
