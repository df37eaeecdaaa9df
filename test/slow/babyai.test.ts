/**
 * BabyAI, the world of examples/worlds/babyai: it keeps what every world promises, as a class and as Gymnasium's object, by
 * copies and by replay. GLEANER_BABYAI_EPISODES=1000 makes the walks as many as that.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { BABYAI, installMinigrid } from "../../bench/python/minigrid.ts";
import { random } from "../../src/core/random.ts";
import { auditEnvironment } from "../../src/worlds/audit/environment.ts";
import { openBenchmark } from "../../src/worlds/open.ts";
import { ROOT } from "../command.ts";
import { environmentContract } from "../contract/environment.ts";
import { skipWithoutPython } from "../python.ts";
import { temporaryFolder } from "../temporary.ts";

const skip = skipWithoutPython(["ensurepip", "venv"]);
const python = skip ? "python3" : await installMinigrid();
const EPISODES = Number(process.env.GLEANER_BABYAI_EPISODES ?? 60);
const STEPS = 40;

const asClass = { name: `${join(BABYAI, "babyai.py")}:BabyAI`, python };
const level = { id: "minigrid:BabyAI-GoToLocal-v0" };
const asGymnasium = { name: "gymnasium:make", python, options: { ...level, seeds: { train: [0, 20] } } };
const few = { skip, runs: 8, depth: 8, refusal: /There is no action/ };

environmentContract("BabyAI, by copies", () => openBenchmark({ ...asClass, restore: "copy" }), few);
environmentContract("BabyAI as Gymnasium's, by copies", () => openBenchmark({ ...asGymnasium, restore: "copy" }), few);
environmentContract(
  "BabyAI as Gymnasium's, by replay",
  () => openBenchmark({ ...asGymnasium, restore: "replay" }),
  few,
);

test(`${EPISODES} random episodes: what is put back goes on as if it had never left`, { skip }, async (t) => {
  const levels = ["GoToLocal", "PickupLoc", "PutNextLocal", "UnlockLocal", "OpenTwoDoors", "BossLevel"];
  const options = { levels, train: Math.ceil(EPISODES / levels.length), test: 0 };
  const benchmark = await openBenchmark({ ...asClass, options, restore: "copy" });
  const tasks = (await benchmark.tasks("train")).slice(0, EPISODES);
  // States are copies in the process that made them; the other one does everything again.
  const [world, other] = [await benchmark.open(), await benchmark.open()];
  let compared = 0;
  for (const task of tasks) {
    const draw = random("babyai", task.id);
    const seen = [await world.reset(task, 0)];
    const snapshots = [await world.snapshot()];
    const actions: string[] = [];
    const results = [];
    while (actions.length < STEPS && !results.at(-1)?.terminated) {
      actions.push(draw.pick((await world.actions())!));
      results.push(await world.step(actions.at(-1)!));
      seen.push(results.at(-1)!.observation);
      snapshots.push(await world.snapshot());
    }
    const states = draw.shuffle(actions.map((_, step) => step)).slice(0, 3);
    for (const [environment, from] of [...states.map((step) => [world, step] as const), [other, states[0]!] as const]) {
      assert.equal(await environment.restore(task, snapshots[from]!), seen[from], task.id);
      for (let step = from; step < actions.length; step++) {
        assert.deepEqual(await environment.step(actions[step]!), results[step], `${task.id}, ${from} to ${step}`);
        compared++;
      }
    }
  }
  await world.close();
  await other.close();
  t.diagnostic(`${tasks.length} episodes, ${compared} steps compared`);
  assert(tasks.length === EPISODES && compared > EPISODES * 10);
});

test("the example goes the whole way: the bot's runs, the audit, an experiment, a report", { skip }, async () => {
  const folder = temporaryFolder();
  for (const file of ["babyai.py", "expert.py", "babyai.yaml"]) copyFileSync(join(BABYAI, file), join(folder, file));
  symlinkSync(dirname(dirname(python)), join(folder, ".venv"));
  const options = { train: 6, test: 3 };
  const expert = ["expert.py", "0.5", JSON.stringify(options)];
  writeFileSync(
    join(folder, "log.jsonl"),
    execFileSync(python, expert, { cwd: folder, stdio: ["ignore", "pipe", "ignore"] }),
  );
  const gleaner = (...args: string[]) =>
    execFileSync(process.execPath, [join(ROOT, "bin", "gleaner.js"), ...args], {
      cwd: folder,
      stdio: "pipe",
      encoding: "utf8",
    });
  const world = ["--option", "python=.venv/bin/python", `options=${JSON.stringify(options)}`];
  const imported = gleaner(
    "import",
    "log.jsonl",
    "--format",
    "gleaner",
    "--env",
    "babyai.py:BabyAI",
    ...world,
    "--out",
    "bot",
  );
  assert.match(imported, /run bot: 12 verified trajectories/);
  const losses = Number(/not told +│ +12 │ +\d+ │ +(\d+) │/.exec(imported)?.[1]);
  assert(losses > 0 && losses < 12, `lost ${losses} of 12`);
  const { restore } = await auditEnvironment({ ...asClass, options }, { walks: 2, steps: 10 });
  assert.equal(restore, "copy");
  const small = ["student.width=16", "training.steps=6", "training.batch=2", 'methods=[{"method":"eef","probes":2}]'];
  const config = readFileSync(join(folder, "babyai.yaml"), "utf8");
  writeFileSync(
    join(folder, "babyai.yaml"),
    config.replace("restore: copy", `restore: copy, options: ${JSON.stringify(options)}`),
  );
  gleaner("run", "babyai.yaml", "--set", ...small);
  assert.match(gleaner("report", "babyai"), /EEF M=2/);
});
