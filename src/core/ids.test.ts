import assert from "node:assert/strict";
import { test } from "node:test";
import { CliError } from "./errors.ts";
import { taskId, trajectoryId } from "./ids.ts";

test("the text of an id is checked", () => {
  for (const text of ["b/train/1", "b/train/halls/3", "workshop/train/front-0-5"]) assert.equal(taskId(text), text);
  for (const text of ["", "b", "b/train", "b/train/", "/train/1", "b//1"]) {
    assert.throws(() => taskId(text), { name: CliError.name, message: /^task id: expected <benchmark>/ });
  }
  assert.equal(trajectoryId("walk 1"), "walk 1");
  assert.throws(() => trajectoryId(""), { name: CliError.name, message: /^trajectory id: expected text/ });
});
