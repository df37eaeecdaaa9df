// An API key reaches no terminal, store, journal, dump or report, whatever the server that was sent it quotes.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, type TestContext, test } from "node:test";
import { openChatTokenizer } from "../../src/tokenizers/chat-tokenizer.ts";
import { chatCheckpoint, TEMPLATES, tokenizerJson } from "../chat-checkpoint.ts";
import { ROOT } from "../command.ts";
import { gleanerHeard } from "../command-here.ts";
import { type Echo, echoServer, writtenWays } from "../echo-server.ts";
import { temporaryFolder } from "../temporary.ts";
import { tinkerStub } from "../tinker-stub.ts";

const KEY = "sk-a+b/c=d.e~f_g-h:i&j<k'l0123";
const TEMPORARY = temporaryFolder();
const newProject = () => mkdtempSync(join(TEMPORARY, "project-"));

/** Neither as it is nor written otherwise, in any case of letters. */
function expectNoKey(where: string, text: string): void {
  const lowered = text.toLowerCase();
  for (const way of writtenWays(KEY)) assert(!lowered.includes(way.toLowerCase()), `${where}: ${text.slice(0, 5000)}`);
}

/** Every file of the project, byte by byte. */
function expectCleanProject(project: string): void {
  for (const name of readdirSync(project, { recursive: true, encoding: "utf8" })) {
    const path = join(project, name);
    if (statSync(path).isFile()) expectNoKey(path, readFileSync(path, "latin1"));
  }
}

interface Said {
  readonly code: number | null;
  readonly said: string;
}

/** Runs gleaner with the key in the variable KEY; what it prints is clean. */
async function gleaner(project: string, args: readonly string[]): Promise<Said> {
  const child = spawn(process.execPath, [join(ROOT, "bin", "gleaner.js"), ...args], {
    cwd: project,
    env: { ...process.env, KEY },
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (said += text));
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  expectNoKey(args.join(" "), said);
  return { code, said };
}

/** The same in this process, which is quicker by a start, with another key. */
async function gleanerInside(context: TestContext, args: readonly string[], key: string): Promise<Said> {
  process.env.KEY = key;
  context.after(() => delete process.env.KEY);
  const { code, output, told } = await gleanerHeard(context, ...args);
  expectNoKey(args.join(" "), output + told);
  return { code, said: output + told };
}

const recording = (url: string) => [
  ..."expert record --env workshop --tasks 4 --max-steps 4 --model tiny --max-tokens 40 --temperature 1 --out big".split(
    " ",
  ),
  ...["--api-key-env", "KEY", "--concurrency", "2", "--server", url],
];

/** Asked before the first episode: whether the server keeps its promises. */
const QUESTIONS = 16;

for (const way of ["400", "401", "content"] as const satisfies Echo[]) {
  test(`recorded from a server that turns to quoting the key: ${way}`, async () => {
    const server = await echoServer({ goodFirst: QUESTIONS + 2 });
    after(server.close);
    const project = newProject();
    const { said } = await gleaner(project, recording(server.url(way)));
    assert(server.seen.has(KEY), said);
    assert.match(said, /removed|contains the API key|finish_reason|another host/);
    expectCleanProject(project);
    for (const args of [["dump"], ["runs", "--json"]]) assert.equal((await gleaner(project, args)).code, 0);
  });
}

const doctorArgs = (url: string, name: string) => [
  ...["doctor", "--server", url, "--model", "tiny", "--api-key-env", name, "--json"],
];

test("examined: a server that quotes the key, a key that is none, a key in a URL or in place of a name", async (t) => {
  const server = await echoServer();
  after(server.close);
  const doctor = (url: string, name = "KEY", key = KEY) => gleanerInside(t, doctorArgs(url, name), key);
  const outside = await gleaner(newProject(), doctorArgs(server.url("401"), "KEY"));
  assert.equal(outside.code, 1, outside.said);
  for (const way of ["401", "error in 200", "usage", "redirect away"] as const) {
    const { code, said } = await doctor(server.url(way));
    assert.equal(code, 1, said);
  }
  const url = server.url("400");
  for (const key of [`${KEY}\nx`, `${KEY}é`, `${KEY} x`]) {
    const { code, said } = await doctor(url, "KEY", key);
    assert.deepEqual(
      [code, /environment variable KEY: expected an API key of visible ASCII/.test(said)],
      [2, true],
      said,
    );
  }
  const asName = await doctor(url, KEY);
  assert.deepEqual([asName.code, /its name is not shown/.test(asName.said)], [2, true], asName.said);
  for (const query of [`?api_key=${KEY}`, `?k=${encodeURIComponent(KEY)}`, `#${KEY}`]) {
    const { code, said } = await doctor(`${url}${query}`);
    assert.deepEqual([code, /expected a URL that ends before \? and #/.test(said)], [2, true], said);
  }
});

/** A run whose student lives on a Tinker server, which from some request on quotes the key. */
async function hosted(t: TestContext, path: string, from: number, status: number) {
  const parts = { template: TEMPLATES.chatml, tokenizer: tokenizerJson({ parting: "llama3" }) };
  const tokenizer = chatCheckpoint(t, parts);
  const quoted = { detail: `wrong: ${writtenWays(KEY).join(" ")}` };
  const stub = await tinkerStub(t, {
    sample: openChatTokenizer(tokenizer).encode("say amber<|im_end|>"),
    misbehave: (asked, time) => (asked === path && time >= from ? { status, body: quoted } : undefined),
  });
  const project = newProject();
  const config = {
    run: "hosted",
    environment: { name: join(ROOT, "test/real/locks.ts") },
    expert: { scripted: true },
    ...{ format: "text", maxTokens: 12, methods: [], training: { steps: 2, batch: 4 } },
    student: { kind: "tinker", url: stub.url, model: "base", tokenizer, apiKeyEnv: "KEY" },
  };
  writeFileSync(join(project, "config.yaml"), JSON.stringify(config));
  const { said } = await gleaner(project, ["run", "config.yaml"]);
  assert(stub.requests.some(({ key }) => key === KEY));
  expectCleanProject(project);
  await gleaner(project, ["dump"]);
  await gleaner(project, ["report", "hosted", "--json"]);
  return said;
}

test("run on a Tinker server that quotes the key: wrong key, training refused", async (t) => {
  assert.match(await hosted(t, "create_session", 1, 401), /wrong key: 401 wrong: \[API key removed\]/);
  assert.match(await hosted(t, "optim_step", 1, 400), /\[API key removed\]/);
});
