// Python worlds keep what every world promises, however they are put back, and leave nothing behind.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { openBenchmark } from "../../src/worlds/open.ts";
import { ROOT } from "../command.ts";
import { environmentContract } from "../contract/environment.ts";
import { isThere } from "../processes.ts";
import { skipWithoutPython } from "../python.ts";
import { temporaryFolder } from "../temporary.ts";

const skip = skipWithoutPython();
const WORLDS = join(ROOT, "test", "python-worlds.py");

const few = { skip, runs: 15, depth: 8, refusal: /nothing to do here/ };
environmentContract("Python, own snapshots", () => openBenchmark({ name: `${WORLDS}:Corridor` }), few);
environmentContract("Python, by replay", () => openBenchmark({ name: `${WORLDS}:Plain` }), few);
environmentContract("Python, by copies", () => openBenchmark({ name: `${WORLDS}:Plain`, restore: "copy" }), few);
environmentContract("Python, like Gymnasium's", () => openBenchmark({ name: `${WORLDS}:Seeded`, restore: "copy" }), {
  ...few,
  refusal: /There is no action/,
});
const together = { name: `${WORLDS}:Plain`, restore: "copy", together: 4 };
environmentContract("Python, several in one process", () => openBenchmark(together), few);

const onLinux = { skip: skip || (process.platform !== "linux" && "needs /proc") };

test("what a world has started ends with a command that was killed", onLinux, async () => {
  const file = join(temporaryFolder(), "mine.py");
  writeFileSync(
    file,
    `import subprocess
class World:
    def tasks(self): return {"train": ["a"]}
    def reset(self, task, seed): return "start"
    def step(self, action): return str(subprocess.Popen(["sleep", "600"]).pid), 0, False`,
  );
  const program = `import { openBenchmark } from ${JSON.stringify(join(ROOT, "src", "worlds", "open.ts"))};
    const benchmark = await openBenchmark({ name: ${JSON.stringify(`${file}:World`)} });
    const world = await benchmark.open();
    await world.reset((await benchmark.tasks("train"))[0], 0);
    process.stdout.write((await world.step("go")).observation);
    process.kill(process.pid, "SIGKILL");`;
  const { stdout, signal } = spawnSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" });
  assert.equal(signal, "SIGKILL");
  assert.match(stdout, /^\d+$/);
  while (isThere(Number(stdout))) await sleep(50);
});
