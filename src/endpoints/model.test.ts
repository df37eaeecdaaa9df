// A server that works, and every way in which one breaks. Nothing here mocks gleaner: the server is test/openai-server.ts.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import {
  type Answer,
  type Behaviour,
  openServer,
  type ServerFault,
  type TestServer,
} from "../../test/openai-server.ts";
import { CliError, PolicyError, StopError } from "../core/errors.ts";
import { type CompletionRequest, ContextFullError } from "../core/policy.ts";
import { serverModel } from "./model.ts";
import type { ServerOptions } from "./options.ts";

const opened: TestServer[] = [];
after(() => Promise.all(opened.map((server) => server.close())));

async function serve(behaviour: Behaviour = {}): Promise<TestServer> {
  const server = await openServer(behaviour);
  opened.push(server);
  return server;
}

const QUICK = { model: "tiny", backoffMs: 1, retries: 3, timeoutMs: 60_000 };
const open = ({ url }: TestServer, options: Partial<ServerOptions> = {}) =>
  serverModel({ urls: [url], ...QUICK, ...options });

const ask = (text: string, seed = 1, more: Partial<CompletionRequest> = {}): CompletionRequest => ({
  messages: [{ role: "user", content: text }],
  temperature: 1,
  maxTokens: 20,
  seed,
  ...more,
});

test("a completion is what the server said, and costs what the server says", async () => {
  const server = await serve();
  const model = open(server);
  const first = await model.complete(ask("hello"));
  assert.match(first.text, /^\w+( \w+){5}$/);
  assert.equal(first.finishReason, "stop");
  assert.deepEqual(first.usage, { promptTokens: 5, completionTokens: 6 });
  assert.deepEqual(model.spent(), { requests: 1, promptTokens: 5, completionTokens: 6, unaccounted: 0 });
  assert.equal((await model.complete(ask("hello"))).text, first.text);
  assert.notEqual((await model.complete(ask("hello", 2))).text, first.text);
});

test("a request is the same bytes whatever else its messages carry, and no key goes where none was named", async () => {
  const server = await serve();
  process.env.OPENAI_API_KEY = "not for this server";
  const model = open(server, { extra: { top_p: 0.9 } });
  const weighted = { role: "user", content: "hello", weight: 0 } as const;
  await model.complete(ask("", 7, { messages: [weighted], session: "s" }));
  delete process.env.OPENAI_API_KEY;
  const [{ raw, authorization }] = server.asked as [TestServer["asked"][number]];
  assert.equal(
    raw,
    '{"model":"tiny","messages":[{"role":"user","content":"hello"}],"temperature":1,"seed":3,"max_tokens":20,"top_p":0.9}',
  );
  assert.equal(authorization, undefined);
});

test("the key comes from the variable that was named, and no error tells it", async () => {
  const server = await serve({ apiKey: "secret-1" });
  process.env.GLEANER_TEST_KEY = "secret-1";
  await open(server, { apiKeyEnv: "GLEANER_TEST_KEY" }).complete(ask("hello"));
  process.env.GLEANER_TEST_KEY = "secret-2";
  await assert.rejects(open(server, { apiKeyEnv: "GLEANER_TEST_KEY" }).complete(ask("hello")), (error: Error) => {
    assert(error instanceof StopError);
    assert.match(error.message, /401/);
    assert.doesNotMatch(JSON.stringify({ ...error, text: String(error.stack), cause: String(error.cause) }), /secret/);
    return true;
  });
  delete process.env.GLEANER_TEST_KEY;
  assert.throws(() => open(server, { apiKeyEnv: "GLEANER_TEST_KEY" }), CliError);
});

