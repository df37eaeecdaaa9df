// Each planted fault is found and named, with the first step at which it shows; the world without them has none.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { auditEnvironment } from "../../src/worlds/audit/environment.ts";
import type { Fault } from "../../src/worlds/audit/fault.ts";
import { ROOT } from "../command.ts";
import { skipWithoutPython } from "../python.ts";

const skip = skipWithoutPython();
const WORLDS = join(ROOT, "test", "audit-worlds.py");
const audit = (name: string) => auditEnvironment({ name: `${WORLDS}:${name}` }, { walks: 8, steps: 30 });

const PLANTED: Readonly<Record<string, Fault["kind"]>> = {
  ClockInText: "clock",
  Unseeded: "unseeded randomness",
  GlobalRandom: "state kept between episodes",
  HashOrder: "hash order",
  ListingSteps: "listing changes the world",
  SharedCopy: "the copy shares state",
  RewardDrift: "reward not restored",
  LimitRunsOn: "a step limit runs on",
  HiddenState: "the snapshot lacks state",
  EndingStays: "ending not restored",
};

test("a world as it should be has no fault, by its snapshots, copies and replay", { skip }, async () => {
  const { repeats, ways, restore, notes } = await audit("Good");
  assert.deepEqual(repeats, []);
  assert.deepEqual(
    ways,
    ["state", "copy", "replay"].map((way) => ({ way, fault: undefined })),
  );
  assert.equal(restore, "state");
  assert.deepEqual(notes, []);
});

test("a world that cannot be copied is put back by doing it again", { skip }, async () => {
  const { ways, restore } = await audit("Uncopyable");
  assert.equal(restore, "replay");
  const { way, fault } = ways[0]!;
  assert.deepEqual([way, fault?.kind], ["copy", "not restored"]);
  assert.match(fault!.found, /cannot pickle/);
});

for (const [name, kind] of Object.entries(PLANTED)) {
  test(`${name}: ${kind}`, { skip }, async () => {
    const { repeats, ways, restore } = await audit(name);
    const found = repeats[0] ?? ways.find(({ fault }) => fault)?.fault;
    assert(found, "no fault found");
    assert.equal(found.kind, kind, JSON.stringify(found));
    assert(found.step >= (found.from ?? 0));
    assert.notEqual(found.expected, found.found);
    const isAtAll = repeats.length > 0;
    assert.equal(restore, isAtAll ? "none" : name === "SharedCopy" ? "replay" : "copy");
  });
}
