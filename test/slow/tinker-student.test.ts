// Whole runs on a Tinker server that says one and the same; test/real has one that learns.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { tokenIdsAt } from "../../src/core/token-ids.ts";
import { openSqlite } from "../../src/store/sqlite.ts";
import { openChatTokenizer } from "../../src/tokenizers/chat-tokenizer.ts";
import { chatCheckpoint, TEMPLATES, tokenizerJson } from "../chat-checkpoint.ts";
import { ROOT } from "../command.ts";
import { gleanerHere } from "../command-here.ts";
import { temporaryFolder } from "../temporary.ts";
import { type StubReply, type TinkerStub, tinkerStub } from "../tinker-stub.ts";

const KEY = "tml-secret";
process.env.GLEANER_TEST_TINKER_STUDENT = KEY;

interface Setup {
  /** Of the config. */
  readonly changes?: object;
  readonly said?: string;
  readonly misbehave?: (path: string, time: number) => StubReply | undefined;
}

async function setUp(t: TestContext, { changes, said = "say amber", misbehave }: Setup = {}) {
  const parts = { template: TEMPLATES.chatml, tokenizer: tokenizerJson({ parting: "llama3" }) };
  const tokenizer = chatCheckpoint(t, parts);
  const chat = openChatTokenizer(tokenizer);
  const stub = await tinkerStub(t, {
    sample: chat.encode(`${said}<|im_end|>`),
    ...(misbehave && { misbehave }),
  });
  const project = temporaryFolder();
  const file = join(project, "config.yaml");
  const student = { kind: "tinker", url: stub.url, model: "base", tokenizer };
  const config = {
    run: "hosted",
    environment: { name: join(ROOT, "test/real/locks.ts") },
    expert: { scripted: true, errorRate: 0.5 },
    format: "text",
    maxTokens: 12,
    student: { ...student, apiKeyEnv: "GLEANER_TEST_TINKER_STUDENT" },
    training: { steps: 2, batch: 4 },
    methods: [{ method: "eef", probes: 1 }],
    ...changes,
  };
  writeFileSync(file, JSON.stringify(config));
  return { project, file, stub, chat };
}

/** What a command that succeeds prints. */
async function told(t: TestContext, project: string, ...argv: readonly string[]): Promise<string> {
  const { code, output } = await gleanerHere(t, ...argv, "--project", project);
  assert.equal(code, 0, output);
  return output;
}

const ran = (t: TestContext, { project, file }: { readonly project: string; readonly file: string }) =>
  told(t, project, "run", file);

test("a run trains and plays on the server, and finds everything when it is started again", async (t) => {
  const { project, file, stub, chat } = await setUp(t);
  await ran(t, { project, file });
  const asked = stub.requests.length;
  await ran(t, { project, file });
  assert.equal(stub.requests.length, asked);
  assert(stub.requests.every(({ key }) => key === KEY));
  const trainings = stub.paths().filter((path) => path === "create_model").length;
  assert.equal(trainings, 2);

  const report = JSON.parse(await told(t, project, "report", "hosted", "--json"));
  assert.equal(report.leakage.violations, 0);
  assert.match(report.servers.join(), /one and the same/);

  const repository = openSqlite(join(project, "store.sqlite"));
  const [bc, eef] = repository.rounds("hosted");
  assert.deepEqual([bc!.method, eef!.method], ["BC", "EEF M=1"]);
  const place = repository.checkpoint(bc!.checkpoint)!.at;
  assert.deepEqual(place, { kind: "hosted", model: `tinker://model/weights/${bc!.checkpoint}` });
  const played = [...eef!.explored, ...eef!.probed].map((id) => repository.trajectory(id)!);
  assert(played.every(({ outcome, policy }) => outcome.kind === "terminated" && policy === bc!.checkpoint));
  for (const { steps } of played) {
    const own = steps.flatMap((step, index) => (step.usage ? [{ ...step, ids: tokenIdsAt(steps, index)! }] : []));
    for (const { usage, ids, completion } of own) {
      assert.deepEqual([ids.prompt.length, ids.completion.length], [usage!.promptTokens, usage!.completionTokens]);
      assert.equal(`${completion}<|im_end|>`, chat.decode(ids.completion));
    }
  }
  // What decides the results is stored; where the server is and what it costs is not.
  const { student } = repository.run("hosted")!.config as { student: Record<string, unknown> };
  assert.deepEqual(Object.keys(student).sort(), ["kind", "model", "tokenizer"]);
  repository.close();
  for (const name of readdirSync(project)) {
    if (name.startsWith("store")) assert(!readFileSync(join(project, name)).includes(KEY));
  }
});

