// The recorder from the command line, in this process; killed in one of its own in test/slow/expert-record.test.ts.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { chatCheckpoint, THINKING } from "../../../test/chat-checkpoint.ts";
import { servingChats } from "../../../test/chat-server.ts";
import { gleanerHere as gleaner } from "../../../test/command-here.ts";
import { type Asked, type Behaviour, openServer, type TestServer } from "../../../test/openai-server.ts";
import { temporaryFolder } from "../../../test/temporary.ts";
import { random } from "../../core/random.ts";
import { openSqlite } from "../../store/sqlite.ts";

const opened: TestServer[] = [];
after(() => Promise.all(opened.map((server) => server.close())));

const answer = ({ messages, seed = 0, temperature }: Asked) => {
  const room = random("answer", JSON.stringify(messages), temperature > 0 ? seed : 0).pick(["barn", "mill", "attic"]);
  return `Thought: where to?\n\nAction: go ${room}\n`;
};

async function serve(behaviour: Behaviour = {}): Promise<TestServer> {
  const server = await openServer({ answer, contextTokens: 100_000, ...behaviour });
  opened.push(server);
  return server;
}

/** Everything a project holds, as lines. */
function dumpOf(project: string): string {
  const repository = openSqlite(join(project, "store.sqlite"));
  const dump = [...repository.dump()].join("");
  repository.close();
  return dump;
}

const recording = ({ url }: TestServer, project: string, ...more: string[]) => [
  ..."expert record --env workshop --tasks 4 --max-steps 6 --model tiny --max-tokens 20 --temperature 1".split(" "),
  ..."--concurrency 3 --price-in 0.01 --price-out 0.03 --out big --server".split(" "),
  ...[url, "--project", project, ...more],
];

test("a recording stopped by its budget goes on with a larger one, and pays for nothing twice", async (context) => {
  const [whole, stopping] = [temporaryFolder(), temporaryFolder()];
  const calm = await serve();
  const { output: told } = await gleaner(context, ...recording(calm, whole, "--token-ids"));
  assert.match(told, /^expert\/tiny: won 0 of 4 episodes \(0\.0 %\), \d+ \+ \d+ tokens, money \d+\.\d{4}, in run big$/);

  const server = await serve();
  const stopped = await gleaner(context, ...recording(server, stopping, "--token-ids", "--budget-requests", "8"));
  assert.equal(stopped.code, 3, stopped.output);
  assert.match(
    stopped.output,
    /stopped: budget spent: 8 of 8 requests; run the same command with a larger budget to continue/,
  );
  assert.deepEqual(await gleaner(context, ...recording(server, stopping, "--token-ids")), { code: 0, output: told });
  assert.equal(dumpOf(stopping), dumpOf(whole));
  assert.match(dumpOf(stopping), /"tokenIds":\{"completion":\[\d+.*"shared":\d+\}/);
  assert.equal(server.asked.length, calm.asked.length);
  assert(!existsSync(join(stopping, "journals", "big.jsonl")));
  // With nothing owed nothing is asked, not even by a probe.
  assert.deepEqual(await gleaner(context, ...recording(server, stopping, "--token-ids")), { code: 0, output: told });
  assert.equal(server.asked.length, calm.asked.length);
});

test("what the server lacks is kept with the run; examples and presets are what the model reads", async (context) => {
  const project = temporaryFolder();
  const server = await serve({ ignores: ["seed"] });
  await gleaner(
    context,
    "expert",
    "scripted",
    "--env",
    "workshop",
    "--tasks",
    "2",
    "--out",
    "won",
    "--project",
    project,
  );
  const more = ["--format", "agentgym", "--examples", "won", "--field", "top_p=0.9"];
  assert.equal((await gleaner(context, ...recording(server, project, ...more))).code, 0);
  const output = dumpOf(project);
  assert.match(output, /seeds are ignored: a repeated run gives other rollouts/);
  assert.match(output, /"format":"agentgym\+examples-[0-9a-f]{20}\+verbatim"/);
  const { raw, messages } = server.asked.at(-1)!;
  assert.match(raw, /"top_p":0.9/);
  assert.equal(messages[1]!.content.slice(0, 3), "OK.");
  assert(messages.some(({ content }) => content === "Action:\ndeliver piece"));
});

test("why episodes failed is told, the most frequent reason first", async (context) => {
  const project = temporaryFolder();
  const status = (of: number, message: string) =>
    ({ kind: "status", status: of, body: { error: { message } } }) as const;
  // The answers to the recorder's first looks at the server are sound; then two of four episodes break.
  const server = await serve({
    fault({ messages, raw }) {
      if (!raw.includes("An order")) return undefined;
      const order = random("fault", messages[0]!.content, messages[1]?.content ?? "").integer(2);
      return order === 0 ? undefined : status(400, "content_filter: no");
    },
  });
  const { code, output } = await gleaner(context, ...recording(server, project));
  assert.equal(code, 0, output);
  assert.match(
    output,
    /\d of 4 episodes failed because the server or the world broke, not .* play: \d × 400 content_filter: no$/m,
  );
  const { output: report } = await gleaner(context, "report", "big", "--project", project);
  assert.match(
    report.replace(/\s+/g, " "),
    /\d episodes? failed \(the world or the model broke\) .*: \d × 400 content_filter: no\./,
  );
});

test("a recording of which every episode failed ends with 1", async (context) => {
  const project = temporaryFolder();
  const broken = { choices: [], usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } };
  const server = await serve({
    fault: ({ raw }) => (raw.includes("An order") ? { kind: "other", body: () => broken } : undefined),
  });
  const { code, output } = await gleaner(context, ...recording(server, project));
  assert.match(output, /4 of 4 episodes failed|all 4 episodes failed/);
  assert.equal(code, 1, output);
});

