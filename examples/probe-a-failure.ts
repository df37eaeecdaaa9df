/** Where did a failed run go wrong? Put the world back into states along it and let another policy finish from each. */
import { labelsOf, noisy, probeSteps, rollout, snapshotsAlong, trajectoryId, workshop } from "gleaner";

// A workshop in which a wrong tool seems to do its work. Only the customer sees that the piece is spoiled.
const benchmark = workshop({ ruin: "silent" });
const environment = await benchmark.open();
const { maxSteps, successReturn, expert } = benchmark;
const task = (await benchmark.tasks("train"))[15]!;
const play = { task, environment, seed: 0, maxSteps, successReturn };

// The expert errs at every fourth decision.
const clumsy = noisy(expert!, { errorRate: 0.25 });
const failure = await rollout({ ...play, policy: clumsy, id: trajectoryId("expert") });
console.log(`${task.instruction}\n${failure.success ? "Won" : "Lost"} after ${failure.steps.length} steps.\n`);

// The student errs at every twentieth. It finishes from the start and from five states on the way.
const student = noisy(expert!, { errorRate: 0.05 });
const probes = [];
for (const step of [0, ...probeSteps(failure.steps.length, 5)]) {
  const [snapshot] = await snapshotsAlong(environment, task, failure, [step]);
  const from = { trajectory: failure, step, snapshot: snapshot! };
  const { success } = await rollout({ ...play, policy: student, from, id: trajectoryId(`probe ${step}`) });
  probes.push({ step, won: success });
  console.log(`${success ? "won " : "lost"} from the state before step ${step}`);
}

const { harmful, needRecover } = labelsOf(probes);
for (const { from, to } of harmful) {
  console.log(
    `\nSteps ${from} to ${to - 1} were harmful. The student wins from before them and loses from after them:`,
  );
  for (const { action } of failure.steps.slice(from, to)) console.log(`  ${action}`);
}
if (needRecover !== null) console.log(`\nThe state before step ${needRecover} is the need-recover state.`);
