// What is kept of a view, and what is not.
import assert from "node:assert/strict";
import { test } from "node:test";
import { viewOn } from "../../../test/viewed.ts";
import { openTemporary } from "../../store/sqlite.ts";
import { keptByView } from "./kept.ts";

test("a value is computed once until the store changes; what failed is computed again", async (t) => {
  const repository = openTemporary();
  t.after(() => repository.close());
  const view = viewOn(repository);
  let computed = 0;
  let isFull = true;
  const later = keptByView(
    async (_, key) => {
      computed++;
      if (isFull) throw new Error("the disk is full");
      return `${key} ${computed}`;
    },
    { most: 2 },
  );
  const failed = later(view, "a");
  assert.equal(later(view, "a"), failed, "who asks meanwhile waits for the same");
  await assert.rejects(failed, /the disk is full/);
  isFull = false;
  assert.equal(await later(view, "a"), "a 2");
  assert.equal(await later(view, "a"), "a 2");
  repository.addRun({ name: "new", kind: "import", config: {} });
  assert.equal(await later(view, "a"), "a 3");
});
