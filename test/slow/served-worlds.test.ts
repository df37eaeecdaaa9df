// Worlds behind servers on the command line: import, verify, record, probe, run; both protocols, on worlds of ours.
import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, type TestContext, test } from "node:test";
import { serveOpenEnv } from "../../src/servers/openenv/server.ts";
import { webshop } from "../../src/worlds/webshop/index.ts";
import { workshop } from "../../src/worlds/workshop/index.ts";
import { gymServed } from "../agentgym-client.ts";
import { gleanerHeard } from "../command-here.ts";
import { openServer } from "../openai-server.ts";
import { temporaryFolder } from "../temporary.ts";

const TEMPORARY = temporaryFolder();

/** Runs a command in the project; its output, for a command that ends well. */
async function sound(t: TestContext, project: string, ...argv: readonly string[]): Promise<string> {
  const { code, output, told } = await gleanerHeard(t, ...argv, "--project", join(project, ".gleaner"));
  assert.equal(code, 0, output + told);
  return output;
}

interface Way {
  readonly env: readonly string[];
  readonly environment: string;
  readonly task: string;
  readonly actions: readonly string[];
  readonly answer: string;
  readonly split: string;
}

async function wholeWay(t: TestContext, { env, environment, task, actions, answer, split }: Way): Promise<void> {
  const project = mkdtempSync(join(TEMPORARY, "served-"));
  const log = join(project, "log.jsonl");
  writeFileSync(log, `${JSON.stringify({ task, steps: actions.map((action) => ({ action })) })}\n`);
  const imported = await sound(t, project, "import", log, "--format", "gleaner", ...env, "--out", "logged");
  assert.match(imported, /run logged: 1 verified trajectory/);
  // Where the server is was kept with the run.
  assert.match(await sound(t, project, "verify", "logged"), /all 1 trajectories verified/);
  const model = await openServer({ answer: () => `Thought: on.\n\nAction: ${answer}`, contextTokens: 100_000 });
  t.after(() => model.close());
  const recording = [
    "--tasks",
    "2",
    "--max-steps",
    "3",
    "--server",
    model.url,
    "--model",
    "tiny",
    "--max-tokens",
    "20",
  ];
  const recorded = await sound(t, project, "expert", "record", ...env, ...recording, "--out", "big");
  assert.match(recorded, /run big/);
  const config = join(project, "config.yaml");
  writeFileSync(
    config,
    [
      "run: first",
      `environment: ${environment}`,
      "expert: { run: logged }",
      "format: text",
      "student: { width: 16, layers: 1, heads: 2, context: 64 }",
      "training: { steps: 2, batch: 2, learningRate: 0.004 }",
      "methods: [{ method: rft, samples: 1 }, { method: eef, probes: 1 }]",
      `evaluate: { splits: [${split}] }`,
    ].join("\n"),
  );
  assert.match(await sound(t, project, "probe", config), /mine failures/);
  assert.match(await sound(t, project, "run", config), /EEF M=1/);
}

test("OpenEnv: from a log to a report", { timeout: 120_000 }, async (t) => {
  const benchmark = workshop({ maxSteps: 8, trainTasks: 6, testTasks: 2 });
  const own = { host: "127.0.0.1", port: 0, sessions: 16, idleMs: 600_000, version: "0.0.0" };
  const server = await serveOpenEnv({ benchmark, ...own });
  after(() => server.close());
  const [first] = await benchmark.tasks("train");
  await wholeWay(t, {
    env: ["--env", `openenv:${server.url}`],
    environment: `{ name: openenv, url: "${server.url}" }`,
    task: first!.id,
    actions: ["look", "deliver piece"],
    answer: "look",
    split: "test",
  });
});

test("AgentGym: from a log to a report", { timeout: 120_000 }, async (t) => {
  const { url } = await gymServed(await webshop({ generated: { products: 200 }, preset: "agentgym" }), {
    sessions: 16,
  });
  const tasks = '{"train":[0,4],"test":[4,6]}';
  await wholeWay(t, {
    env: ["--env", `agentgym:${url}`, "--option", "world=webshop", `tasks=${tasks}`],
    environment: `{ name: agentgym, world: webshop, url: "${url}", tasks: ${tasks}, maxSteps: 3 }`,
    task: "train/1",
    actions: ["search[jacket]", "click[back to search]"],
    answer: "search[jacket]",
    split: "test",
  });
});
