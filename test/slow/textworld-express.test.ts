// The example world examples/worlds/textworld-express, on the package itself: gold paths win, ways back are exact, the experiment runs.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { cacheFolder } from "../../src/installs/cache-folder.ts";
import { makePythonEnvironment } from "../../src/installs/python-environment.ts";
import { auditEnvironment } from "../../src/worlds/audit/environment.ts";
import { openBenchmark } from "../../src/worlds/open.ts";
import { gleaner, ROOT } from "../command.ts";
import { environmentContract } from "../contract/environment.ts";
import { temporaryFolder } from "../temporary.ts";

const FOLDER = join(ROOT, "examples", "worlds", "textworld-express");
const WORLD = `${join(FOLDER, "express.py")}:Express`;
const SIZES = { train: 4, dev: 1, test: 2 };
const [python, skip] = await expressOr();
const name = { name: WORLD, python, options: SIZES };

/** An interpreter with the package, or why there is none; in CI there must be one. */
async function expressOr(): Promise<[python: string, skip: string | false]> {
  const environment = {
    folder: join(cacheFolder(), "python-textworld-express"),
    packages: ["orjson==3.13.0", "py4j==0.10.9.9", "textworld-express==1.1.0"],
  };
  try {
    execFileSync("java", ["-version"], { stdio: "ignore" });
    return [await makePythonEnvironment(environment, { say: () => {} }), false];
  } catch (error) {
    if (process.env.CI) throw error;
    return ["", `needs Java and textworld-express (python3, pip): ${(error as Error).message.split("\n")[0]}`];
  }
}

environmentContract("TextWorld-Express", () => openBenchmark(name), { skip, tasks: 16, runs: 12, depth: 10 });

test("the audit says replay: the simulator cannot be copied, and does the same again", { skip }, async () => {
  const { repeats, ways, restore } = await auditEnvironment(name, { walks: 4, steps: 10 });
  assert.deepEqual(repeats, []);
  assert.deepEqual(
    ways.map(({ way, fault }) => [way, fault?.kind]),
    [
      ["copy", "not restored"],
      ["replay", undefined],
    ],
  );
  assert.equal(restore, "replay");
});

test("another seed is another game, and settings reach it", { skip }, async (t) => {
  const options = { games: { coin: "numLocations=1", sorting: "" }, train: 2 };
  const benchmark = await openBenchmark({ ...name, options });
  const world = await benchmark.open();
  t.after(() => world.close());
  const [coin, first, , second] = await benchmark.tasks("train");
  const seen = await world.reset(first!, 0);
  assert.notEqual(await world.reset(second!, 0), seen);
  assert.equal(await world.reset(first!, 1), seen, "the seed of a game is its task's");
  await world.reset(coin!, 0);
  assert(!(await world.actions())!.some((action) => action.startsWith("move ")), "a single room");
});

test("gold paths win every game, those that err do not, and the experiment runs", { skip }, async () => {
  const here = mkdtempSync(join(temporaryFolder(), "express-"));
  cpSync(FOLDER, here, { recursive: true });
  const expert = (...args: readonly string[]) =>
    execFileSync(python, ["expert.py", ...args], { cwd: here, encoding: "utf8" });
  assert.deepEqual(expert("gold.jsonl", "--errors", "0", "--tasks", "4").match(/4 of 4 won/g)?.length, 8);
  expert("log.jsonl", "--games", "sorting", "--tasks", "20", "--errors", "0.3");
  const won = readFileSync(join(here, "log.jsonl"), "utf8").match(/"success": true/g)!.length;
  assert(won > 0 && won < 20, `${won} won`);
  const world = `${join(here, "express.py")}:Express`;
  const options = JSON.stringify({ games: ["sorting"], train: 20, test: 4 });
  const named = ["--env", world, "--option", `python=${python}`, `options=${options}`];
  const log = join(here, "log.jsonl");
  const read = await gleaner(here, [
    "import",
    log,
    "--format",
    "gleaner",
    ...named,
    "--out",
    "textworld-express-expert",
  ]);
  assert.match(read!, /20 verified trajectories/);
  const small = [`environment.name=${world}`, `environment.python=${python}`, `environment.options=${options}`];
  const sets = [
    ...small,
    "training.steps=20",
    "student.width=32",
    "concurrency=2",
    'methods=[{"method":"eef","probes":2}]',
  ];
  const report = await gleaner(here, [
    ...["run", join(here, "textworld-express.yaml")],
    ...sets.flatMap((set) => ["--set", set]),
  ]);
  assert.match(report!, /│ EEF/);
});
