import assert from "node:assert/strict";
import { test } from "node:test";
import { corridor, walk, winning } from "../../../test/corridor.ts";
import { importCorridor, jsonLines, logOf, scratchFolder } from "../../../test/logs.ts";
import { EnvironmentError } from "../../core/errors.ts";
import { trajectoryId } from "../../core/ids.ts";
import type { Repository } from "../../core/repository.ts";
import type { Trajectory } from "../../core/trajectory.ts";
import { openSqlite } from "../../store/sqlite.ts";
import { verifyRun } from "./verify.ts";

async function storeWith(trajectories: readonly Trajectory[]): Promise<Repository> {
  const repository = openSqlite(":memory:");
  repository.addRun({ name: "run", kind: "experiment", config: {} });
  for (const trajectory of trajectories) {
    repository.addTask(await corridor.task(trajectory.taskId));
    repository.addTrajectory("run", trajectory);
  }
  return repository;
}

/** A fork of `parent` before its step `step`, with a seed of its own. */
async function forkOf(parent: Trajectory, step: number, actions: readonly string[]): Promise<Trajectory> {
  const before = parent.steps.slice(0, step);
  const whole = await walk(4, [...before.map(({ action }) => action), ...actions], parent.seed);
  const steps = [...before, ...whole.steps.slice(step)];
  const id = trajectoryId(`fork ${step} of ${parent.id}`);
  return { ...whole, id, policy: "student", seed: parent.seed + 6, steps, fork: { from: parent.id, step } };
}

test("every trajectory of a run is verified, forks of forks included", async () => {
  const parent = await walk(4, winning(4), 3);
  const fork = await forkOf(parent, 2, ["look", "back", "sing"]);
  const forkOfFork = await forkOf(fork, 4, ["look"]);
  const repository = await storeWith([parent, fork, forkOfFork]);
  const before = JSON.stringify([...repository.dump()]);
  const seen: number[] = [];
  const report = await verifyRun(repository, "run", corridor, (done) => seen.push(done));
  assert.deepEqual(report.divergences, []);
  const none = { diverged: 0, unreplayable: 0 };
  assert.deepEqual(
    report.policies.map(({ seconds: _, ...row }) => row),
    [
      { policy: "expert/walker", trajectories: 1, steps: parent.steps.length, verified: 1, ...none },
      {
        policy: "student",
        trajectories: 2,
        steps: fork.steps.length + forkOfFork.steps.length,
        verified: 2,
        ...none,
      },
    ],
  );
  assert.deepEqual(seen, [1, 2, 3]);
  assert.equal(JSON.stringify([...repository.dump()]), before, "verifying only reads");
});

test("a stored text that the world does not say is found, with both texts", async () => {
  const parent = await walk(4, winning(4));
  const steps = parent.steps.map((step, index) => (index === 2 ? { ...step, observation: "You see a dragon." } : step));
  const { divergences, policies } = await verifyRun(await storeWith([{ ...parent, steps }]), "run", corridor);
  assert.deepEqual(divergences, [
    {
      trajectory: parent.id,
      policy: "expert/walker",
      known: false,
      step: 1,
      expected: "You see a dragon.",
      got: parent.steps[2]!.observation,
    },
  ]);
  assert.partialDeepStrictEqual(policies, [{ verified: 0, diverged: 1 }]);
});

test("what an import marked as diverged diverges at the same step", async () => {
  const repository = openSqlite(":memory:");
  const row = await logOf(4, ["forward", "forward", "take key"]);
  const tampered = { ...row, traj: row.traj.replace("You take the key.", "The key is stuck.") };
  const file = scratchFolder().write("log.jsonl", jsonLines([row, tampered]));
  const summary = await importCorridor(repository, [file]);
  const { divergences } = await verifyRun(repository, "logs", corridor);
  const { file: _, line: __, ...difference } = summary.diverged[0]!;
  assert.deepEqual(divergences, [{ ...difference, policy: "expert/log", known: true }]);
});

test("failed trajectories are verified as far as they go; a world that breaks now is a divergence", async () => {
  const failed = { kind: "failed", error: { name: "PolicyError", message: "no answer" } } as const;
  const halfway: Trajectory = { ...(await walk(4, ["look", "forward"])), outcome: failed };
  const never: Trajectory = { ...halfway, id: trajectoryId("never"), steps: [], finalObservation: "" };
  const repository = await storeWith([halfway, never]);
  assert.deepEqual((await verifyRun(repository, "run", corridor)).divergences, []);

  const dead = {
    ...corridor,
    open: async () => ({
      ...(await corridor.open()),
      reset: () => Promise.reject(new EnvironmentError("the process died")),
    }),
  };
  const { divergences } = await verifyRun(repository, "run", dead);
  assert.partialDeepStrictEqual(divergences, [{ trajectory: halfway.id, got: "(the world broke: the process died)" }]);
  assert.equal(divergences.length, 1);
});

test("what cannot be replayed is not played, and told apart", async () => {
  const played = await walk(4, winning(4));
  const kept: Trajectory = {
    ...played,
    id: trajectoryId("kept"),
    steps: [{ ...played.steps[0]!, observation: "?" }],
  };
  const repository = await storeWith([played, kept]);
  repository.addVerification({ kind: "unreplayable", trajectory: kept.id, reason: "nobody has its world" });
  const report = await verifyRun(repository, "run", corridor);
  assert.deepEqual(report.divergences, []);
  assert.partialDeepStrictEqual(report.policies, [{ trajectories: 2, verified: 1, diverged: 0, unreplayable: 1 }]);
});