test("a URL with a version keeps it in every request, and sends the key as Azure wants it", async () => {
  const query = "?api-version=2024-10-21";
  const server = await serve({ apiKey: "secret-1", query, contextTokens: 50 });
  process.env.GLEANER_TEST_KEY = "secret-1";
  const url = `${server.url}/${query}`;
  const model = serverModel({ urls: [url], model: "tiny", apiKeyEnv: "GLEANER_TEST_KEY" });
  assert.match((await model.complete(ask("hello"))).text, /^\w+/);
  // The list of models was read, too.
  await assert.rejects(model.complete(ask("hello", 1, { maxTokens: 51 })), /do not fit into 50/);
  delete process.env.GLEANER_TEST_KEY;
  const open = (more: string) => () => serverModel({ urls: [server.url + more], model: "tiny" });
  for (const more of ["?key=abc", "?api-version=0123456789abcdef0123456789abcdef", `${query}&key=abc`, `${query}#a`]) {
    assert.throws(open(more), /expected a URL that ends before \? and # \(\?api-version=… may stay\)/);
  }
});

test("a server that wants a key says how to give one", async () => {
  const server = await serve({ apiKey: "secret-1" });
  await assert.rejects(
    open(server).complete(ask("hello")),
    /401 incorrect API key \(name the .*--api-key-env, or apiKeyEnv/,
  );
});

test("options out of range are named", () => {
  const of = (options: Partial<ServerOptions>) => () => serverModel({ urls: ["http://a/v1"], model: "m", ...options });
  assert.throws(of({ urls: [] }), /base URL/);
  assert.throws(of({ urls: ["localhost:8000"] }), /localhost:8000/);
  assert.throws(of({ urls: ["http://me:hidden@a/v1"] }), (error: Error) => !error.message.includes("hidden"));
  assert.throws(of({ concurrency: 0 }), /concurrency/);
  assert.throws(of({ retries: -1 }), /retries/);
  assert.throws(of({ timeoutMs: 400_000 }), /timeoutMs/);
  assert.throws(of({ budget: { money: 1 } }), /prices/);
  assert.throws(of({ budget: { tokens: 0 } }), /budget.tokens/);
});

const PASSING: Readonly<Record<string, ServerFault>> = {
  "429 with Retry-After": { kind: "status", status: 429, retryAfter: "0" },
  "500": { kind: "status", status: 500 },
  "503": { kind: "status", status: 503 },
  "408": { kind: "status", status: 408 },
  "409": { kind: "status", status: 409 },
  "a hang": { kind: "hang" },
  "closing without a word": { kind: "cut", at: "start" },
  "closing mid-body": { kind: "cut", at: "middle" },
  "ending early": { kind: "cut", at: "early end" },
  "invalid JSON": { kind: "other", body: () => "<html>busy</html>" },
  "an error inside a 200": { kind: "other", body: () => ({ error: { code: 503, message: "loading" } }) },
};

for (const [name, fault] of Object.entries(PASSING)) {
  test(`${name} passes: the request is sent again, its answer is the same and counted once`, async () => {
    const server = await serve({ fault: ({ number }) => (number < 2 ? fault : undefined) });
    // A busy machine may be too slow for a good answer too: then there is one more attempt.
    const isHang = fault.kind === "hang";
    const model = open(server, isHang ? { timeoutMs: 80, retries: 20 } : {});
    const { text, usage } = await model.complete(ask("hello", 5));
    assert.equal(text, (await open(await serve()).complete(ask("hello", 5))).text);
    const { length } = server.asked;
    assert(isHang ? length >= 3 : length === 3, `${length} requests`);
    assert.equal(new Set(server.asked.map(({ raw }) => raw)).size, 1);
    const { requests, promptTokens, completionTokens } = model.spent();
    assert.deepEqual({ requests, promptTokens, completionTokens }, { requests: length, ...usage });
  });
}

test("a fault that stays fails one rollout while the server lives, and stops the run when it is gone", async () => {
  const server = await serve({
    fault: ({ messages }) => (messages[0]!.content === "bad" ? PASSING["500"] : undefined),
  });
  const model = open(server, { retries: 1 });
  await assert.rejects(model.complete(ask("bad")), PolicyError);
  assert.equal(server.asked.length, 2);
  await model.complete(ask("good"));
  await server.close();
  await assert.rejects(model.complete(ask("good")), (error) => error instanceof StopError && error.kind === "server");
});

test("a rate limit that stays stops the run: the request is not at fault", async () => {
  const server = await serve({ fault: () => ({ kind: "status", status: 429 }) });
  await assert.rejects(open(server, { retries: 1 }).complete(ask("hello")), StopError);
});

test("a server that asks for an hour is not waited for", async () => {
  const server = await serve({ fault: () => ({ kind: "status", status: 429, retryAfter: "3600" }) });
  await assert.rejects(open(server).complete(ask("hello")), StopError);
  assert.equal(server.asked.length, 1);
});

const choiceWith = (change: object) => (answer: Answer) => {
  const [choice] = answer.choices as [object];
  return { ...answer, choices: [{ ...choice, ...change }] };
};

const using = (usage: object) => (answer: Answer) => ({ ...answer, usage: { ...(answer.usage as object), ...usage } });

const UNUSABLE: readonly (readonly [string, (answer: Answer) => unknown, RegExp])[] = [
  ["no choices", ({ choices: _, ...answer }) => answer, /no choices/],
  ["empty choices", (answer) => ({ ...answer, choices: [] }), /one choice, got 0/],
  ["another model", (answer) => ({ ...answer, model: "huge" }), /huge/],
  ["another choice", choiceWith({ index: 3 }), /choice 0, got 3/],
  ["no usage", ({ usage: _, ...answer }) => answer, /usage/],
  ["usage of nothing known", (answer) => ({ ...answer, usage: { prompt_tokens: -1 } }), /usage/],
  [
    "usage beyond reason",
    using({ prompt_tokens: Number.MAX_SAFE_INTEGER }),
    /usage\.prompt_tokens: expected a whole number up to 16777216, got 9007199254740991/,
  ],
  ["usage below nothing", using({ completion_tokens: -5 }), /usage\.completion_tokens: expected .*, got -5/],
  ["usage in parts", using({ completion_tokens: 1.5 }), /usage\.completion_tokens: expected .*, got 1\.5/],
  ["usage as text", using({ prompt_tokens: "7" }), /usage\.prompt_tokens: expected .*, got "7"/],
  ["null content", choiceWith({ message: { role: "assistant", content: null } }), /content null/],
  ["a filter", choiceWith({ finish_reason: "content_filter" }), /content_filter/],
  ["a tool call", choiceWith({ finish_reason: "tool_calls" }), /tool_calls/],
  ["a list", () => [1, 2], /no choices/],
  ["null", () => "null", /no choices/],
  ["10 MB", (answer) => ({ ...answer, more: "x".repeat(10_000_000) }), /longer than/],
];

for (const [name, body, reason] of UNUSABLE) {
  test(`an answer that cannot be used (${name}) fails the rollout with a reason, and is asked for once`, async () => {
    const server = await serve({ fault: () => ({ kind: "other", body }) });
    const model = open(server);
    await assert.rejects(
      model.complete(ask("hello")),
      (error: Error) => error instanceof PolicyError && reason.test(error.message),
    );
    assert.equal(server.asked.length, 1);
    assert.equal(model.spent().requests, 1);
  });
}

test("token ids are kept where they are asked for, and must be as many as were counted", async () => {
  const server = await serve();
  const { tokenIds, usage } = await open(server, { tokenIds: true }).complete(ask("hello"));
  assert.equal(tokenIds?.prompt.length, usage.promptTokens);
  assert.equal(tokenIds?.completion.length, usage.completionTokens);
  assert.equal((await open(server).complete(ask("hello"))).tokenIds, undefined);
  const silent = await serve({ ignores: ["token ids"] });
  await assert.rejects(open(silent, { tokenIds: true }).complete(ask("hello")), PolicyError);
  const fault = { kind: "other", body: choiceWith({ token_ids: [1] }) } as const;
  const wrong = await serve({ fault: () => fault });
  await assert.rejects(open(wrong, { tokenIds: true }).complete(ask("hello")), /token ids as in usage/);
});

test("a completion that reached maxTokens is what the model said; one that found no room is a full context", async () => {
  const server = await serve({ contextTokens: 30, listsContext: false, clips: true });
  const short = await open(server).complete(ask("hello", 1, { maxTokens: 3 }));
  assert.equal(short.finishReason, "length");
  assert.equal(short.usage.completionTokens, 3);
  await assert.rejects(open(server).complete(ask("one two three ".repeat(8))), ContextFullError);
});

test("what is refused at first stops the run, later it fails one rollout", async () => {
  const rejects: Behaviour = {
    fault: ({ messages }) => (messages[0]!.content === "bad" ? { kind: "status", status: 400 } : undefined),
  };
  await assert.rejects(open(await serve(rejects)).complete(ask("bad")), StopError);
  const model = open(await serve(rejects));
  await model.complete(ask("good"));
  await assert.rejects(model.complete(ask("bad")), PolicyError);
  const resumed = open(await serve(rejects), { spent: { requests: 3 } });
  await assert.rejects(resumed.complete(ask("bad")), PolicyError);
  await assert.rejects(open(await serve({ models: ["other"] })).complete(ask("good")), StopError);
});

test("choices cannot be kept to, so they are refused", async () => {
  await assert.rejects(open(await serve()).complete(ask("hello", 1, { choices: ["a"] })), StopError);
});

test("a conversation that cannot fit is not sent; one that might is the server's to refuse", async () => {
  const server = await serve({ contextTokens: 60 });
  const model = open(server);
  const first = ask("one two three");
  const { text, usage } = await model.complete(first);
  const longer = (more: string): CompletionRequest => ({
    ...first,
    messages: [...first.messages, { role: "assistant", content: text }, { role: "user", content: more }],
  });
  const used = usage.promptTokens + usage.completionTokens;
  await assert.rejects(model.complete({ ...longer("more"), maxTokens: 61 - used }), ContextFullError);
  assert.equal(server.asked.length, 1);
  await assert.rejects(model.complete({ ...longer("more "), maxTokens: 59 - used }), /maximum context length/);
  assert.equal(server.asked.length, 2);
  await model.complete({ ...longer("more"), maxTokens: 20 });
  // What was said otherwise is another conversation.
  const other = { ...longer("more"), messages: [...first.messages, { role: "user", content: "more" } as const] };
  await model.complete({ ...other, maxTokens: 60 - used });
});

test("a server that goes past its context is held to it all the same", async () => {
  const server = await serve();
  const model = open(server, { contextTokens: 40 });
  await model.complete(
    ask("one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"),
  );
  await assert.rejects(model.complete(ask("one ".repeat(17))), ContextFullError);
  assert.equal(server.asked.length, 2);
  assert.equal(model.spent().promptTokens, server.billed.promptTokens);
});
