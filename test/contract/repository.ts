/** What every Repository must do, whatever it is built on. Run it with `repositoryContract(name, open)` from a test file. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { StoreError } from "../../src/core/errors.ts";
import { type TaskId, type TrainingSetId, type TrajectoryId, trajectoryId } from "../../src/core/ids.ts";
import type { Repository, TrajectoryPage } from "../../src/core/repository.ts";
import type { Timing, Verification } from "../../src/core/run.ts";
import { summaryOf } from "../../src/core/summary.ts";
import type { Task } from "../../src/core/task.ts";
import type { Trajectory } from "../../src/core/trajectory.ts";
import { anyFamily } from "./any-trajectory.ts";
import { checkEpisodes } from "./repository-episodes.ts";
import { checkLookUps } from "./repository-looking.ts";
import { checkRuns, dumpOf, withFoundations } from "./repository-runs.ts";
import { checkpoint, round, run, step, task, timing, trainingSet, trajectory } from "./samples.ts";

/** `open` gives a fresh, empty repository each time; the suite closes it. */
export function repositoryContract(name: string, open: () => Repository | Promise<Repository>): void {
  const check = (title: string, body: (repository: Repository) => void | Promise<void>) =>
    test(title, async () => {
      const repository = await open();
      try {
        await body(repository);
      } finally {
        repository.close();
      }
    });

  suite(`repository contract: ${name}`, () => {
    check("an empty repository has nothing", (repository) => {
      assert.equal(repository.run("first"), undefined);
      assert.deepEqual(repository.runs(), []);
      assert.equal(repository.task(task.id), undefined);
      assert.equal(repository.trajectory(trajectory.id), undefined);
      assert.deepEqual(repository.trajectoriesOf("first"), []);
      assert.equal(repository.summary(trajectory.id), undefined);
      assert.equal(repository.ownSteps(trajectory.id), undefined);
      assert.deepEqual(repository.summariesOf("first"), []);
      assert.deepEqual(repository.unreplayableOf("first"), []);
      assert.equal(repository.verification(trajectory.id), undefined);
      assert.equal(repository.trainingSet("set" as TrainingSetId), undefined);
      assert.equal(repository.examplesOf("set" as TrainingSetId), undefined);
      assert.equal(repository.checkpoint(checkpoint.id), undefined);
      assert.equal(repository.exampleCount("set" as TrainingSetId), undefined);
      assert.equal(repository.example("set" as TrainingSetId, 0), undefined);
      assert.equal(repository.exampleSources("set" as TrainingSetId), undefined);
      assert.deepEqual(repository.rounds("first"), []);
      assert.deepEqual(repository.roundHeads("first"), []);
      assert.deepEqual(repository.membersOn("first", task.id), []);
      assert.deepEqual(repository.timings("first"), []);
      assert.deepEqual(dumpOf(repository), []);
    });

    check("what was added comes back", (repository) => {
      withFoundations(repository).addTrajectory(run.name, trajectory);
      const diverged: Verification = {
        kind: "diverged",
        trajectory: trajectory.id,
        step: -1,
        expected: "A door.",
        got: "A window.",
      };
      repository.addVerification(diverged);
      repository.addTrainingSet("set" as TrainingSetId, trainingSet);
      repository.addCheckpoint(checkpoint);
      repository.addRound(round);
      repository.addTiming(timing);
      assert.deepEqual(repository.run(run.name), run);
      assert.deepEqual(repository.task(task.id), task);
      assert.deepEqual(repository.trajectory(trajectory.id), trajectory);
      assert.deepEqual(repository.verification(trajectory.id), diverged);
      assert.deepEqual(repository.trainingSet("set" as TrainingSetId), trainingSet);
      assert.deepEqual([...repository.examplesOf("set" as TrainingSetId)!], trainingSet.examples);
      assert.deepEqual(repository.checkpoint(checkpoint.id), checkpoint);
      assert.deepEqual(repository.rounds(run.name), [round]);
      assert.deepEqual(repository.timings(run.name), [timing]);
    });

    check("every kind of verification comes back, and a round with examples only", (repository) => {
      const kinds: readonly Verification[] = [
        { kind: "verified", trajectory: trajectoryId("a") },
        { kind: "unreplayable", trajectory: trajectoryId("b"), reason: "nobody has its world" },
        { kind: "diverged", trajectory: trajectoryId("c"), step: 3, expected: "x", got: "y" },
      ];
      withFoundations(repository);
      for (const verification of kinds) {
        repository.addTrajectory(run.name, { ...trajectory, id: verification.trajectory });
        repository.addVerification(verification);
      }
      for (const kind of kinds) assert.deepEqual(repository.verification(kind.trajectory), kind);
      const learning = { ...round, learnOnly: [trajectoryId("b")] };
      repository.addRound(learning);
      assert.deepEqual(repository.rounds(run.name), [learning]);
    });

    test("any trajectory comes back equal, and so does any fork of a fork", async () => {
      await fc.assert(
        fc.asyncProperty(anyFamily, async (family) => {
          const repository = withFoundations(await open());
          for (const member of family) repository.addTrajectory(run.name, member);
          for (const member of family) assert.deepEqual(repository.trajectory(member.id), member);
          repository.close();
        }),
        { numRuns: 60 },
      );
    });

    test("what is counted of a trajectory, and its own steps, are those of the whole", async () => {
      await fc.assert(
        fc.asyncProperty(anyFamily, async (family) => {
          const repository = withFoundations(await open());
          for (const member of family) repository.addTrajectory(run.name, member);
          const expected = family.map((member) => summaryOf(member, member.steps.slice(member.fork?.step ?? 0)));
          for (const [index, { id, steps, fork }] of family.entries()) {
            assert.deepEqual(repository.summary(id), expected[index]);
            assert.deepEqual(repository.ownSteps(id), steps.slice(fork?.step ?? 0));
          }
          assert.deepEqual(repository.summariesOf(run.name), expected);
          repository.close();
        }),
        { numRuns: 60 },
      );
    });

    checkLookUps(check);

    check("a long list of summaries comes in pages, reused trajectories among them", (repository) => {
      withFoundations(repository).addRun({ ...run, name: "second" });
      for (const id of "cafdbeg") repository.addTrajectory(run.name, { ...trajectory, id: id as TrajectoryId });
      for (const id of "hb") repository.addTrajectory("second", { ...trajectory, id: id as TrajectoryId });
      repository.reuseTrajectory("second", trajectoryId("f"));
      const pageOf = (name: string, page?: TrajectoryPage) => repository.summariesOf(name, page).map(({ id }) => id);
      assert.deepEqual(pageOf(run.name), [..."abcdefg"]);
      assert.deepEqual(pageOf(run.name, { limit: 3 }), [..."abc"]);
      assert.deepEqual(pageOf(run.name, { after: trajectoryId("c"), limit: 3 }), [..."def"]);
      assert.deepEqual(pageOf(run.name, { after: trajectoryId("g") }), []);
      assert.deepEqual(pageOf("second"), [..."bfh"]);
      assert.deepEqual(pageOf("second", { after: trajectoryId("b"), limit: 1 }), ["f"]);
      assert.deepEqual([run.name, "second", "third"].map(repository.countOf), [7, 3, 0]);
    });

    check("the trajectories that cannot be replayed are found, reused ones too", (repository) => {
      withFoundations(repository).addRun({ ...run, name: "second" });
      for (const id of ["c", "a", "b"]) {
        repository.addTrajectory(run.name, { ...trajectory, id: id as TrajectoryId });
        const reason = "nobody has its world";
        if (id === "b") repository.addVerification({ kind: "verified", trajectory: trajectoryId(id) });
        else repository.addVerification({ kind: "unreplayable", trajectory: trajectoryId(id), reason });
      }
      repository.reuseTrajectory("second", trajectoryId("a"));
      repository.reuseTrajectory("second", trajectoryId("b"));
      assert.deepEqual(repository.unreplayableOf(run.name), ["a", "c"]);
      assert.deepEqual(repository.unreplayableOf("second"), ["a"]);
    });

    test("any text may be an id, and SQL in it stays text", async () => {
      const ids = fc.uniqueArray(fc.string({ unit: "grapheme-composite" }), { maxLength: 5 });
      await fc.assert(
        fc.asyncProperty(ids, async (names) => {
          const repository = await open();
          const tasks = [...names, "'; DROP TABLE tasks; --", "a\u0000b"].map((id) => ({ ...task, id: id as TaskId }));
          for (const each of tasks) repository.addTask(each);
          for (const each of tasks) assert.deepEqual(repository.task(each.id), each);
          repository.close();
        }),
        { numRuns: 20 },
      );
    });

    test("the dump does not depend on the order of adding", async () => {
      const seeded = fc.tuple(anyFamily, fc.infiniteStream(fc.nat()));
      await fc.assert(
        fc.asyncProperty(seeded, async ([family, draws]) => {
          const [first, second] = [await open(), await open()];
          const others: ((repository: Repository) => void)[] = [
            (repository) => repository.addRound(round),
            (repository) => repository.addRound({ ...round, method: "BC" }),
            (repository) => repository.addRound({ ...round, seed: 10 }),
            (repository) => repository.addCheckpoint(checkpoint),
            (repository) => repository.addMetrics(checkpoint.id, 2, { loss: 1 }),
            (repository) => repository.addMetrics(checkpoint.id, 1, { loss: 2 }),
            (repository) => repository.addTrainingSet("set" as TrainingSetId, trainingSet),
            (repository) => repository.addVerification({ kind: "verified", trajectory: trajectory.id }),
          ];
          withFoundations(first);
          for (const member of family) first.addTrajectory(run.name, member);
          for (const add of others) add(first);
          first.addTiming(timing);

          withFoundations(second);
          const waiting = [...family];
          while (waiting.length + others.length > 0) {
            const ready: ((repository: Repository) => void)[] = waiting
              .filter(({ fork }) => !fork || second.trajectory(fork.from))
              .map((member) => (repository) => {
                repository.addTrajectory(run.name, member);
                waiting.splice(waiting.indexOf(member), 1);
              });
            const choice = draws.next().value % (ready.length + others.length);
            if (choice < ready.length) ready[choice]!(second);
            else others.splice(choice - ready.length, 1)[0]!(second);
          }
          assert.deepEqual(dumpOf(second), dumpOf(first));
          first.close();
          second.close();
        }),
        { numRuns: 20 },
      );
    });

    check("the dump holds every record, and a fork's own steps only", (repository) => {
      withFoundations(repository).addTrajectory(run.name, trajectory);
      const fork: Trajectory = {
        ...trajectory,
        id: trajectoryId("u"),
        fork: { from: trajectory.id, step: 1 },
        steps: [step, { ...step, action: "own" }],
      };
      repository.addTrajectory(run.name, fork);
      repository.addTrainingSet("set" as TrainingSetId, trainingSet);
      repository.addCheckpoint(checkpoint);
      repository.addMetrics(checkpoint.id, 3, { loss: 0.5 });
      repository.addRound(round);
      repository.addTiming(timing);
      assert.deepEqual(
        dumpOf(repository).map((line) => JSON.parse(line)),
        [
          { kind: "run", record: run },
          { kind: "task", record: task },
          { kind: "trajectory", run: run.name, record: trajectory },
          { kind: "trajectory", run: run.name, record: { ...fork, steps: [{ ...step, action: "own" }] } },
          { kind: "trainingSet", id: "set", record: trainingSet },
          { kind: "checkpoint", record: checkpoint },
          { kind: "metrics", checkpoint: checkpoint.id, step: 3, record: { loss: 0.5 } },
          { kind: "round", record: round },
        ],
      );
    });

    check("adding the same again does nothing", (repository) => {
      const addAll = () => {
        withFoundations(repository).addTrajectory(run.name, trajectory);
        repository.addVerification({ kind: "verified", trajectory: trajectory.id });
        repository.addTrainingSet("set" as TrainingSetId, trainingSet);
        repository.addCheckpoint(checkpoint);
        repository.addMetrics(checkpoint.id, 1, { loss: 1 });
        repository.addRound(round);
      };
      addAll();
      const before = dumpOf(repository);
      addAll();
      // The order of keys is no difference.
      repository.addTask(Object.fromEntries(Object.entries(task).reverse()) as unknown as Task);
      assert.deepEqual(dumpOf(repository), before);
      assert.equal(repository.rounds(run.name).length, 1);
    });

    check("another content under a known id is refused, and the first one stays", (repository) => {
      withFoundations(repository).addTrajectory(run.name, trajectory);
      repository.addVerification({ kind: "verified", trajectory: trajectory.id });
      repository.addTrainingSet("set" as TrainingSetId, trainingSet);
      repository.addCheckpoint(checkpoint);
      repository.addRound(round);
      const before = dumpOf(repository);
      const refused = [
        () => repository.addTask({ ...task, instruction: "Close it." }),
        () => repository.addTrajectory(run.name, { ...trajectory, return: 0 }),
        () =>
          repository.addVerification({ kind: "diverged", trajectory: trajectory.id, step: 0, expected: "", got: "x" }),
        () => repository.addTrainingSet("set" as TrainingSetId, { kind: "sft", examples: [] }),
        () => repository.addCheckpoint({ ...checkpoint, trainer: "other" }),
        () => repository.addRound({ ...round, counts: {} }),
      ];
      for (const add of refused) assert.throws(add, { name: StoreError.name, message: /already stored/ });
      assert.deepEqual(dumpOf(repository), before);
    });

    check("what is added together is kept together, or not at all", (repository) => {
      withFoundations(repository);
      const before = dumpOf(repository);
      const broken = () =>
        repository.together(() => {
          repository.addTrajectory(run.name, trajectory);
          throw new Error("broken off");
        });
      assert.throws(broken, { message: "broken off" });
      assert.deepEqual(dumpOf(repository), before);
      assert.equal(repository.summary(trajectory.id), undefined);
      repository.together(() => {
        repository.addTrajectory(run.name, trajectory);
        repository.addVerification({ kind: "verified", trajectory: trajectory.id });
      });
      assert.deepEqual(repository.trajectory(trajectory.id), trajectory);
      assert.equal(repository.verification(trajectory.id)?.kind, "verified");
    });

    checkRuns(check);
    checkEpisodes(check);

    check("a trajectory needs its run, its task, its parent and its parent's prefix", (repository) => {
      withFoundations(repository);
      const fork = { ...trajectory, id: trajectoryId("u"), fork: { from: trajectory.id, step: 1 } };
      const refuses = (run: string, refused: Trajectory) =>
        assert.throws(() => repository.addTrajectory(run, refused), { name: StoreError.name });
      refuses("nobody", trajectory);
      refuses(run.name, { ...trajectory, taskId: "unknown" as TaskId });
      refuses(run.name, fork);
      repository.addTrajectory(run.name, trajectory);
      refuses(run.name, { ...fork, steps: [{ ...step, action: "not the parent's" }] });
      refuses(run.name, { ...fork, fork: { from: trajectory.id, step: 2 } });
      refuses(run.name, { ...fork, fork: { from: fork.id, step: 0 } });
      repository.addTrajectory(run.name, fork);
      assert.deepEqual(repository.trajectory(fork.id), fork);
    });

    check("rounds come by row, then seed, then iteration", (repository) => {
      repository.addRun(run);
      repository.addRun({ ...run, name: "second" });
      repository.addRound({ ...round, run: "second", method: "BC" });
      const added = ["EEF 10 1", "BC 2 0", "EEF 2 2", "EEF 2 1", "BC 10 0", "EEF 2 10"];
      for (const each of added) {
        const [method, seed, iteration] = each.split(" ");
        const row = method === "EEF" ? 10 : 2;
        repository.addRound({ ...round, method: method!, row, seed: Number(seed), iteration: Number(iteration) });
      }
      const order = repository.rounds(run.name).map(({ method, seed, iteration }) => `${method} ${seed} ${iteration}`);
      assert.deepEqual(order, ["BC 2 0", "BC 10 0", "EEF 2 1", "EEF 2 2", "EEF 2 10", "EEF 10 1"]);
    });

    check("every timing is kept, in order, and none is dumped", (repository) => {
      repository.addRun(run);
      const timings: Timing[] = [timing, { ...timing, phase: "probe" }, timing];
      const before = dumpOf(repository);
      for (const each of timings) repository.addTiming(each);
      assert.deepEqual(repository.timings(run.name), timings);
      assert.deepEqual(dumpOf(repository), before);
    });

    check("of metrics added twice the first stay", (repository) => {
      repository.addMetrics(checkpoint.id, 1, { loss: 1 });
      repository.addMetrics(checkpoint.id, 1, { loss: 1.0001 });
      assert.deepEqual(
        dumpOf(repository).map((line) => JSON.parse(line)),
        [{ kind: "metrics", checkpoint: checkpoint.id, step: 1, record: { loss: 1 } }],
      );
    });

    check("what would not come back equal is refused", (repository) => {
      withFoundations(repository);
      for (const reward of [Number.NaN, Number.POSITIVE_INFINITY]) {
        const bad = { ...trajectory, steps: [{ ...step, reward }] };
        assert.throws(() => repository.addTrajectory(run.name, bad), { name: StoreError.name, message: /finite/ });
      }
      assert.throws(() => repository.addTask({ ...task, id: "\ud800" as TaskId }), { name: StoreError.name });
    });

    test("a closed repository throws StoreError", async () => {
      const repository = await open();
      repository.close();
      assert.throws(() => repository.runs(), { name: StoreError.name });
      assert.throws(() => repository.addTask(task), { name: StoreError.name });
      assert.throws(() => [...repository.dump()], { name: StoreError.name });
    });
  });
}
