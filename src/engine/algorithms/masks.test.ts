/**
 * Over random recordings and rollouts: whatever a method chooses, only actions are weighted, never an observation, nothing
 * before the state that an example is for, and each weighted message is the action it says it is. EEF learns no action that
 * this round's probes found harmful.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { base, broken, experimentOf, run, task } from "../../../test/prescribed.ts";
import { taskId } from "../../core/ids.ts";
import { type Random, random } from "../../core/random.ts";
import type { Task } from "../../core/task.ts";
import type { Checkpoint, TrainingSet, WeightedMessage } from "../../core/training.ts";
import type { Trajectory } from "../../core/trajectory.ts";
import { agentEvol } from "./agent-evol.ts";
import { bc } from "./bc.ts";
import { eef } from "./eef.ts";
import { eto } from "./eto.ts";
import type { Experiment } from "./experiment.ts";
import { nat } from "./nat.ts";
import { rft } from "./rft.ts";
import { rftEto } from "./rft-eto.ts";

const TASKS: readonly Task[] = [1, 2, 3].map((n) => ({ ...task, id: taskId(`world/train/${n}`) }));

/** Recordings and rollouts that follow from a seed. Few different actions, so that trajectories share their beginnings. */
function randomWorld(seed: number, expertRuns: number) {
  const draw = random(seed, "world");
  const made = new Map<string, Trajectory>();
  const keep = (trajectory: Trajectory): Trajectory => {
    const kept = draw.next() < 0.1 ? broken(trajectory) : trajectory;
    made.set(kept.id, kept);
    return kept;
  };
  const actions = (of: Random, most: number) =>
    Array.from({ length: of.integer(most + 1) }, () => of.pick(["a", "b", "c"]));
  const returns = [0, 0, 0.5, 1, 1];
  // An expert's run that broke is never given to a method: it was not verified.
  const recorded = (name: string, { id: taskId }: Task) => {
    const trajectory = run(`expert-${name}`, ["start", ...actions(draw, 8)], draw.pick(returns), { taskId });
    made.set(trajectory.id, trajectory);
    return trajectory;
  };
  const expert = TASKS.flatMap((each, i) => Array.from({ length: expertRuns }, (_, n) => recorded(`${i}-${n}`, each)));
  const { experiment, asked, rounds } = experimentOf({
    expert,
    learnOnly: [recorded("log", TASKS[0]!)],
    tasks: TASKS,
    own: (iteration, sample, { id: taskId }) =>
      // A task is not won by doing nothing.
      draw.next() < 0.1
        ? keep(run(`own-${taskId}-${iteration}-${sample}`, [], 0, { taskId }))
        : keep(
            run(`own-${taskId}-${iteration}-${sample}`, ["go", ...actions(draw, 4)], draw.pick(returns), { taskId }),
          ),
    probe(iteration, { trajectory, step }, sample) {
      const prefix = trajectory.steps.slice(0, step).map(({ action }) => action);
      const fork = { from: trajectory, step };
      const id = `probe-${trajectory.id}-${iteration}-${step}-${sample}`;
      const options = { fork, taskId: trajectory.taskId };
      return keep(run(id, [...prefix, "go", ...actions(draw, 3)], draw.pick(returns), options));
    },
  });
  return { experiment, asked, rounds, made };
}

type World = ReturnType<typeof randomWorld>;

/** Every conversation of a set, with what came before its sides. */
const conversationsOf = (set: TrainingSet): (readonly WeightedMessage[])[] =>
  set.kind === "sft"
    ? set.examples.map(({ messages }) => messages)
    : set.examples.flatMap(({ prompt, chosen, rejected }) => {
        const context = prompt.map((message) => ({ ...message, weight: 0 as const }));
        return [
          [...context, ...chosen],
          [...context, ...rejected],
        ];
      });

