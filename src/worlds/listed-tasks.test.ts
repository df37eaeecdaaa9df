import assert from "node:assert/strict";
import { test } from "node:test";
import { CliError } from "../core/errors.ts";
import { taskId } from "../core/ids.ts";
import { newTask } from "../core/task.ts";
import { listedTasks } from "./listed-tasks.ts";

const taskOf = (split: string, key: string) =>
  newTask({ benchmark: "b", split, key, category: "c", instruction: "Do it." });
const [late, first, second] = [taskOf("test", "1"), taskOf("train", "1"), taskOf("train", "2")];

test("listed tasks are found by split and by id", async () => {
  const listed = listedTasks([late, first, second]);
  assert.deepEqual(listed.splits, ["test", "train"]);
  assert.deepEqual(await listed.tasks("train"), [first, second]);
  assert.equal(await listed.task(second.id), second);
});

test("what is not listed, or listed twice, is refused", async () => {
  const listed = listedTasks([late, first]);
  const refusal = (message: RegExp) => ({ name: CliError.name, message });
  await assert.rejects(listed.tasks("dev"), refusal(/unknown split "dev": expected one of test, train$/));
  await assert.rejects(
    listed.task(taskId("b/train/9")),
    refusal(/unknown task "b\/train\/9": expected an id like b\/t/),
  );
  assert.throws(() => listedTasks([first, first]), refusal(/two tasks have the id b\/train\/1$/));
});
