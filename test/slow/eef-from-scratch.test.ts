/** The teaching example reads its probes, picks its solutions and masks as the library does; its student beats imitation. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { experiment, labelsOf, probeSteps, type Run, solution } from "../../examples/eef-from-scratch.ts";
import { taskId } from "../../src/core/ids.ts";
import * as library from "../../src/engine/algorithms/eef-labels.ts";
import { bestSolution, through } from "../../src/engine/algorithms/solutions.ts";
import { run as trajectoryOf } from "../prescribed.ts";

const FILE = join(import.meta.dirname, "..", "..", "examples", "eef-from-scratch.ts");
const printed = execFileSync(process.execPath, ["--disable-warning=ExperimentalWarning", FILE], { encoding: "utf8" });

/** "2 won, 4 lost" → probes. */
const probesIn = (text: string) =>
  [...text.matchAll(/(\d+) (won|lost)/g)].map(([, step, outcome]) => ({ step: Number(step), won: outcome === "won" }));
const shown = (spans: readonly library.Span[]) => spans.map(({ from, to }) => `[${from},${to})`).join(" ") || "–";

test("the labels that it prints are the library's, for every failure of the expert", () => {
  const rows = printed.split("\n").filter((line) => /^\d[a-z] /.test(line));
  const harmed = rows.filter((row) => {
    const [, probes, harmful, beneficial, needRecover] = row.split(/ {2,}/);
    const expected = library.labelsOf(probesIn(probes!));
    assert.deepEqual(
      [harmful, beneficial, needRecover],
      [shown(expected.harmful), shown(expected.beneficial), `${expected.needRecover ?? "–"}`],
      row,
    );
    return expected.harmful.length > 0;
  });
  assert(rows.length > 30 && harmed.length > 10, `${rows.length} failures, ${harmed.length} with harmful steps`);
});

test("any outcomes are labelled as the library labels them, the test vectors among them", () => {
  for (let states = 0; states <= 6; states++) {
    for (let outcomes = 0; outcomes < 2 ** states; outcomes++) {
      const probes = Array.from({ length: states }, (_, i) => ({ step: 3 * i, won: ((outcomes >> i) & 1) === 1 }));
      assert.deepEqual(labelsOf(probes), library.labelsOf(probes));
    }
  }
  for (let actions = 0; actions <= 30; actions++) {
    for (let probes = 0; probes <= 6; probes++) {
      assert.deepEqual(probeSteps(actions, probes), library.probeSteps(actions, probes));
    }
  }
});

test("each state's solution is the library's, and what led to the state is masked", () => {
  const { readings } = experiment(6);
  const tasks = [...new Set(readings.map(({ run }) => run.task))];
  const expertRuns = readings.filter(({ round }) => round === 1).map(({ run }) => run);
  const runs = [...expertRuns, ...readings.flatMap(({ probed }) => probed)];
  const solutions = new Map(
    runs.map((run, index) => {
      const id = `${run.round === 0 ? "expert" : "own"} ${String(index).padStart(6, "0")}`;
      const on = { taskId: taskId(`tower/train/${tasks.indexOf(run.task)}`) };
      const trajectory = trajectoryOf(
        id,
        run.steps.map(({ key }) => `${key}`),
        run.won,
        on,
      );
      return [run, { trajectory, expertActions: run.step, iteration: run.round }];
    }),
  );
  const wins = runs.filter(({ won }) => won);
  const chosen = (run: Run, step: number) => {
    const { trajectory } = solutions.get(run)!;
    const ofTask = wins
      .map((win) => solutions.get(win)!)
      .filter((each) => each.trajectory.taskId === trajectory.taskId);
    return bestSolution(through(ofTask, trajectory, step), step);
  };
  let recovered = 0;
  for (const run of expertRuns) {
    for (let step = 0; step < run.steps.length; step++) {
      const [example] = solution(wins, run, step);
      assert.equal(example && solutions.get(example.run), chosen(run, step));
      if (!example) continue;
      assert.deepEqual(
        example.mask,
        example.run.steps.map((_, index) => (index < step ? 0 : 1)),
      );
      if (!run.won && step > 0) recovered += 1;
    }
  }
  assert(recovered > 10, `${recovered} states along failures have a solution`);
  assert.deepEqual(solution(wins, expertRuns[0]!, null), []);
});

test("its student beats the imitation of the expert's wins with every seed", () => {
  const won = [...printed.matchAll(/seed \d+ +│ (\d+) +│ (\d+) +│ (\d+)/g)].map((row) => row.slice(1).map(Number));
  assert.equal(won.length, 5, printed);
  const gains = won.map(([imitation, , eef]) => eef! - imitation!);
  assert(gains.every((gain) => gain >= 15) && gains.reduce((a, b) => a + b) / 5 >= 20, `gains in points: ${gains}`);
});
