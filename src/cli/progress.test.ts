/** What progress says of how fast it goes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { pace } from "./progress.ts";

test("fast things are told by the second, slow ones by how long each takes", () => {
  const told = [pace(2400, 2), pace(24, 2), pace(3, 2), pace(1, 2), pace(2, 5), pace(10, 124), pace(1, 3700)];
  assert.deepEqual(told, ["1200/s", "12/s", "1.5/s", "0.5/s", "3 s each", "12 s each", "1 h 1 min each"]);
});
