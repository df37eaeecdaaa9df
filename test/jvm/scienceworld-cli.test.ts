/** ScienceWorld as a user meets it: gold experts, imports, verification, a whole small experiment, doctor. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import type { Step } from "../../src/core/trajectory.ts";
import { scienceworld } from "../../src/worlds/scienceworld/index.ts";
import { gleaner, ROOT } from "../command.ts";
import { scratchFolder } from "../logs.ts";
import { skip } from "./scienceworld.ts";

const { folder, write } = scratchFolder();
const EASY = ["--env", "scienceworld", "--simplifications", "easy"];

const CONFIG = `
run: small
environment: { name: scienceworld, simplifications: easy, tasks: [find-animal, lifespan-longest-lived], variations: 2 }
expert: { run: gold }
student: { width: 16, layers: 1, heads: 2, context: 512, copyHead: true }
training: { steps: 3, batch: 2 }
methods: [{ method: rft }, { method: eef, probes: 2 }]
`;

test("gold expert, verify, run and report work on the real simulator", { skip, timeout: 600_000 }, async () => {
  const project = join(folder, "gold");
  const tasks = ["--option", "tasks=find-animal,task-6-lifespan-(longest-lived)", "--option", "variations=2"];
  const played = await gleaner(project, ["expert", "gold", ...EASY, ...tasks, "--max-steps", "30", "--out", "gold"]);
  assert.equal(played, "expert/gold: won 4 of 4 episodes (100.0 %), in run gold\n");
  const short = await gleaner(project, ["expert", "gold", ...EASY, ...tasks, "--max-steps", "2", "--out", "short"]);
  assert.match(
    short!,
    /gold paths that do not reach 100: \d of 4\n {2}scienceworld\/find-animal\/0: reached the limit of 2/,
  );
  assert.match((await gleaner(project, ["verify", "gold", "--option", "processes=1"]))!, /all 4 trajectories verified/);
  const table = await gleaner(project, ["run", write("small.yaml", CONFIG)]);
  for (const row of [/BC /, /RFT /, /EEF /]) assert.match(table!, row);
  assert.match((await gleaner(project, ["report", "small"]))!, /EEF /);
});

test("gold paths and histories are imported; one that tells something else diverges with a hint", {
  skip,
  timeout: 600_000,
}, async () => {
  const project = join(folder, "logs");
  const path = await goldSteps();
  const sequence = { variationIdx: 1, fold: "train", taskDescription: path.instruction, path: path.steps };
  const gold = { 12: { taskIdx: 12, taskName: "task-4-find-animal", goldActionSequences: [sequence] } };
  const file = write("gold.json", JSON.stringify(gold, null, 1));
  const reading = ["--format", "swiftsage", ...EASY];
  const imported = await gleaner(project, ["import", file, ...reading, "--out", "gold"]);
  assert.match(imported!, /run gold: 1 verified trajectory, 1 stored now/);
  assert.match(imported!, /won +│ +1 │ +1 │ +0 │/);
  assert.match((await gleaner(project, ["verify", "gold"]))!, /all 1 trajectories verified/);

  const told = { taskName: "find-animal", variationIdx: "1", taskDescription: path.instruction, simplifications: "" };
  const tampered = path.steps.map((step, index) =>
    index === 3 ? { ...step, observation: "You see a dragon." } : step,
  );
  const otherRoom = [{ ...path.steps[0]!, observation: "This room is called the void." }, ...path.steps.slice(1)];
  const logs = write(
    "logs.json",
    JSON.stringify([
      { ...told, history: path.steps },
      { ...told, history: tampered },
      { ...told, history: otherRoom },
    ]),
  );
  const { diverged } = JSON.parse((await gleaner(project, ["import", logs, ...reading, "--out", "logs", "--json"]))!);
  assert.partialDeepStrictEqual(diverged, [{ step: 2, expected: "You see a dragon." }, { step: -1 }]);
  assert.match(diverged[0].advice, /the log says simplifications none; .*the official wrapper/);
  assert.match(diverged[1].advice, /the first rooms differ: try other simplifications/);
});

/** A gold path of find-animal as the simulator's own recorder tells it. */
async function goldSteps() {
  const benchmark = await scienceworld({ simplifications: "easy", processes: 1 });
  const task = await benchmark.task("scienceworld/find-animal/1" as never);
  const environment = await benchmark.open();
  let observation = await environment.reset(task, 0);
  const tell = (action: string, observation: string, score: number, isCompleted: boolean) => ({
    action,
    observation,
    score: String(score / 100),
    isCompleted: String(isCompleted),
  });
  const steps = [tell("look around", observation, 0, false)];
  const done: Step[] = [];
  for (let isOver = false; !isOver; ) {
    const turn = { task, steps: done, observation, actions: () => environment.actions(), seed: 0 };
    const decision = await benchmark.expert!.act(turn);
    const result = await environment.step(decision.action);
    done.push({ ...decision, observation, reward: result.reward });
    observation = result.observation;
    isOver = result.terminated;
    steps.push(tell(decision.action, observation, (result.info as { score: number }).score, isOver));
  }
  await environment.close();
  return { instruction: task.instruction, steps };
}

test("doctor tells of Java and the simulator, env of its tasks, --version of the command it is given to", {
  skip,
}, () => {
  const run = (...args: string[]) =>
    execFileSync(process.execPath, [join(ROOT, "bin", "gleaner.js"), ...args]).toString();
  const findings = JSON.parse(run("doctor", "--json")) as { what: string; state: string }[];
  for (const what of ["Java", "ScienceWorld 1.2.3"]) {
    assert.equal(findings.find((finding) => finding.what === what)?.state, "ok", what);
  }
  assert.match(run("env", "scienceworld"), /train │ +3592 │ scienceworld\/boil\/0/);
  assert.match(
    run("env", "install", "scienceworld", "--version", "1.2.3"),
    /ScienceWorld 1\.2\.3 is ready in .*verified/,
  );
  assert.throws(() => run("env", "install", "scienceworld", "--version", "0.1"), /expected one of 1\.2\.3, 1\.1\.3/);
});
