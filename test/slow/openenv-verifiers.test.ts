/**
 * The taskset `openenv` of verifiers 0.4.0 plays a world of ours. `pip install "verifiers[openenv]==0.4.0"` brings openenv
 * 0.4.1: verifiers pins mcp 2.0.0, and every later openenv wants a fastmcp below 4, which wants an mcp below 2.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { virtualEnvironment } from "../../bench/python/environment.ts";
import type { TrajectoryId } from "../../src/core/ids.ts";
import { rollout } from "../../src/engine/rollout/rollout.ts";
import { serveOpenEnv } from "../../src/servers/openenv/server.ts";
import { workshop, workshopExpert } from "../../src/worlds/workshop/index.ts";
import { skipWithoutPython } from "../python.ts";
import { streamingModel } from "../streaming-model.ts";
import { temporaryFolder } from "../temporary.ts";

const skip = skipWithoutPython(["venv", "ensurepip"]);
// Its harness runs its program with uv.
const PACKAGES = ["verifiers==0.4.0", "openenv==0.4.1", "uv==0.13.9"];

test("verifiers' openenv taskset plays an episode, and finds the rewards of our server", { skip }, async () => {
  const benchmark = workshop();
  const [task] = await benchmark.tasks("test");
  const { steps, return: earned } = await rollout({
    ...{ id: "t" as TrajectoryId, task: task!, environment: await benchmark.open(), policy: workshopExpert() },
    ...{ seed: 0, maxSteps: benchmark.maxSteps, successReturn: 1 },
  });
  assert.equal(earned, 1);
  const bin = dirname(await virtualEnvironment("python-verifiers-0.4.0", PACKAGES));
  const serving = await serveOpenEnv({
    ...{ benchmark, host: "127.0.0.1", port: 0, sessions: 4, idleMs: 600_000, version: "0.0.0" },
  });
  const shown: string[] = [];
  const model = await streamingModel((messages) => {
    const turns = messages.filter(({ role }) => role === "user");
    shown.push(turns.at(-1)!.content);
    return steps[turns.length - 1]!.action;
  });
  const folder = temporaryFolder();
  const config = join(folder, "eval.toml");
  writeFileSync(
    config,
    [
      ...['model = "tiny"', "push = false", `output_dir = ${JSON.stringify(join(folder, "out"))}`],
      ...["[client]", `base_url = "${model.url}"`, 'api_key_var = "TINY_KEY"'],
      ...["[env.taskset]", 'id = "openenv"', `base_url = "${serving.url}"`, 'resets = [{ split = "test", index = 0 }]'],
      ...["[env.player.runtime]", 'type = "subprocess"', "[env.player.harness]", 'id = "null"'],
    ].join("\n"),
  );
  const env = { ...process.env, TINY_KEY: "none", PATH: `${bin}:${process.env.PATH}` };
  const { stdout, stderr } = await promisify(execFile)(join(bin, "vf-eval"), ["@", config], { env, cwd: folder });
  model.close();
  assert.equal(serving.count(), 0, "its client has left");
  await serving.close();

  const [run] = readdirSync(join(folder, "out"));
  const lines = readFileSync(join(folder, "out", run!, "traces.jsonl"), "utf8")
    .trim()
    .split("\n");
  assert.equal(lines.length, 1, stdout + stderr);
  assert.match(lines[0]!, /"openenv_reward":\s*\{[^}]*"score":\s*1\.0/, lines[0]);
  // The model is shown what the world says, what it may do, the goal, and the rules.
  const { observation, action_schema } = JSON.parse(shown[0]!);
  assert.equal(observation.instruction, task!.instruction);
  assert.equal(action_schema.properties.action.description, benchmark.instructions);
  assert.equal(shown.length, steps.length);
  assert(!shown.some((text) => text.includes("max_steps")), "what is not meant for the model is not shown to it");
});
