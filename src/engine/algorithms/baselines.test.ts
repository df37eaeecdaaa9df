/** What the other baselines learn, for outcomes prescribed by the test: NAT, AgentEvol, best-of-N, RFT then ETO. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  base,
  broken,
  checkpointOf,
  examplesOf,
  experimentOf,
  format,
  run,
  shownMessages,
  task,
} from "../../../test/prescribed.ts";
import { taskId } from "../../core/ids.ts";
import type { Task } from "../../core/task.ts";
import type { TrainingSet } from "../../core/training.ts";
import { agentEvol } from "./agent-evol.ts";
import { bestOf } from "./best-of.ts";
import { nat } from "./nat.ts";
import { rftEto } from "./rft-eto.ts";

const start = checkpointOf("start");
const won = run("expert-won", ["a", "b"], true);
const lost = run("expert-lost", ["c"], false);
const fromBase = { iterations: 1, trainFrom: "base" } as const;

/** What the policy is told first in each example. */
const openings = (set: TrainingSet) =>
  set.kind === "sft" ? set.examples.map(({ messages }) => messages.find(({ role }) => role === "user")!.content) : [];

test("NAT imitates everything, each behind words that say how it ended, and is asked for a win", async () => {
  const { experiment, asked, rounds, played } = experimentOf({
    expert: [won, lost],
    learnOnly: [run("expert-log", ["d"], false)],
  });
  await nat(experiment, start, { ...fromBase, samples: 0 });
  const { set } = asked[0]!;
  assert.deepEqual(examplesOf(set), ["expert-won:  | a b", "expert-lost:  | c", "expert-log:  | d"]);
  const told = format.user(task, "before 0", true);
  const [win, loss] = [`Solve the following task.\n\n${told}`, `Fail at the following task.\n\n${told}`];
  assert.deepEqual(openings(set), [win, loss, loss]);
  assert.deepEqual([rounds[0]!.mode, rounds[0]!.counts], ["won", { lostExamples: 2 }]);
  assert.deepEqual(played, []);
});

test("NAT's own rollouts count too, asked for a win as soon as it knows what that is", async () => {
  const { experiment, asked, played } = experimentOf({
    expert: [won],
    own: (iteration, sample) =>
      sample === 1
        ? broken(run("own-broken", ["x"], false))
        : run(`own-${iteration}`, [`o${iteration}`], iteration === 2),
  });
  await nat(experiment, start, { iterations: 2, samples: 2, trainFrom: "previous" });
  assert.deepEqual(played, [
    { policy: "start", iteration: 1, samples: 2 },
    { policy: "1", iteration: 2, samples: 2, mode: "won" },
  ]);
  assert.deepEqual(examplesOf(asked[1]!.set), ["expert-won:  | a b", "own-1:  | o1", "own-2:  | o2"]);
  assert.match(openings(asked[1]!.set)[1]!, /^Fail/);
  assert.match(openings(asked[1]!.set)[2]!, /^Solve/);
  assert.equal(asked[1]!.from.id, "1");
});

test("AgentEvol weights its own rollouts by their return and learns this iteration's beside the expert's wins", async () => {
  const returns = [1, 0.5, 0, -1, 3];
  const { experiment, asked, rounds } = experimentOf({
    expert: [won, lost],
    own: (iteration, sample) => {
      const own = run(`own-${iteration}-${sample}`, [`o${sample}`], returns[sample] ?? 1);
      return sample === 5 ? broken(own) : own;
    },
  });
  await agentEvol(experiment, start, { iterations: 2, samples: 6, trainFrom: "base" });
  for (const [index, { set, from }] of asked.entries()) {
    const iteration = index + 1;
    const own = [0, 1, 4].map((sample) => `own-${iteration}-${sample}:  | o${sample}`);
    assert.deepEqual(examplesOf(set), ["expert-won:  | a b", ...own]);
    assert(set.kind === "sft");
    assert.deepEqual(
      set.examples.map(({ weight }) => weight),
      [undefined, undefined, 0.5, undefined],
    );
    assert.equal(from.id, "base");
    assert.deepEqual(rounds[index]!.counts, { ownExamples: 3, partlyWeighted: 1 });
  }
});

test("best-of-N trains nothing and is evaluated by N samples of the starting policy", async () => {
  const { experiment, asked, rounds } = experimentOf({ expert: [won, lost] });
  await bestOf(experiment, start, { samples: 6 });
  assert.equal(asked.length, 0);
  const [{ checkpoint, samples, set, explored }] = rounds as [(typeof rounds)[number]];
  assert.deepEqual([checkpoint.id, samples, explored.length], ["start", 6, 0]);
  assert.deepEqual(examplesOf(set), ["expert-won:  | a b"]);
});

const training = { betas: [0.1], learningRates: [1e-4], epochs: 1, batch: 1, cut: null };
const second: Task = { ...task, id: taskId("world/train/2") };

test("RFT then ETO learns its own wins, then of each task its best rollout against its worst", async () => {
  const returns = { 1: [0, 1, 1], 2: [0.5, 0.2, 0.2] } as const;
  const { experiment, asked, rounds, played } = experimentOf({
    expert: [won],
    tasks: [task, second],
    own(iteration, sample, { id: taskId }) {
      const letter = taskId === task.id ? "x" : "y";
      const earned = returns[taskId === task.id ? 1 : 2][sample]!;
      return run(`${letter}-${iteration}-${sample}`, [`${letter}${sample}`], earned, { taskId });
    },
  });
  const last = await rftEto(experiment, base, { ...training, iterations: 2, samples: 3 });
  assert.deepEqual(examplesOf(asked[0]!.set), ["x-1-1:  | x1", "x-1-2:  | x2"]);
  for (const { set } of asked.slice(1)) {
    assert(set.kind === "dpo");
    const pairs = set.examples.map(({ chosen, rejected }) => [chosen, rejected].map(shownMessages).join(" > "));
    assert.deepEqual(pairs, [" | x1 >  | x0", " | y0 >  | y1"]);
  }
  assert.deepEqual(
    asked.map(({ from }) => from.id),
    ["base", "1", "2"],
  );
  assert.deepEqual(
    played.map(({ policy, iteration }) => `${policy} ${iteration}`),
    ["base 1", "1 2", "2 3"],
  );
  assert.deepEqual(
    rounds.map(({ iteration }) => iteration),
    [1, 2, 3],
  );
  assert.equal(last.id, "3");
});

test("RFT then ETO without a win goes on with who played", async () => {
  const { experiment, played } = experimentOf({});
  await rftEto(experiment, start, { ...training, iterations: 1, samples: 2 });
  assert.deepEqual(
    played.map(({ policy }) => policy),
    ["start", "start"],
  );
});
