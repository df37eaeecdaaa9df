// Episodes whose turns call several tools: recorded, played again, left at any state for another policy, and learned.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { benchmark } from "../../../examples/own-tools.ts";
import { openWorld } from "../../core/call-by-call.ts";
import { actionOfCalls, callsInAction } from "../../core/calls.ts";
import { trajectoryId } from "../../core/ids.ts";
import type { Policy } from "../../core/policy.ts";
import type { Trajectory } from "../../core/trajectory.ts";
import { demonstration } from "../../formats/demonstration.ts";
import { formatFor } from "../../formats/named.ts";
import { replay, snapshotsAlong } from "./replay.ts";
import { type ForkPoint, rollout } from "./rollout.ts";

const [task] = await benchmark.tasks("train");
const find = (order: string) => ({ name: "find_order", arguments: JSON.stringify({ order_id: order }) });
const refund = (cents: number) => ({ name: "refund", arguments: JSON.stringify({ order_id: "A-1", cents }) });
type Turns = readonly (readonly ReturnType<typeof find>[])[];

/** Says its turns in order, counted from the state where it begins. */
const saying = (turns: Turns, from = 0): Policy => ({
  name: "script",
  async act({ steps }) {
    const action = actionOfCalls(turns[steps.length - from] ?? [refund(500)]);
    return { thought: "", action, completion: action, usage: null };
  },
  close: async () => {},
});

async function played(policy: Policy, id: string, from?: ForkPoint): Promise<Trajectory> {
  const environment = await openWorld(benchmark);
  const limits = { seed: 0, maxSteps: benchmark.maxSteps, successReturn: benchmark.successReturn };
  return rollout({ id: trajectoryId(id), task: task!, environment, policy, ...limits, ...(from && { from }) });
}

const turn = fc.array(fc.constantFrom(find("A-1"), find("A-9")), { minLength: 1, maxLength: 3 });

test("property: states lie between turns, and another policy goes on from each of them", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(turn, { minLength: 1, maxLength: 4 }), async (turns) => {
      const expert = await played(saying([...turns, [refund(1), refund(500)]]), "expert");
      assert.deepEqual([expert.steps.length, expert.success], [turns.length + 1, false]);
      const { verification, trajectory } = await replay(await openWorld(benchmark), task!, expert);
      assert.deepEqual([verification.kind, trajectory], ["verified", expert]);
      const states = expert.steps.map((_, step) => step);
      const snapshots = await snapshotsAlong(await openWorld(benchmark), task!, expert, states);
      for (const step of states) {
        const from = { trajectory: expert, step, snapshot: JSON.parse(JSON.stringify(snapshots[step])) };
        const probe = await played(saying([[find("A-1"), refund(500), find("A-9")]], step), `probe${step}`, from);
        assert.deepEqual([probe.success, probe.steps.length, probe.fork], [true, step + 1, { from: "expert", step }]);
        assert.deepEqual(probe.steps.slice(0, step), expert.steps.slice(0, step));
        assert.equal((await replay(await openWorld(benchmark), task!, probe)).verification.kind, "verified");
        learnsWholeTurns(probe, step);
      }
    }),
    { numRuns: 40 },
  );
});

/** From the state on, whatever the turns before it called; a turn is one message, with all of its calls. */
function learnsWholeTurns(trajectory: Trajectory, learnFrom: number): void {
  const format = formatFor("tools", benchmark);
  const options = { format, task: task!, trajectory, learnFrom, reason: "recovery", parentPolicy: "expert" };
  const { messages } = demonstration(options);
  const turns = messages.filter(({ role }) => role === "assistant");
  assert.deepEqual(
    turns.map(({ weight, toolCalls = [] }) => [weight, toolCalls.map(({ name }) => name)]),
    trajectory.steps.map(({ action }, step) => [
      Number(step >= learnFrom),
      callsInAction(action).map(({ name }) => name),
    ]),
  );
  const ids = messages.flatMap(({ toolCalls = [] }) => toolCalls.map(({ id }) => id));
  assert.equal(new Set(ids).size, ids.length);
  const answered = messages.flatMap(({ toolCallId }) => toolCallId ?? []);
  // Nothing is said behind the last turn, so its calls have no answers.
  assert.deepEqual(answered, ids.slice(0, answered.length));
  assert.equal(ids.length - answered.length, turns.at(-1)!.toolCalls!.length);
}

test("the limit of steps counts turns, and a turn that has begun is done to its end", async () => {
  const turns = Array.from({ length: 9 }, () => [find("A-1"), find("A-9"), find("A-1")]);
  const { steps, outcome } = await played(saying(turns), "long");
  assert.deepEqual([steps.length, outcome], [benchmark.maxSteps, { kind: "truncated", limit: "steps" }]);
});

test("a record with another result of one call differs from the world, an undone call included", async () => {
  const { steps, ...rest } = await played(saying([[refund(500), find("A-1")]]), "t");
  const tampered = { ...rest, steps, finalObservation: '["Paid.","?"]' };
  for (const rewards of [true, false]) {
    const { verification } = await replay(await openWorld(benchmark), task!, tampered, { rewards });
    assert.equal(verification.kind, rewards ? "diverged" : "verified");
    const other = { ...tampered, finalObservation: '["Refused.",null]' };
    assert.equal((await replay(await openWorld(benchmark), task!, other, { rewards })).verification.kind, "diverged");
  }
});