function expectSoundMasks({ asked, made }: World): void {
  for (const messages of asked.flatMap(({ set }) => conversationsOf(set))) {
    const agent = messages.filter(({ role }) => role === "assistant");
    for (const message of messages) if (message.role !== "assistant") assert.equal(message.weight, 0);
    const learned = agent.flatMap((message, index) => (message.weight === 1 ? [{ ...message, index }] : []));
    assert(learned.length > 0, "an example teaches nothing");
    const reason = learned[0]!.provenance.reason;
    const from = Number(/^recovery from s_(\d+)$/.exec(reason)?.[1] ?? 0);
    // All of the agent's messages from the state on, and none before it.
    assert.deepEqual(
      learned.map(({ index }) => index),
      Array.from({ length: agent.length - from }, (_, i) => from + i),
    );
    for (const { content, index, provenance } of learned) {
      const trajectory = made.get(provenance.trajectory)!;
      assert.notEqual(trajectory.outcome.kind, "failed");
      assert.deepEqual([provenance.step, provenance.reason], [index, reason]);
      assert.equal(content, trajectory.steps[index]!.action);
      const byExpert = trajectory.id.startsWith("expert") || index < (trajectory.fork?.step ?? 0);
      assert.equal(provenance.actor, byExpert ? "expert/e" : "student");
    }
  }
}

const trainFrom = "base";
const training = { betas: [0.1], learningRates: [1e-4], epochs: 1, batch: 4, cut: 3 };
const METHODS: Readonly<Record<string, (x: Experiment, start: Checkpoint) => Promise<unknown>>> = {
  BC: (x) => bc(x),
  "SFT-ALL": (x) => bc(x, { everything: true }),
  RFT: (x, start) => rft(x, start, { iterations: 2, samples: 2, solutions: "all", trainFrom }),
  "RFT, one solution": (x, start) => rft(x, start, { iterations: 2, samples: 2, solutions: "one", trainFrom }),
  EEF: (x, start) => eef(x, start, { iterations: 2, probes: 3, trainFrom }),
  "EEF, several samples": (x, start) =>
    eef(x, start, { iterations: 2, probes: 2, trainFrom, samplesPerState: 2, labels: "all-rounds" }),
  ETO: (x, start) => eto(x, start, { ...training, iterations: 2, samples: 2 }),
  "RFT then ETO": (x, start) => rftEto(x, start, { ...training, iterations: 1, samples: 3 }),
  NAT: (x, start) => nat(x, start, { iterations: 2, samples: 2, trainFrom }),
  AgentEvol: (x, start) => agentEvol(x, start, { iterations: 2, samples: 2, trainFrom }),
};

for (const [name, method] of Object.entries(METHODS)) {
  test(`${name} weights the agent's actions alone, from the state on that an example is for`, async () => {
    let learned = 0;
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const world = randomWorld(seed, 2);
        await method(world.experiment, base);
        expectSoundMasks(world);
        learned += world.asked.flatMap(({ set }) => conversationsOf(set)).length;
      }),
      { numRuns: 60 },
    );
    assert(learned > 60, `only ${learned} conversations`);
  });
}

/** Steps of the expert's run that lie between a state won in this round and the next one tried, which was lost. */
function harmfulSteps(expert: Trajectory, explored: readonly Trajectory[], probed: readonly Trajectory[]): Set<number> {
  const tried = (trajectories: readonly Trajectory[]) =>
    trajectories.filter(({ outcome }) => outcome.kind !== "failed");
  const start = tried(explored).filter(({ taskId }) => taskId === expert.taskId);
  const probes = tried(probed).filter(({ fork }) => fork!.from === expert.id);
  const states = [...start, ...probes].map(({ fork, success }) => ({ step: fork?.step ?? 0, success }));
  return new Set(
    states.flatMap(({ step, success }, i) => {
      const next = states[i + 1];
      return success && next && !next.success ? Array.from({ length: next.step - step }, (_, k) => step + k) : [];
    }),
  );
}

test("EEF learns no action of the expert that this round's probes found harmful", async () => {
  let found = 0;
  await fc.assert(
    fc.asyncProperty(fc.nat(), async (seed) => {
      const { experiment, asked, rounds, made } = randomWorld(seed, 1);
      await eef(experiment, base, { iterations: 2, probes: 4, trainFrom });
      for (const [i, { set }] of asked.entries()) {
        const { explored, probed } = rounds[i]!;
        const harmful = new Map(experiment.expert.map((each) => [each.id, harmfulSteps(each, explored, probed)]));
        for (const message of conversationsOf(set).flat()) {
          if (message.weight === 0 || !message.provenance.actor.startsWith("expert")) continue;
          const { trajectory, step } = message.provenance;
          const of = made.get(trajectory)!.fork?.from ?? trajectory;
          assert(!harmful.get(of)!.has(step), `step ${step} of ${of}`);
        }
        found += [...harmful.values()].reduce((sum, { size }) => sum + size, 0);
      }
    }),
    { numRuns: 100 },
  );
  assert(found > 100, `only ${found} harmful actions`);
});
