// The audit finds no fault in ScienceWorld as gleaner drives it. Listing its actions takes long, so the walks are few.
import assert from "node:assert/strict";
import { test } from "node:test";
import { auditEnvironment } from "../../src/worlds/audit/environment.ts";
import { skip } from "./scienceworld.ts";

test("scienceworld has no fault", { skip }, async () => {
  const spec = { name: "scienceworld", tasks: ["find-plant", "lifespan-shortest-lived"], variations: 2 };
  const { repeats, ways, restore, rewarded, ended } = await auditEnvironment(spec, { walks: 2, steps: 8 });
  assert.deepEqual(repeats, []);
  assert.deepEqual(ways, [{ way: "copy", fault: undefined, walks: 2 }]);
  assert.equal(restore, "copy");
  assert(rewarded >= 1 && ended >= 1, `${rewarded} were paid, ${ended} ended`);
});