test("examples stand before every task, are not learned, and their tasks are not trained on", async (t) => {
  const { project, file } = await setUp(t, { changes: { examples: 2, methods: [{ method: "eto" }] } });
  await ran(t, { project, file });
  const repository = openSqlite(join(project, "store.sqlite"));
  const rounds = repository.rounds("hosted");
  const sets = rounds.map(({ trainingSet }) => repository.trainingSet(trainingSet)!);
  const expert = rounds[0]!.expert.map((id) => repository.trajectory(id)!);
  // Of twelve doors.
  assert.equal(expert.length, 10);
  const beginnings = sets.flatMap(({ examples }) =>
    examples.map((example) => ("prompt" in example ? example.prompt : example.messages).slice(0, 9)),
  );
  const [first, ...others] = beginnings.map((messages) => messages.map(({ role, content }) => [role, content]));
  // The rules, two examples of two turns.
  assert.equal(first!.filter(([role]) => role === "assistant").length, 4);
  for (const other of others) assert.deepEqual(other, first);
  const learned = sets.flatMap((set) => (set.kind === "sft" ? set.examples : []));
  assert(learned.every(({ messages }) => messages.slice(0, 9).every(({ weight }) => weight === 0)));
  const report = JSON.parse(await told(t, project, "report", "hosted", "--json"));
  assert.equal(report.leakage.violations, 0, JSON.stringify(report.leakage.listed));
  repository.close();
});

test("wins that cannot be learned exactly are left out, counted in the report, and stop nothing", async (t) => {
  const { project, file } = await setUp(t, { changes: { methods: [{ method: "rft" }] }, said: "\nsay amber" });
  await ran(t, { project, file });
  const repository = openSqlite(join(project, "store.sqlite"));
  const [, rft] = repository.rounds("hosted");
  // One door opens to amber, amber.
  assert.equal(repository.checkpoint(rft!.checkpoint)!.leftOut, 1);
  assert.equal(rft!.counts.leftOutOfTraining, 1);
  repository.close();
  assert.match(await told(t, project, "report", "hosted", "--markdown"), /could not be trained exactly, and were not/);
});

test("a run that was stopped asks nothing again that was answered, and ends as if nothing had been", async (t) => {
  const changes = { concurrency: 1 };
  const whole = await setUp(t, { changes });
  await ran(t, whole);
  const expected = samplesOf(whole.stub);

  // In the middle of an episode: the second turn of a door that opens to amber.
  const misbehave = (path: string, time: number): StubReply | undefined =>
    path === "asample" && time === REFUSED ? { status: 401, body: { detail: "key expired" } } : undefined;
  const stopped = await setUp(t, { changes, misbehave });
  const { code, output } = await gleanerHere(t, "run", stopped.file, "--project", stopped.project);
  assert.equal(code, 1);
  assert.match(output, /wrong key: 401 key expired/);
  assert.equal(readdirSync(join(stopped.project, "journals", "hosted")).length, 1);
  await ran(t, stopped);
  assert.equal(samplesOf(stopped.stub), expected + 1);
  assert.deepEqual(readdirSync(join(stopped.project, "journals", "hosted")), []);
});

/** Behind the thirteen with which the server is looked at. */
const REFUSED = 15;

const samplesOf = ({ paths }: TinkerStub) => paths().filter((path) => path === "asample").length;

test("a run is probed by its name, with the server that it knows", async (t) => {
  const { project, file, stub } = await setUp(t);
  await ran(t, { project, file });
  const trained = stub.paths().filter((path) => path === "create_model").length;
  const outlook = JSON.parse(await told(t, project, "probe", "hosted", "--sample", "3", "--json"));
  assert(outlook, JSON.stringify(outlook));
  // Behaviour cloning's checkpoint is found again.
  assert.equal(stub.paths().filter((path) => path === "create_model").length, trained);
});

test("runs share rollouts made with the same settings; another context is another setting", async (t) => {
  const { project, file, stub } = await setUp(t, { changes: { methods: [] } });
  await ran(t, { project, file });
  const asked = async (run: string, context: number | undefined) => {
    const before = samplesOf(stub);
    const config = JSON.parse(readFileSync(file, "utf8"));
    writeFileSync(file, JSON.stringify({ ...config, run, student: { ...config.student, context } }));
    await ran(t, { project, file });
    return samplesOf(stub) - before;
  };
  const looks = await asked("same", undefined);
  assert.equal(looks, 13);
  assert((await asked("shorter", 500)) > looks);
});