test("bad flags are named", async (context) => {
  const server = await serve();
  const project = temporaryFolder();
  const ended = (...more: string[]) => gleaner(context, ...recording(server, project, ...more));
  assert.match(
    (await ended("--examples", "nobody")).output,
    /--examples: there is no run "nobody" in this project; it has no runs \(--project DIR/,
  );
  const free = recording(server, project, "--budget", "1").filter((each) => !/^(--price|0\.0)/.test(each));
  assert.match((await gleaner(context, ...free)).output, /--budget: expected --price-in and --price-out/);
  await server.close();
  const unreachable = await ended();
  assert.equal(unreachable.code, 1);
  assert.match(unreachable.output, /--server http:\/\/127\.0\.0\.1:\d+\/v1: .*ECONNREFUSED/);
});

test("doctor shows what a server keeps, and fails for one that is not there", async (context) => {
  const server = await serve({ ignores: ["temperature"], contextTokens: 777 });
  const { code, output } = await gleaner(context, "doctor", "--server", server.url);
  assert.equal(code, 0);
  assert.match(output, /777 tokens/);
  assert.match(output, /one and the/);
  const { output: json } = await gleaner(context, "doctor", "--server", server.url, "--json");
  assert.equal(JSON.parse(json).notes.length, 1);
  await server.close();
  assert.equal((await gleaner(context, "doctor", "--server", server.url)).code, 1);
});

test("template variables go to the server with each request, and make another run of it", async (context) => {
  const project = temporaryFolder();
  const server = await serve();
  const variables = ["--template-variable", "enable_thinking=false", "date=2026-11-30"];
  assert.equal((await gleaner(context, ...recording(server, project, ...variables))).code, 0);
  const given = { enable_thinking: false, date: "2026-11-30" };
  assert(server.asked.length > 0);
  for (const { raw } of server.asked) assert.deepEqual(JSON.parse(raw).chat_template_kwargs, given);
  const repository = openSqlite(join(project, "store.sqlite"));
  const { config } = repository.run("big")!;
  assert.deepEqual((config as { sampling: { template: unknown } }).sampling.template, given);
  const ids = repository.trajectoriesOf("big");
  repository.close();
  const other = temporaryFolder();
  assert.equal((await gleaner(context, ...recording(server, other))).code, 0);
  const plain = openSqlite(join(other, "store.sqlite"));
  assert(plain.trajectoriesOf("big").every((id) => !ids.includes(id)));
  plain.close();
  const twice = [...variables, "--field", 'chat_template_kwargs={"a":1}'];
  const { code, output } = await gleaner(context, ...recording(server, temporaryFolder(), ...twice));
  assert.equal(code, 2);
  assert.match(output, /expected template variables or this field of requests, got both/);
});

test("doctor compares a server's prompts with those of a checkpoint's template", async (context) => {
  const folder = chatCheckpoint(context, { template: THINKING });
  const doctor = async (heedsVariables: boolean, ...flags: string[]) => {
    const server = await serve(servingChats({ folder, tells: "/tokenize", heedsVariables }));
    return gleaner(context, "doctor", "--server", server.url, "--tokenizer", folder, ...flags);
  };
  const plain = await doctor(true);
  assert.equal(plain.code, 0, plain.output);
  assert.match(plain.output, /✓ +│ prompts +│ 3 prompts as here, token for token/);
  const variable = ["--template-variable", "enable_thinking=false"];
  assert.equal((await doctor(true, ...variable)).code, 0);
  const { code, output } = await doctor(false, ...variable);
  assert.equal(code, 1, output);
  assert.match(output, /– +│ prompts +│ from token \d+ on it has/);
  const misspelt = await doctor(true, "--template-variable", "enable_thinkin=false");
  assert.match(misspelt.output, /--template-variable enable_thinkin: unknown variable/);
  const lonely = await gleaner(context, "doctor", "--tokenizer", folder);
  assert.match(lonely.output, /--tokenizer: expected --server as well/);
});
