// What the command line makes of ScienceWorld's options; test/jvm has what they do.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CliError } from "../../core/errors.ts";
import { resolveEnvironment, withoutPaths } from "../open.ts";

const name = "scienceworld";

test("a run is stored with every rule spelled out, and with nothing about this machine", () => {
  const local = { data: "/somewhere", processes: 3, heapMb: 700, timeoutMs: 9000, states: 10 };
  const rules = { version: "1.2.3", simplifications: "none", stepLimits: "own", scoring: "final" };
  const resolved = resolveEnvironment({ name, ...local });
  assert.deepEqual(resolved, { name, ...local, ...rules });
  assert.deepEqual(withoutPaths(resolved), { name, ...rules });
  assert.deepEqual(resolveEnvironment(resolved), resolved);
});

test("lists may be written with commas, as flags have them, or as lists", () => {
  const listed = { tasks: ["boil", "melt"], info: ["look", "inventory"], simplifications: "openDoors,teleportAction" };
  const asText = { tasks: "boil, melt", info: "look,inventory", simplifications: ["openDoors", "teleportAction"] };
  assert.partialDeepStrictEqual(resolveEnvironment({ name, ...asText }), listed);
  assert.partialDeepStrictEqual(resolveEnvironment({ name, ...listed }), listed);
});

test("a wrong option is named", () => {
  const wrong: readonly [object, RegExp][] = [
    [{ info: "look,smell" }, /^environment\.info\.1: expected one of look, inventory, goal, got "smell"$/],
    [{ scoring: "mean" }, /^environment\.scoring: expected one of final, best, got "mean"$/],
    [{ version: "1.0" }, /^environment\.version: expected one of .*1\.2\.3/],
    [{ variations: 0 }, /^environment\.variations: expected a whole number /],
    [{ seed: 1 }, /^environment\.seed: no such option of scienceworld; expected data, version, /],
  ];
  for (const [options, message] of wrong) {
    assert.throws(
      () => resolveEnvironment({ name, ...options }),
      (error: Error) => error instanceof CliError && message.test(error.message),
    );
  }
});
