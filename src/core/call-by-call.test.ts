// Turns of several calls in a world that does one at a time: in order, each with its result, up to the episode's end.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { benchmark } from "../../examples/own-tools.ts";
import { replaying } from "../worlds/replaying.ts";
import { openWorld } from "./call-by-call.ts";
import { actionOfCalls, resultsIn } from "./calls.ts";
import type { Benchmark } from "./environment.ts";

const [task, other] = await benchmark.tasks("train");
const call = (name: string, given: object) => ({ name, arguments: JSON.stringify(given) });
const find = (order: string) => call("find_order", { order_id: order });
const refund = (cents: number, order = "A-1") => call("refund", { order_id: order, cents });
const KNOWN = '{"order":"A-1","cents":500}';
const again: Benchmark = { ...benchmark, open: async () => replaying(await benchmark.open()) };

test("calls are done in order, each with a result of its own; rewards add up", async () => {
  const world = await openWorld(benchmark);
  assert.equal(await world.reset(task!, 0), "It never came.");
  const looked = await world.step(actionOfCalls([find("A-1"), find("A-9")]));
  assert.deepEqual(looked, { observation: JSON.stringify([KNOWN, "?"]), reward: 0, terminated: false });
  const paid = await world.step(actionOfCalls([find("A-1"), refund(500)]));
  assert.deepEqual(paid, { observation: JSON.stringify([KNOWN, "Paid."]), reward: 1, terminated: true });
  assert.deepEqual(await world.reset(other!, 0), "It never came.");
  assert.equal((await world.step("refund({")).observation, "?");
});

test("calls behind the episode's end are not done", async () => {
  const world = await openWorld(benchmark);
  await world.reset(task!, 0);
  const { observation, reward, terminated } = await world.step(actionOfCalls([refund(1), refund(500), find("A-1")]));
  assert.deepEqual([resultsIn(observation), reward, terminated], [["Refused.", null, null], 0, true]);
});

test("a world without tools is told everything as it is", async () => {
  const { tools: _, ...plain } = benchmark;
  const world = await openWorld(plain);
  await world.reset(task!, 0);
  assert.equal((await world.step(actionOfCalls([find("A-1"), find("A-1")]))).observation, "?");
});

for (const [name, kind] of [
  ["a world that saves itself", benchmark],
  ["a world that is replayed", again],
] as const) {
  test(`property: ${name} is put back to borders of turns, and goes on as before`, async () => {
    const turn = fc.array(fc.constantFrom(find("A-1"), find("A-9"), refund(1)), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(fc.array(turn, { minLength: 1, maxLength: 4 }), fc.nat(4), async (turns, cut) => {
        const world = await openWorld(kind);
        let observation = await world.reset(task!, 0);
        let taken: Awaited<ReturnType<typeof world.snapshot>> | undefined;
        const behind: string[] = [];
        let ended = false;
        for (const [index, calls] of turns.entries()) {
          if (index === Math.min(cut, turns.length - 1)) {
            taken = JSON.parse(JSON.stringify(await world.snapshot()));
            behind.push(observation);
          }
          const result = await world.step(actionOfCalls(calls));
          observation = result.observation;
          if (taken) behind.push(observation);
          ended = result.terminated;
          if (ended) break;
        }
        if (!taken) return;
        const fresh = await openWorld(kind);
        const found = [await fresh.restore(task!, taken)];
        for (const calls of turns.slice(Math.min(cut, turns.length - 1)).slice(0, behind.length - 1))
          found.push((await fresh.step(actionOfCalls(calls))).observation);
        assert.deepEqual(found, behind);
      }),
      { numRuns: 60 },
    );
  });
}

test("a state that is not reached again is told of", async () => {
  const forgetful: Benchmark = {
    ...benchmark,
    async open() {
      const world = await benchmark.open();
      return { ...world, restore: async () => world.reset(task!, 0) };
    },
  };
  const world = await openWorld(forgetful);
  await world.reset(task!, 0);
  await world.step(actionOfCalls([find("A-1"), find("A-9")]));
  const snapshot = await world.snapshot();
  await assert.rejects(world.restore(task!, snapshot), /restored state differs: expected "\?", got "It never came\."/);
});
