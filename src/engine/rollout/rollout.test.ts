import assert from "node:assert/strict";
import { test } from "node:test";
import { corridor } from "../../../test/corridor.ts";
import { PolicyError } from "../../core/errors.ts";
import { type TrajectoryId, trajectoryId } from "../../core/ids.ts";
import { ContextFullError, type Policy, type Turn } from "../../core/policy.ts";
import { concurrently } from "./concurrent.ts";
import { snapshotsAlong } from "./replay.ts";
import { type RolloutOptions, rollout } from "./rollout.ts";

const [task] = await corridor.tasks("train");
const environment = await corridor.open();

/** Acts by `decide`, whatever happens. */
const acting = (decide: (turn: Turn) => string): Policy => ({
  name: "p",
  act: async (turn) => {
    const action = decide(turn);
    return { thought: "", action, completion: action, usage: null };
  },
  close: async () => {},
});
const WAY = ["forward", "take key", "forward", "open door"];
const knowing = acting(({ steps }) => WAY[steps.length]!);
const play = (policy: Policy, more: Partial<RolloutOptions> = {}) =>
  rollout({
    id: trajectoryId("t"),
    task: task!,
    environment,
    policy,
    seed: 3,
    maxSteps: 6,
    successReturn: 1,
    ...more,
  });

test("an episode ends when the world says so", async () => {
  const { outcome, success, steps, finalObservation, return: sum } = await play(knowing);
  assert.deepEqual(outcome, { kind: "terminated" });
  assert.deepEqual([success, sum, finalObservation], [true, 1, "The door opens."]);
  assert.deepEqual(
    steps.map(({ action }) => action),
    WAY,
  );
  assert.equal(steps[0]!.observation, "You are in a hall. It is 3 o'clock.");
});

test("or at the step limit", async () => {
  const { outcome, success, steps } = await play(acting(() => "look"));
  assert.deepEqual(outcome, { kind: "truncated", limit: "steps" });
  assert.deepEqual([success, steps.length], [false, 6]);
});

test("a full context truncates, a broken policy fails; what was played is kept", async () => {
  const after = (error: Error) =>
    acting(({ steps }) => {
      if (steps.length === 2) throw error;
      return "look";
    });
  const full = await play(after(new ContextFullError("700 tokens")));
  assert.deepEqual(full.outcome, { kind: "truncated", limit: "tokens" });
  const broken = await play(after(new PolicyError("server gone")));
  assert.deepEqual(broken.outcome, { kind: "failed", error: { name: "PolicyError", message: "server gone" } });
  assert.deepEqual([full.steps.length, broken.steps.length, broken.success], [2, 2, false]);
});

test("what a person stops is thrown, not recorded", async () => {
  const stop = Object.assign(new Error("stopped"), { name: "AbortError" });
  await assert.rejects(
    play(
      acting(() => {
        throw stop;
      }),
    ),
    stop,
  );
});

test("each turn has a seed of its own that follows from the trajectory's id", async () => {
  const seeds = async (id: string) => {
    const seen: number[] = [];
    const watching = acting(({ seed }) => {
      seen.push(seed);
      return "look";
    });
    await play(watching, { id: id as TrajectoryId });
    return seen;
  };
  const [first, again, other] = [await seeds("a"), await seeds("a"), await seeds("b")];
  assert.deepEqual(first, again);
  assert.equal(new Set([...first, ...other]).size, 12);
});

test("a fork continues another trajectory's steps", async () => {
  const parent = await play(acting(({ steps }) => ["forward", "take key"][steps.length] ?? "look"));
  const [snapshot] = await snapshotsAlong(environment, task!, parent, [2]);
  const fork = await play(knowing, { from: { trajectory: parent, step: 2, snapshot: snapshot! } });
  assert.deepEqual(fork.fork, { from: parent.id, step: 2 });
  assert.deepEqual(
    fork.steps.map(({ action }) => action),
    WAY,
  );
  assert.deepEqual(fork.steps.slice(0, 2), parent.steps.slice(0, 2));
  assert.equal(fork.success, true);
});

test("a restored state that shows something else than was recorded fails the rollout", async () => {
  const parent = await play(acting(() => "look"));
  const [snapshot] = await snapshotsAlong(environment, task!, parent, [2]);
  const tampered = { ...parent, steps: parent.steps.map((step) => ({ ...step, observation: "You see a dragon." })) };
  const { outcome, steps } = await play(knowing, { from: { trajectory: tampered, step: 2, snapshot: snapshot! } });
  assert(outcome.kind === "failed");
  assert.match(outcome.error.message, /before step 2: expected "You see a dragon\.", got "You see/);
  assert.equal(steps.length, 2);
});

test("concurrently keeps the order, the limit and its resources", async () => {
  let [open, most, opened] = [0, 0, 0];
  const results = await concurrently({
    items: [5, 1, 3, 2, 4],
    limit: 2,
    open: async () => {
      opened++;
      return { close: async () => {} };
    },
    work: async (item) => {
      most = Math.max(most, ++open);
      await new Promise((resolve) => setTimeout(resolve, item));
      open--;
      return 10 * item;
    },
  });
  assert.deepEqual(results, [50, 10, 30, 20, 40]);
  assert.deepEqual([most, opened], [2, 2]);
});

test("the first error stops the other lanes and closes every resource", async () => {
  let [done, closed] = [0, 0];
  const work = async (item: number) => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    if (item === 2) throw new Error("broken");
    done++;
  };
  const items = Array.from({ length: 100 }, (_, index) => index);
  const open = async () => ({ close: async () => void closed++ });
  await assert.rejects(concurrently({ items, limit: 3, open, work }), /broken/);
  assert(done < 10, `${done} items were still done`);
  assert.equal(closed, 3);
});
