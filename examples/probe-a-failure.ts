/** Where did a failed run go wrong? Put the world back into each state along it and let another policy finish. */
import {
  fingerprint,
  labelsOf,
  noisy,
  probeSteps,
  rollout,
  snapshotsAlong,
  type TrajectoryId,
  workshop,
} from "gleaner";

const benchmark = workshop();
const environment = await benchmark.open();
const { maxSteps, successReturn, expert } = benchmark;
const tasks = await benchmark.tasks("train");
const play = { environment, seed: 0, maxSteps, successReturn };
const id = (...parts: unknown[]) => fingerprint(parts) as TrajectoryId;

// An expert that errs at every fourth decision, until it loses an order of six words.
const clumsy = noisy(expert!, { errorRate: 0.25 });
let failure = await rollout({ ...play, policy: clumsy, task: tasks[5]!, id: id("expert", 5) });
for (let index = 11; failure.success; index += 6) {
  failure = await rollout({ ...play, policy: clumsy, task: tasks[index]!, id: id("expert", index) });
}
const task = await benchmark.task(failure.taskId);

// A steadier one finishes from the start and from five states on the way.
const steady = noisy(expert!, { errorRate: 0.05, seed: 2 });
const probed = [];
for (const step of [0, ...probeSteps(failure.steps.length, 5)]) {
  const [snapshot] = await snapshotsAlong(environment, task, failure, [step]);
  const from = { trajectory: failure, step, snapshot: snapshot! };
  const { success } = await rollout({ ...play, policy: steady, task, from, id: id("probe", step) });
  probed.push({ step, won: success });
}
const finished = probed.map(({ step, won }) => `${step} ${won ? "won" : "lost"}`).join(", ");
console.log(`lost after ${failure.steps.length} steps; finished from step: ${finished}`);
console.log(labelsOf(probed));
