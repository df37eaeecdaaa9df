// The package `gleaner-world`: built as a wheel, installed, and started by `python -m`, as in a container without gleaner's folder.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openBenchmark } from "../../src/worlds/open.ts";
import { ROOT } from "../command.ts";
import { skipWithoutPython } from "../python.ts";
import { temporaryFolder } from "../temporary.ts";

const skip = skipWithoutPython(["ensurepip", "venv"]);
const SOURCE = join(ROOT, "python", "gleaner-world");

test("the program is at most 250 lines of the standard library", () => {
  const program = readFileSync(join(SOURCE, "gleaner_world.py"), "utf8");
  assert(program.trimEnd().split("\n").length <= 250);
  const imported = [...program.matchAll(/^(?:import|from) ([\w.]+)/gm)].map(([, name]) => name!);
  assert(imported.length > 5);
  if (skip) return;
  const known = execFileSync("python3", ["-c", "import sys; print(*sys.stdlib_module_names)"], { encoding: "utf8" });
  for (const name of imported) assert(known.split(/\s/).includes(name.split(".")[0]!), name);
});

test("the wheel plays a world", { skip }, async () => {
  const folder = temporaryFolder();
  const run = (program: string, ...args: string[]) => execFileSync(program, args, { cwd: folder, stdio: "pipe" });
  cpSync(SOURCE, join(folder, "source"), { recursive: true });
  const quiet = ["--quiet", "--disable-pip-version-check"];
  run("python3", "-m", "venv", "venv");
  const python = join(folder, "venv", "bin", "python");
  run(python, "-m", "pip", "wheel", ...quiet, "--no-deps", "--wheel-dir", "wheels", "./source");
  const wheels = readdirSync(join(folder, "wheels"));
  assert.equal(wheels.length, 1);
  assert.match(wheels[0]!, /^gleaner_world-[\d.]+-py3-none-any\.whl$/);
  run(python, "-m", "pip", "install", ...quiet, "--no-index", join("wheels", wheels[0]!));
  const lib = join(folder, "venv", "lib");
  const packages = join(lib, readdirSync(lib)[0]!, "site-packages");
  copyFileSync(join(ROOT, "test", "python-worlds.py"), join(packages, "installed_worlds.py"));
  // What stands in for the interpreter: gleaner's own program, the first argument, is not there.
  const inside = join(folder, "inside.sh");
  writeFileSync(inside, `#!/bin/sh\nshift\nexec "${python}" -m gleaner_world "$@"\n`);
  chmodSync(inside, 0o755);
  const benchmark = await openBenchmark({ name: "installed_worlds:Corridor", python: inside });
  const [task] = await benchmark.tasks("train");
  const world = await benchmark.open();
  assert.equal(await world.reset(task!, 0), "A key lies here.");
  await world.step("take key");
  const carried = await world.snapshot();
  await world.step("forward");
  assert.deepEqual(await world.step("open door"), { observation: "It opens.", reward: 1, terminated: true });
  await world.restore(task!, carried);
  assert.equal((await world.step("open door")).observation, "The alarm rings.");
  await world.close();
});
