/** The simulator from PyPI through pip into an empty cache, from a file, and of the older release. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { taskId } from "../../src/core/ids.ts";
import { scienceworldFindings } from "../../src/worlds/scienceworld/findings.ts";
import { scienceworld } from "../../src/worlds/scienceworld/index.ts";
import { installScienceWorld } from "../../src/worlds/scienceworld/install.ts";
import { skip } from "./scienceworld.ts";

const folder = mkdtempSync(join(tmpdir(), "gleaner-install-"));
after(() => rmSync(folder, { recursive: true }));

test("pip's wheel is unpacked into an empty cache once, and the older release loads and plays", { skip }, async () => {
  const cache = join(folder, "pip");
  const said: string[] = [];
  const version = "1.1.3";
  const installed = await installScienceWorld({ version, cache, onProgress: (what) => said.push(what) });
  assert.equal(installed.release, "1.1.3");
  assert.match(said.join("\n"), /^downloading scienceworld 1\.1\.3 with pip\npreparing the simulator for Java \d/);
  said.length = 0;
  await installScienceWorld({ version, cache, onProgress: (what) => said.push(what) });
  assert.match(said.join("\n"), /^preparing/, "nothing is downloaded twice");

  const notices: string[] = [];
  const onNotice = (text: string) => notices.push(text);
  const benchmark = await scienceworld({ version, cache, processes: 1, onNotice });
  const task = await benchmark.task(taskId("scienceworld/find-plant/0"));
  assert.match(task.instruction, /^Your task is to find a/);
  const environment = await benchmark.open();
  assert.match(await environment.reset(task, 0), /^This room is called/);
  const before = await environment.snapshot();
  const { observation } = await environment.step("look around");
  await environment.restore(task, before);
  assert.equal((await environment.step("look around")).observation, observation);
  await environment.close();
  assert.deepEqual(notices, [], "its states can be copied too");
});

test("a wheel that the user has is taken from its file", { skip }, async () => {
  const what = ["download", "--quiet", "--no-deps", "--dest", folder, "scienceworld==1.2.3"];
  execFileSync("pip3", what);
  const wheel = join(folder, readdirSync(folder).find((file) => file.endsWith(".whl"))!);
  const cache = join(folder, "file");
  const { release } = await installScienceWorld({ wheel, cache });
  assert.equal(release, "1.2.3");
  const findings = await scienceworldFindings(cache);
  assert.deepEqual(
    findings.map(({ what, state }) => [what, state]),
    [
      ["Java", "ok"],
      ["ScienceWorld 1.2.3", "ok"],
    ],
  );
  await assert.rejects(
    installScienceWorld({ wheel, cache, version: "1.1.3" }),
    /the wheel is not scienceworld 1\.1\.3/,
  );
});
