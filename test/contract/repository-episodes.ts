/** What every Repository must do with many episodes that are added by one writer; a part of its contract (repository.ts). */
import assert from "node:assert/strict";
import { CliError, StoreError } from "../../src/core/errors.ts";
import { trajectoryId } from "../../src/core/ids.ts";
import type { Episode, Repository } from "../../src/core/repository.ts";
import type { Run } from "../../src/core/run.ts";
import { summaryOf } from "../../src/core/summary.ts";
import { dumpOf } from "./repository-runs.ts";
import { run, step, task, trajectory } from "./samples.ts";

/** More than one transaction takes. */
const MANY = 1_200;

function episode(index: number, thought = `because of ${index}`): Episode {
  const id = trajectoryId(`episode ${index}`);
  const steps = [{ ...step, thought, completion: `${thought}\nopen door` }];
  return { task, trajectory: { ...trajectory, id, steps }, verification: { kind: "verified", trajectory: id } };
}

async function addAll(repository: Repository, to: Run, episodes: Iterable<Episode>): Promise<void> {
  const { add, end } = repository.addingEpisodes(to);
  try {
    for (const each of episodes) await add(each);
  } finally {
    await end();
  }
}

/** Episodes that differ. */
export const several = (count: number, from = 0) => Array.from({ length: count }, (_, index) => episode(from + index));

export function checkEpisodes(check: (title: string, body: (repository: Repository) => Promise<void>) => void): void {
  check(
    "many episodes of one writer are what each would be that is added alone, in their order",
    async (repository) => {
      const episodes = several(MANY);
      await addAll(repository, run, episodes);
      assert.deepEqual(repository.run(run.name), run);
      assert.equal(repository.countOf(run.name), MANY);
      const lines = dumpOf(repository);
      for (const each of episodes) {
        assert.deepEqual(repository.trajectory(each.trajectory.id), each.trajectory);
        assert.deepEqual(repository.verification(each.trajectory.id), each.verification);
        assert.deepEqual(repository.summary(each.trajectory.id), summaryOf(each.trajectory, each.trajectory.steps));
        // The very same may be added again.
        repository.addTask(each.task);
        repository.addTrajectory(run.name, each.trajectory);
        repository.addVerification(each.verification);
      }
      await addAll(repository, run, episodes);
      assert.deepEqual(dumpOf(repository), lines);
    },
  );

  check("a writer to which nothing is added leaves no run behind", async (repository) => {
    await repository.addingEpisodes(run).end();
    assert.deepEqual(repository.runs(), []);
  });

  check("a writer takes texts of any length and any signs", async (repository) => {
    const texts = ['\0"\\\n', "\ud83d", "å🎈\u2028", "x".repeat(5e6), "ä🎈".repeat(3e6), "y", "z".repeat(8e6)];
    const episodes = texts.map((text, index) => episode(index, text));
    await addAll(repository, run, episodes);
    for (const each of episodes) assert.deepEqual(repository.trajectory(each.trajectory.id), each.trajectory);
  });

  check("what a writer cannot write out is refused at once, and those before it are kept", async (repository) => {
    const broken = { ...episode(3), trajectory: { ...episode(3).trajectory, return: Number.NaN } };
    const refused = addAll(repository, run, [...several(3), broken, ...several(MANY, 4)]);
    await assert.rejects(refused, { name: StoreError.name, message: /cannot store the number NaN/ });
    assert.equal(repository.countOf(run.name), 3);
  });

  for (const [title, from] of [
    ["at its beginning", 0],
    ["later", MANY],
  ] as const) {
    check(
      `a writer refuses other content under a known id ${title}, and adds nothing behind it`,
      async (repository) => {
        const taken = episode(from);
        repository.addRun(run);
        repository.addTask(task);
        repository.addTrajectory(run.name, { ...taken.trajectory, return: 0.5 });
        const refused = addAll(repository, run, several(2 * MANY));
        await assert.rejects(refused, { name: StoreError.name, message: /already stored with other content/ });
        const kept = several(2 * MANY).filter(({ trajectory: { id } }) => repository.verification(id));
        assert(kept.length <= from);
        assert.deepEqual(
          kept.map(({ trajectory: { id } }) => id),
          several(kept.length).map(({ trajectory: { id } }) => id),
        );
      },
    );
  }

  check("a writer refuses the name of a run that is another one's", async (repository) => {
    await addAll(repository, run, several(1));
    const other: Run = { ...run, config: { seeds: [9] } };
    const refused = addAll(repository, other, several(MANY, 1));
    await assert.rejects(refused, { name: CliError.name, message: /already exists with another config/ });
    assert.equal(repository.countOf(run.name), 1);
  });

  check("two writers of two runs take turns", async (repository) => {
    const runs = [run, { ...run, name: "second" }];
    await Promise.all(runs.map((each) => addAll(repository, each, several(MANY))));
    for (const { name } of runs) assert.equal(repository.countOf(name), MANY);
  });
}
