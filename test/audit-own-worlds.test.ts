// The audit finds no fault in our own worlds, on walks that are paid and that come to an end. ScienceWorld: test/jvm.
import assert from "node:assert/strict";
import { test } from "node:test";
import { auditEnvironment } from "../src/worlds/audit/environment.ts";
import type { EnvironmentSpec } from "../src/worlds/open.ts";
import { alfworldGames, skipWithout } from "./shared.ts";

async function expectNoFault(spec: EnvironmentSpec): Promise<void> {
  const { repeats, ways, restore, rewarded, ended, guided, walks } = await auditEnvironment(spec);
  assert.deepEqual(repeats, []);
  assert.deepEqual(ways, [{ way: "state", fault: undefined, walks: 10 }]);
  assert.equal(restore, "state");
  assert.deepEqual([walks, guided], [10, 5]);
  // The expert wins, unless it slips.
  assert(rewarded >= 3, `only ${rewarded} walks were paid`);
  assert(ended >= 3, `only ${ended} walks ended`);
}

test("workshop has no fault", () => expectNoFault({ name: "workshop" }));

test("workshop's other kind has no fault", () => expectNoFault({ name: "workshop", kind: "back" }));

test("a generated webshop has no fault", () => expectNoFault({ name: "webshop", generated: 300 }));

test("alfworld has no fault", { skip: skipWithout("alfworld/json_2.1.1.tar.xz") }, () =>
  expectNoFault({ name: "alfworld", data: alfworldGames() }),
);
