import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { CORRIDOR_ACTIONS, corridor, walk, winning } from "../../../test/corridor.ts";
import type { Environment } from "../../core/environment.ts";
import { EnvironmentError } from "../../core/errors.ts";
import type { Trajectory } from "../../core/trajectory.ts";
import { replay, replayer, snapshotsAlong } from "./replay.ts";

const anyActions = fc.array(fc.constantFrom(...CORRIDOR_ACTIONS, "sing", ""), { minLength: 1, maxLength: 10 });
const task = (trajectory: Trajectory) => corridor.task(trajectory.taskId);

/** `trajectory` with another observation before step `index` (or at the end). */
function withObservation(trajectory: Trajectory, index: number, observation: string): Trajectory {
  if (index === trajectory.steps.length) return { ...trajectory, finalObservation: observation };
  return {
    ...trajectory,
    steps: trajectory.steps.map((step, at) => (at === index ? { ...step, observation } : step)),
  };
}

const stripped = (text: string) => text.replace(/^You arrive at [^.]+\. /, "");

/** What a logger would have written: no arrivals, no rewards, no ending. */
function asLogged(trajectory: Trajectory): Trajectory {
  return {
    ...trajectory,
    steps: trajectory.steps.map((step) => ({ ...step, observation: stripped(step.observation), reward: 0 })),
    finalObservation: stripped(trajectory.finalObservation),
    return: 0,
    success: false,
    outcome: { kind: "truncated", limit: "steps" },
  };
}

test("what the rollout loop recorded replays to itself", async () => {
  const environment = await corridor.open();
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 2, max: 6 }), anyActions, fc.nat(3), async (length, actions, seed) => {
      const trajectory = await walk(length, actions, seed);
      const result = await replay(environment, await task(trajectory), trajectory, { successReturn: 1 });
      assert.deepEqual(result, { verification: { kind: "verified", trajectory: trajectory.id }, trajectory });
    }),
  );
});

test("a log without arrivals, rewards and ending gets them from the world", async () => {
  const won = await walk(3, winning(3));
  assert.equal(won.success, true);
  const options = { normalize: stripped, rewards: false, successReturn: 1 };
  const result = await replay(await corridor.open(), await task(won), asLogged(won), options);
  assert.deepEqual(result.trajectory, won);
});

test("what a record does not tell is taken from the world, and the world is played once", async () => {
  const world = await corridor.open();
  let resets = 0;
  const environment: Environment = {
    ...world,
    reset(...args) {
      resets += 1;
      return world.reset(...args);
    },
  };
  await fc.assert(
    fc.asyncProperty(anyActions, fc.array(fc.nat(10)), fc.option(fc.nat()), async (actions, gaps, tampered) => {
      const trajectory = await walk(4, actions);
      const ends = trajectory.steps.length;
      const untold = new Set(gaps.filter((index) => index <= ends));
      const told = [...Array(ends + 1).keys()].filter((index) => !untold.has(index));
      const wrong = tampered === null ? undefined : told[tampered % told.length];
      let recorded = [...untold].reduce((known, index) => withObservation(known, index, ""), trajectory);
      if (wrong !== undefined) recorded = withObservation(recorded, wrong, "You see a dragon.");
      resets = 0;
      const result = await replay(environment, await task(trajectory), recorded, { untold });
      assert.equal(resets, 1);
      if (wrong !== undefined)
        assert.partialDeepStrictEqual(result.verification, { kind: "diverged", step: wrong - 1 });
      else assert.deepEqual(result.trajectory, trajectory);
    }),
  );
});

test("a tampered observation is found at its step, and again in what is kept of it", async () => {
  const environment = await corridor.open();
  await fc.assert(
    fc.asyncProperty(anyActions, fc.nat(), fc.boolean(), async (actions, random, isLog) => {
      const trajectory = await walk(4, actions);
      const index = random % (trajectory.steps.length + 1);
      const tampered = withObservation(isLog ? asLogged(trajectory) : trajectory, index, "You see a dragon.");
      const options = isLog ? { normalize: stripped, rewards: false } : {};
      const { verification, trajectory: kept } = await replay(environment, await task(trajectory), tampered, options);
      const truth = trajectory.steps[index]?.observation ?? trajectory.finalObservation;
      const expected = {
        kind: "diverged",
        trajectory: trajectory.id,
        step: index - 1,
        expected: "You see a dragon.",
        got: truth,
      };
      assert.deepEqual(verification, expected);
      assert.equal(kept.outcome.kind, "failed");
      assert.equal(kept.success, false);
      assert.deepEqual(kept.steps.slice(0, index), truthBefore(trajectory, index));
      assert.deepEqual(
        kept.steps.map(({ action }) => action),
        trajectory.steps.map(({ action }) => action),
      );
      const again = await replay(environment, await task(trajectory), kept);
      assert.deepEqual(again.verification, verification);
    }),
  );
});

/** The steps before the tampered observation; the last of them led to it, so its reward was not agreed on. */
function truthBefore(trajectory: Trajectory, index: number) {
  return trajectory.steps.slice(0, index).map((step, at) => (at === index - 1 ? { ...step, reward: 0 } : step));
}

