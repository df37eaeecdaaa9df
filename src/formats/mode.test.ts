import assert from "node:assert/strict";
import { test } from "node:test";
import type { TaskId } from "../core/ids.ts";
import type { Task } from "../core/task.ts";
import { workshop } from "../worlds/workshop/index.ts";
import { FORMATS } from "./format.ts";
import { withMode } from "./mode.ts";
import { formatFor } from "./named.ts";

const [task] = (await workshop().tasks("train")) as [Task];

for (const name of FORMATS) {
  test(`${name}: a mode stands in front of the first observation and nowhere else`, () => {
    const plain = formatFor(name, workshop());
    const [won, lost] = [withMode(plain, "won"), withMode(plain, "lost")];
    for (const format of [won, lost]) {
      assert(format.user(task, "A room.", true).endsWith(plain.user(task, "A room.", true)));
      assert.equal(format.user(task, "A room.", false), plain.user(task, "A room.", false));
      assert.deepEqual(format.parse("go"), plain.parse("go"));
      assert.equal(format.name, plain.name);
    }
    const first = [won, lost, plain].map((format) => format.user({ ...task, id: "t" as TaskId }, "A room.", true));
    assert.equal(new Set(first).size, 3);
  });
}
