/**
 * Every published episode of Llama-2-13B replayed in our ALFWorld: not one answer may differ. And an import that is
 * killed with -9 again and again ends with the same store as one that is not.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { random } from "../../src/core/random.ts";
import { probeSteps } from "../../src/engine/algorithms/eef-labels.ts";
import { snapshotsAlong } from "../../src/engine/rollout/replay.ts";
import type { ImportSummary } from "../../src/importers/summary.ts";
import { openSqlite } from "../../src/store/sqlite.ts";
import { alfworld } from "../../src/worlds/alfworld/index.ts";
import { gleaner } from "../command.ts";
import { killAgainAndAgain } from "../killing.ts";
import { alfworldGames, shared, skipWithout } from "../shared.ts";

const LOGS = "alfworld/trajectories/knowagent_llama-2-13b_D0.jsonl.gz";
const skip = skipWithout(LOGS);
const KILLS = 5;

test("510 published episodes replay without a difference, killed or not", { skip }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "gleaner-import-"));
  const whole = join(folder, "whole");
  const world = ["--data", alfworldGames(), "--logic", shared("alfworld/logic-0.3")];
  const log = ["import", shared(LOGS), "--format", "knowagent", "--env", "alfworld", "--out", "expert", "--json"];

  const start = performance.now();
  const summary: ImportSummary = JSON.parse((await gleaner(whole, [...log, ...world]))!);
  const tookMs = performance.now() - start;
  assert.partialDeepStrictEqual(summary, {
    lines: 510,
    episodes: 510,
    verified: 510,
    added: 510,
    steps: 9000,
    stepsWithThought: 7360,
    malformed: [],
    unknownTasks: [],
    diverged: [],
    broken: [],
    disagreements: [],
    claims: {
      won: { episodes: 134, won: 134, notWon: 0 },
      lost: { episodes: 256, won: 0, notWon: 256 },
      "broken off": { episodes: 120, won: 0, notWon: 120 },
    },
  });
  await probePointsAreReached(join(whole, "store.sqlite"));
  assert.match((await gleaner(whole, ["verify", "expert", ...world]))!, /all 510 trajectories verified/);

  const dump = await gleaner(whole, ["dump"]);
  await killAgainAndAgain({
    folder,
    kills: KILLS,
    run: (project, killAfterMs) => gleaner(project, [...log, ...world], killAfterMs),
    moments: random("kill an import"),
    latestMs: tookMs / 3,
    ended: async (project) => assert.equal(await gleaner(project, ["dump"]), dump),
  });
  rmSync(folder, { recursive: true });
});

/** Every probe point of an EEF round over these experts: a snapshot there, restored, shows what was recorded there. */
async function probePointsAreReached(store: string): Promise<void> {
  const repository = openSqlite(store);
  const benchmark = await alfworld({ data: alfworldGames(), logic: shared("alfworld/logic-0.3") });
  const [scout, environment] = [await benchmark.open(), await benchmark.open()];
  let points = 0;
  for (const id of repository.trajectoriesOf("expert")) {
    const trajectory = repository.trajectory(id)!;
    const task = repository.task(trajectory.taskId)!;
    const steps = probeSteps(trajectory.steps.length, 5);
    const snapshots = await snapshotsAlong(scout, task, trajectory, steps);
    for (const [index, step] of steps.entries()) {
      points += 1;
      const observation = await environment.restore(task, snapshots[index]!);
      assert.equal(observation, trajectory.steps[step]!.observation);
      const { observation: answer } = await environment.step(trajectory.steps[step]!.action);
      assert.equal(answer, trajectory.steps[step + 1]?.observation ?? trajectory.finalObservation);
    }
  }
  assert(points > 2000, `only ${points} probe points`);
  repository.close();
}
