// Each planted fault is found and named, with the first step at which it shows; the world without them has none.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { auditEnvironment } from "../../src/worlds/audit/environment.ts";
import type { Fault } from "../../src/worlds/audit/fault.ts";
import { openBenchmark } from "../../src/worlds/open.ts";
import { ROOT } from "../command.ts";
import { gleanerHere } from "../command-here.ts";
import { served } from "../openenv-client.ts";
import { skipWithoutPython } from "../python.ts";

const skip = skipWithoutPython();
const WORLDS = join(ROOT, "test", "audit-worlds.py");
const audit = (name: string, walks = 8) => auditEnvironment({ name: `${WORLDS}:${name}` }, { walks });

/** The kind, and the place: the actions before the difference, and those before the state that was put back. */
const PLANTED: Readonly<Record<string, readonly [kind: Fault["kind"], step: number, from?: number]>> = {
  ClockInText: ["clock", 1],
  Unseeded: ["unseeded randomness", 1],
  GlobalRandom: ["state kept between episodes", 1],
  HashOrder: ["hash order", 0],
  ListingSteps: ["listing changes the world", 1],
  ListShrinks: ["listing changes the world", 0],
  SharedCopy: ["the copy shares state", 1, 0],
  RewardDrift: ["reward not restored", 2, 1],
  LimitRunsOn: ["a step limit runs on", 9, 1],
  HiddenState: ["the snapshot lacks state", 2, 1],
  EndingStays: ["ending not restored", 2, 1],
  SavingDraws: ["saving changes the world", 1],
};

test("a world as it should be has no fault, by its snapshots, copies and replay", { skip }, async () => {
  const { repeats, ways, restore, notes, walks, rewarded, ended } = await audit("Good");
  assert.deepEqual(repeats, []);
  assert.deepEqual(
    ways,
    ["state", "copy", "replay"].map((way) => ({ way, fault: undefined, walks: 8 })),
  );
  assert.equal(restore, "state");
  assert.deepEqual(notes, []);
  assert.deepEqual([walks, rewarded, ended], [8, 8, 4]);
});

test("a world that cannot be copied is put back by doing it again", { skip }, async () => {
  const { ways, restore } = await audit("Uncopyable");
  assert.equal(restore, "replay");
  const { way, fault } = ways[0]!;
  assert.deepEqual([way, fault?.kind, fault?.what], ["copy", "not restored", "error"]);
  assert.match(fault!.found, /cannot pickle/);
});

test("no way back is tried on walks that do not come out the same again", { skip }, async () => {
  const { repeats, ways, restore } = await audit("NoWayBack");
  assert.deepEqual([restore, repeats.length, repeats[0]!.kind], ["none", 8, "state kept between episodes"]);
  assert.deepEqual(
    ways,
    ["copy", "replay"].map((way) => ({ way, fault: undefined, walks: 0 })),
  );
});

for (const [name, [kind, step, from]] of Object.entries(PLANTED)) {
  test(`${name}: ${kind}`, { skip }, async () => {
    const { repeats, ways, restore } = await audit(name, 4);
    const found = repeats[0] ?? ways.find(({ fault }) => fault)?.fault;
    assert(found, "no fault found");
    assert.deepEqual([found.kind, found.step, found.from], [kind, step, from], JSON.stringify(found));
    assert.notEqual(found.expected, found.found);
    const isAtAll = repeats.length > 0;
    assert.equal(restore, isAtAll ? "none" : name === "SharedCopy" ? "replay" : "copy");
  });
}

test("a limit that the world calls `truncated` is told apart from an end", { skip }, async () => {
  const { ended, notes, restore } = await audit("CutsOff", 4);
  assert.equal(restore, "state");
  assert(ended < 4);
  const note = notes.find(({ kind }) => kind === "step limit");
  assert.equal(note?.text, "the world cuts episodes off after 9 actions; gleaner does after 12 (maxSteps)");
});

test("halves of surrogate pairs are compared and printed", { skip }, async (t) => {
  const { code, output } = await gleanerHere(t, "env", "audit", `${WORLDS}:HalfSurrogate`, "--walks", "2");
  assert.equal(code, 0);
  assert.match(
    output,
    /the snapshot lacks state: stones.*\n {2}expected {2}".*\\u\{d83d\}"\n {2}found {5}".*\\u\{d83e\}"\n/,
  );
  assert.match(output, /restore: copy/);
});

test("a world that breaks on a walk is named with its task, the seed and the last action", { skip }, async (t) => {
  const { code, output } = await gleanerHere(t, "env", "audit", `${WORLDS}:Breaks`, "--walks", "2");
  assert.equal(code, 1);
  assert.match(
    output,
    /stones\/train\/2, after 2 actions: Breaks: ValueError: the bag \\u\{1b\}\[31mtears .*\(seed 0, the last action "take a stone"\)/,
  );
});

test("a world that breaks at its first action is named with that action", { skip }, async () => {
  const first = /after 0 actions: .* the bag is shut .*\(seed 0, the last action "[^"]+"\)$/;
  await assert.rejects(audit("BreaksAtOnce", 2), (error: Error) => first.test(error.message));
});

test("a world behind a server is audited as it is: its faults are those of the world", { skip }, async () => {
  const shared = await openBenchmark({ name: `${WORLDS}:GlobalRandom` });
  const server = await served({ benchmark: shared });
  const { repeats, restore } = await auditEnvironment({ name: `openenv:${server.url}` }, { walks: 2 });
  assert.equal(restore, "none");
  assert.match(repeats[0]!.kind, /^(state kept between episodes|unseeded randomness)$/);
});

test("a sound world behind a server has no fault, by its snapshots and by replay", { skip }, async () => {
  const server = await served({ benchmark: await openBenchmark({ name: "workshop" }) });
  const { repeats, ways, restore } = await auditEnvironment({ name: `openenv:${server.url}` }, { walks: 4 });
  assert.deepEqual([restore, repeats], ["state", []]);
  assert.deepEqual(
    ways,
    ["state", "replay"].map((way) => ({ way, fault: undefined, walks: 4 })),
  );
});
