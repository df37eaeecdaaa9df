// Whole runs of a student behind a server that a config starts; trained by a program that only copies. With a model that
// learns: test/real/circle.test.ts.
import assert from "node:assert/strict";
import { chmodSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { tokenIdsAt } from "../../src/core/token-ids.ts";
import { openSqlite } from "../../src/store/sqlite.ts";
import { chatCheckpoint, DATED } from "../chat-checkpoint.ts";
import { ROOT } from "../command.ts";
import { gleanerHere } from "../command-here.ts";
import { temporaryFolder } from "../temporary.ts";

/** As vLLM serves a checkpoint with `--chat-template`: the port, the folder, the template, and whether it heeds its variables. */
const SERVER = `import { cpSync, writeFileSync, readFileSync } from "node:fs";
import { openServer } from ${JSON.stringify(join(ROOT, "test/openai-server.ts"))};
import { servingChats } from ${JSON.stringify(join(ROOT, "test/chat-server.ts"))};
const [port, folder, template, heeds] = process.argv.slice(2);
const served = template + "-served";
cpSync(folder, served, { recursive: true, dereference: true });
writeFileSync(served + "/chat_template.jinja", readFileSync(template));
const chats = servingChats({ folder: served, tells: "token ids", heedsVariables: heeds === "true" });
await openServer({ ...chats, answer: () => "say amber", contextTokens: 1000 }, Number(port));
`;

/** In the place of Python. */
const TRAINER = `#!${process.execPath}
const { cpSync, readFileSync } = require("node:fs");
const { from, to } = JSON.parse(readFileSync(process.argv.at(-1), "utf8"));
cpSync(from, to, { recursive: true, dereference: true });
for (const event of [{ kind: "metrics", step: 1, values: { loss: 1 } }, { kind: "saved" }]) console.log(JSON.stringify(event));
`;

const TEMPLATE = { enable_thinking: false, date: "2026-11-30" };

function setUp(t: TestContext, { heedsVariables = true } = {}) {
  const project = temporaryFolder();
  const write = (name: string, text: string) => {
    writeFileSync(join(project, name), text);
    return join(project, name);
  };
  const trainer = write("trainer.cjs", TRAINER);
  chmodSync(trainer, 0o755);
  process.env.GLEANER_PYTHON = trainer;
  const checkpoint = chatCheckpoint(t, { template: DATED });
  writeFileSync(join(checkpoint, "config.json"), JSON.stringify({ max_position_embeddings: 1000 }));
  writeFileSync(join(checkpoint, "model.safetensors"), "weights");
  const serve = [
    process.execPath,
    write("serve.ts", SERVER),
    "{port}",
    "{checkpoint}",
    "{template}",
    String(heedsVariables),
  ];
  const config = {
    run: "served",
    environment: { name: join(ROOT, "test/real/locks.ts") },
    expert: { scripted: true, errorRate: 0.5 },
    format: "text",
    student: { kind: "served", checkpoint, serve, model: "tiny", template: TEMPLATE },
    methods: [],
  };
  return { project, file: write("config.yaml", JSON.stringify(config)) };
}

test("a served student's run is probed by its name; what it read and wrote is kept with each step", async (t) => {
  const { project, file } = setUp(t);
  const gleaner = async (...argv: readonly string[]) => {
    const { code, output } = await gleanerHere(t, ...argv, "--project", project);
    return { code, output };
  };
  assert.deepEqual((await gleaner("run", file)).code, 0);
  const repository = openSqlite(join(project, "store.sqlite"));
  const { config } = repository.run("served")!;
  const stored = config as { student: Readonly<Record<string, unknown>>; server: readonly string[] };
  assert.deepEqual(Object.keys(stored.student).sort(), ["checkpoint", "kind", "template"]);
  assert.deepEqual(stored.student.template, TEMPLATE);
  assert(!stored.server.some((note) => /prompts/.test(note)), stored.server.join());
  // The server of the test says always the same.
  assert.match(stored.server.join(), /one and the same/);
  for (const id of repository.rounds("served")[0]!.evaluated) {
    const { steps } = repository.trajectory(id)!;
    const counts = steps
      .map((_, index) => tokenIdsAt(steps, index))
      .map((ids) => [ids!.prompt.length, ids!.completion.length]);
    assert.deepEqual(
      counts,
      steps.map(({ usage }) => [usage!.promptTokens, usage!.completionTokens]),
    );
  }

  const { code, output } = await gleaner("probe", "served", "--sample", "2", "--json");
  assert.equal(code, 0, output);
  const [round] = repository.rounds("served-probe");
  assert(round!.probed.length > 0);
  assert(round!.probed.every((id) => repository.trajectory(id)!.outcome.kind === "terminated"));
  repository.close();
  assert.deepEqual(readdirSync(join(project, "journals", "served")), []);

  // Elsewhere nobody knows how it is served; the checkpoint is among the project's.
  rmSync(join(project, "students"), { recursive: true });
  const lost = await gleaner("probe", "served", "--sample", "2");
  assert.equal(lost.code, 2);
  assert.match(lost.output, /run served:\d+(:\d+)?: student\.serve: .*\n.*Give the path with --set student\./);
  assert(!/student\.checkpoint/.test(lost.output));
});

test("a server that shows its model other prompts than are trained stops the run with the first difference", async (t) => {
  const { project, file } = setUp(t, { heedsVariables: false });
  const { code, output } = await gleanerHere(t, "run", file, "--project", project);
  assert.equal(code, 1, output);
  assert.match(
    output,
    /shows its model another prompt than is trained here: from token \d+ on it has .*, expected .*<think>/,
  );
  assert.match(output, /the template's variables as student\.template/);
});
