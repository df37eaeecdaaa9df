/** What a student is trained on: the same run as an example for its start, and for a state to recover from. */
import { demonstration, formatFor, rollout, trajectoryId, workshop } from "gleaner";

const benchmark = workshop();
const [task] = await benchmark.tasks("train");
const environment = await benchmark.open();
const { maxSteps, successReturn, expert } = benchmark;
const id = trajectoryId("example");
const options = { id, task: task!, environment, policy: expert!, seed: 0, maxSteps, successReturn };
const trajectory = await rollout(options);

for (const learnFrom of [0, 2]) {
  const reason = learnFrom === 0 ? "solution from s_0" : `recovery from s_${learnFrom}`;
  const format = formatFor("compact", benchmark);
  const { messages } = demonstration({ format, task: task!, trajectory, learnFrom, reason });
  console.log(`\n${reason}`);
  for (const { role, content, weight } of messages)
    console.log(`${weight ? "learn" : "  –  "}  ${role.padEnd(9)}  ${content}`);
}
