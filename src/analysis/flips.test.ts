/** How often labels flip, on outcomes that can be counted by hand. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { episode, roundOf, storeOf } from "../../test/recorded.ts";
import { type TaskId, type TrajectoryId, trajectoryId } from "../core/ids.ts";
import type { Repository } from "../core/repository.ts";
import { flipsOf } from "./flips.ts";
import { materialOf } from "./material.ts";

const TASK = { taskId: "train/1" as TaskId };

/** Rollouts of `policy` by state: the start, then the states before steps 2 and 4 of the expert's run. */
function tried(repository: Repository, policy: string, outcomes: readonly string[]) {
  const make = (outcome: string, name: string, fork: { from: TrajectoryId; step: number } | null) =>
    episode(repository, `${policy} ${name}`, outcome, { ...TASK, policy, fork });
  const [start = "", ...states] = outcomes;
  return {
    explored: [...start].map((outcome, sample) => make(outcome, `start ${sample}`, null)),
    probed: states.flatMap((state, index) => {
      const fork = { from: trajectoryId("e"), step: 2 * (index + 1) };
      return [...state].map((outcome, sample) => make(outcome, `${fork.step} ${sample}`, fork));
    }),
  };
}

/** Each argument is one iteration's outcomes by state. */
function flips(...iterations: readonly (readonly string[])[]) {
  const repository = storeOf(["train/1"]);
  episode(repository, "e", "-", { ...TASK, policy: "expert/x", ownSteps: 6 });
  const rounds = iterations.map((outcomes, index) =>
    roundOf(repository, { iteration: index + 1, ...tried(repository, `policy ${index}`, outcomes) }),
  );
  return flipsOf(materialOf(repository, ["run"]), rounds);
}

test("nothing is said where no state was tried twice", () => {
  assert.equal(flips(["+", "-", "+"]), null);
  assert.equal(flips(["+", "-!", "+"]), null, "a failed rollout says nothing");
});

test("two rollouts from a state differ as often as their outcomes are mixed", () => {
  assert.deepEqual(flips(["++", "--", "+"]), {
    states: 2,
    outcomesDiffer: 0,
    stretches: 1,
    labelsDiffer: 0,
    triedLater: 0,
    thenWon: null,
    thenLost: null,
  });
  assert.equal(flips(["+-"])!.outcomesDiffer, 1);
  // 3 of the 6 pairs of + - - - differ; + + - -: 4 of 6.
  assert.equal(flips(["+---"])!.outcomesDiffer, 1 / 2);
  assert(Math.abs(flips(["++--"])!.outcomesDiffer! - 4 / 6) < 1e-12);
});

test("a stretch's label flips if either end does, unless both ends turn alike", () => {
  // Before: always lost. After: + in one reading, - in the other: beneficial, then neither.
  assert.equal(flips(["--", "+-"])!.labelsDiffer, 1);
  // Both ends mixed: (+ + / - -) keeps "neither" when both turn the same way, else harmful and beneficial.
  assert.equal(flips(["+-", "+-"])!.labelsDiffer, 1 / 2);
  const two = flips(["--", "++", "+-"])!;
  assert.deepEqual([two.stretches, two.labelsDiffer], [2, 1 / 2]);
});

test("the next iteration's policy comes back", () => {
  const later = flips(["-", "-", "+"], ["+", "-", "-"])!;
  assert.deepEqual([later.states, later.outcomesDiffer], [0, null]);
  assert.deepEqual([later.triedLater, later.thenWon, later.thenLost], [3, 1 / 3, 1 / 3]);
  const third = flips(["-"], ["+"], ["-"])!;
  assert.deepEqual([third.triedLater, third.thenWon, third.thenLost], [2, 1 / 2, 1 / 2]);
});