test("a tampered action is found where the world first answers otherwise", async () => {
  const environment = await corridor.open();
  const any = fc.constantFrom(...CORRIDOR_ACTIONS);
  await fc.assert(
    fc.asyncProperty(anyActions, fc.nat(), any, async (actions, random, other) => {
      const trajectory = await walk(4, actions);
      const index = random % trajectory.steps.length;
      const steps = trajectory.steps.map((step, at) => (at === index ? { ...step, action: other } : step));
      const { verification } = await replay(environment, await task(trajectory), { ...trajectory, steps });
      const otherwise = await walk(
        4,
        steps.map(({ action }) => action),
      );
      const answers = (of: Trajectory) => [...of.steps.slice(1).map((step) => step.observation), of.finalObservation];
      const [recorded, played] = [answers(trajectory), answers(otherwise)];
      const step = recorded.findIndex((answer, at) => answer !== played[at]);
      if (step < 0) assert.equal(verification.kind, "verified");
      else {
        assert(verification.kind === "diverged");
        assert.equal(verification.step, step);
        assert.equal(verification.expected, recorded[step]);
      }
    }),
  );
});

test("an ending or a reward that the world does not give is a divergence", async () => {
  const won = await walk(2, winning(2));
  const last = won.steps.length - 1;
  const verify = async (recorded: Trajectory) =>
    (await replay(await corridor.open(), await task(won), recorded)).verification;

  const longer = { ...won, steps: [...won.steps, { ...won.steps[last]!, observation: won.finalObservation }] };
  assert.partialDeepStrictEqual(await verify(longer), {
    step: last,
    expected: "(goes on with open door)",
    got: "(the episode ended)",
  });
  // A log tells no ending: it is taken up to the world's.
  const { trajectory, verification } = await replay(await corridor.open(), await task(won), longer, {
    rewards: false,
    successReturn: 1,
  });
  assert.equal(verification.kind, "verified");
  assert.deepEqual(trajectory, won);
  const unended: Trajectory = { ...won, outcome: { kind: "truncated", limit: "steps" } };
  assert.partialDeepStrictEqual(await verify(unended), { step: last, got: "(the episode ended)" });
  const unpaid = { ...won, steps: won.steps.map((step) => ({ ...step, reward: 0.5 })) };
  assert.partialDeepStrictEqual(await verify(unpaid), { step: 0, expected: "(reward 0.5)", got: "(reward 0)" });
  const otherHour = { ...won, seed: 7 };
  assert.partialDeepStrictEqual(await verify(otherHour), { step: -1, got: "You are in a hall. It is 7 o'clock." });
});

test("an unknown last answer is taken from the world", async () => {
  const trajectory = await walk(3, ["forward", "look"]);
  const broken = { ...asLogged(trajectory), finalObservation: "" };
  const options = { normalize: stripped, rewards: false, successReturn: 1 };
  const result = await replay(await corridor.open(), await task(trajectory), broken, options);
  assert.equal(result.verification.kind, "verified");
  assert.equal(result.trajectory.finalObservation, trajectory.finalObservation);
});

test("snapshots along a trajectory continue it", async () => {
  const trajectory = await walk(4, winning(4));
  const environment = await corridor.open();
  const hall = await task(trajectory);
  const wanted = [3, 0, 3, trajectory.steps.length - 1];
  const snapshots = await snapshotsAlong(environment, hall, trajectory, wanted);
  for (const [position, index] of wanted.entries()) {
    assert.equal(await environment.restore(hall, snapshots[position]!), trajectory.steps[index]!.observation);
    let answer = { observation: "", reward: 0, terminated: false };
    for (const step of trajectory.steps.slice(index)) answer = await environment.step(step.action);
    assert.partialDeepStrictEqual(answer, { observation: trajectory.finalObservation, reward: 1, terminated: true });
  }
  assert.deepEqual(await snapshotsAlong(environment, hall, trajectory, []), []);
});

test("snapshots are refused where the world is not the recorded one, and outside the trajectory", async () => {
  const trajectory = await walk(4, winning(4));
  const environment = await corridor.open();
  const hall = await task(trajectory);
  const tampered = withObservation(trajectory, 2, "You see a dragon.");
  const message = /before step 2: expected "You see a dragon\.", got "You arrive at loc 2\. You see a key\."/;
  await assert.rejects(snapshotsAlong(environment, hall, tampered, [4]), { name: "EnvironmentError", message });
  assert.equal((await snapshotsAlong(environment, hall, tampered, [1])).length, 1);
  for (const step of [-1, trajectory.steps.length, 0.5]) {
    await assert.rejects(snapshotsAlong(environment, hall, trajectory, [step]), RangeError);
  }
});

test("a replayer opens another environment after one broke", async () => {
  const trajectory = await walk(3, winning(3));
  let opened = 0;
  const breaking = {
    ...corridor,
    async open(): Promise<Environment> {
      const environment = await corridor.open();
      if (opened++ > 0) return environment;
      const step = () => Promise.reject(new EnvironmentError("the process died"));
      return { ...environment, step };
    },
  };
  const world = replayer(breaking);
  await assert.rejects(world.replay(await task(trajectory), trajectory), EnvironmentError);
  assert.equal((await world.replay(await task(trajectory), trajectory)).verification.kind, "verified");
  assert.equal((await world.replay(await task(trajectory), trajectory)).verification.kind, "verified");
  assert.equal(opened, 2);
  await world.close();
});
