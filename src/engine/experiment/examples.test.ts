import assert from "node:assert/strict";
import { test } from "node:test";
import { corridor, walk, winning } from "../../../test/corridor.ts";
import { CliError } from "../../core/errors.ts";
import type { Repository } from "../../core/repository.ts";
import type { Task } from "../../core/task.ts";
import type { Trajectory } from "../../core/trajectory.ts";
import { openSqlite } from "../../store/sqlite.ts";
import { chosenExamples } from "./examples.ts";

const walks = [
  { ...(await walk(2, ["look"])), id: "lost" },
  { ...(await walk(3, winning(3))), id: "won" },
  { ...(await walk(3, ["look", ...winning(3)])), id: "won again" },
  { ...(await walk(5, winning(5))), id: "held out" },
  { ...(await walk(4, winning(4))), id: "also won" },
] as unknown as readonly Trajectory[];
const heldOut: readonly Task[] = await corridor.tasks("test");

async function stored(): Promise<Repository> {
  const repository = openSqlite(":memory:");
  repository.addRun({ name: "logs", kind: "import", config: {} });
  for (const trajectory of walks) {
    repository.addTask(await corridor.task(trajectory.taskId));
    repository.addTrajectory("logs", trajectory);
  }
  return repository;
}

test("the first won episode of each task, never of a held-out one", async () => {
  const repository = await stored();
  const ids = (wanted: Parameters<typeof chosenExamples>[0], expert = walks) =>
    chosenExamples(wanted, { repository, expert, heldOut }).map(({ trajectory, task }) => [trajectory.id, task.id]);
  const [third, fourth] = ["corridor/train/halls/3", "corridor/train/halls/4"];
  assert.deepEqual(ids(undefined), []);
  assert.deepEqual(ids(1), [["won", third]]);
  assert.deepEqual(ids(2), [
    ["won", third],
    ["also won", fourth],
  ]);
  // In the store's order, which is that of ids.
  assert.deepEqual(ids({ run: "logs", count: 1 }, []), [["also won", fourth]]);
  assert.throws(
    () => ids(3),
    /examples: expected at least 3 won tasks that are not held out, found 2 in the expert's trajectories/,
  );
  assert.throws(() => ids({ run: "none", count: 1 }), /examples\.run: there is no run "none"/);
  assert.throws(() => ids({ run: "logs", count: 9 }), CliError);
  repository.close();
});
