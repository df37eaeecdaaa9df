// Many requests at once: how many are in flight, where they go, what they cost at most, and what survives.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import fc from "fast-check";
import { type Behaviour, openServer, type ServerFault, type TestServer } from "../../test/openai-server.ts";
import { StopError } from "../core/errors.ts";
import type { Completion, CompletionRequest, LanguageModel } from "../core/policy.ts";
import { random } from "../core/random.ts";
import { mostTokens } from "./context.ts";
import { type ServerModel, serverModel } from "./model.ts";
import type { ServerOptions } from "./options.ts";
import { routeOf } from "./routing.ts";

const opened: TestServer[] = [];
after(() => Promise.all(opened.map((server) => server.close())));

async function serve(behaviour: Behaviour = {}): Promise<TestServer> {
  const server = await openServer(behaviour);
  opened.push(server);
  return server;
}

const QUICK = { model: "tiny", backoffMs: 1, retries: 8, timeoutMs: 60_000 };
const open = (servers: readonly TestServer[], options: Partial<ServerOptions> = {}): ServerModel =>
  serverModel({ urls: servers.map(({ url }) => url), ...QUICK, ...options });

const numbered = (index: number, session = `session ${index}`): CompletionRequest => ({
  messages: [{ role: "user", content: `question ${index}` }],
  temperature: 1,
  maxTokens: 20,
  seed: 2 * index,
  session,
});

const askAll = (model: LanguageModel, count: number): Promise<PromiseSettledResult<Completion>[]> =>
  Promise.allSettled(Array.from({ length: count }, (_, index) => model.complete(numbered(index))));

const textsOf = (results: readonly PromiseSettledResult<Completion>[]) =>
  results.map((result) => (result.status === "fulfilled" ? result.value.text : String(result.reason)));

test("256 requests are in flight at once, and no more than allowed", async () => {
  const server = await serve({ holdsUntil: 256 });
  const results = await askAll(open([server], { concurrency: 256 }), 256);
  assert(results.every(({ status }) => status === "fulfilled"));
  assert.equal(server.peak, 256);
  const narrow = await serve({ holdsUntil: 8, latencyMs: 1 });
  await askAll(open([narrow], { concurrency: 8 }), 64);
  assert.equal(narrow.peak, 8);
});

test("a server that closes connections under load: every answer comes, none is counted twice", async () => {
  const server = await serve({ mostInFlight: 60, holdsUntil: 100, latencyMs: 5 });
  const model = open([server], { concurrency: 256, retries: 40 });
  const results = await askAll(model, 256);
  const calm = await askAll(open([await serve()], { concurrency: 16 }), 256);
  assert.deepEqual(textsOf(results), textsOf(calm));
  const { promptTokens, completionTokens, requests, unaccounted } = model.spent();
  assert.deepEqual({ answers: 256, promptTokens, completionTokens }, server.billed);
  assert(requests > 256);
  assert.equal(requests - 256, unaccounted);
});

test("every request of a session goes to the same server, and sessions spread over all", async () => {
  const servers = [await serve(), await serve(), await serve()];
  const model = open(servers);
  for (let turn = 0; turn < 3; turn++) {
    await Promise.all(Array.from({ length: 60 }, (_, index) => model.complete(numbered(turn, `session ${index}`))));
  }
  const counts = servers.map(({ asked }) => asked.length);
  assert.equal(
    counts.reduce((a, b) => a + b),
    180,
  );
  for (const count of counts) assert(count % 3 === 0 && count > 20, `${counts}`);
});

test("a session's route does not depend on the order of the URLs, and moves only where its server goes away", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string(), { minLength: 2, maxLength: 6 }), fc.string(), (urls, session) => {
      const route = routeOf(urls, session).map((index) => urls[index]);
      const turned = urls.toReversed();
      assert.deepEqual(
        routeOf(turned, session).map((index) => turned[index]),
        route,
      );
      const fewer = urls.filter((url) => url !== route[1]);
      assert.equal(fewer[routeOf(fewer, session)[0]!], route[0]);
    }),
  );
});

test("while a session's server is away, another one answers", async () => {
  const servers = [await serve(), await serve()];
  const model = open(servers);
  await servers[0]!.close();
  const results = await askAll(model, 20);
  assert(results.every(({ status }) => status === "fulfilled"));
  assert.equal(servers[1]!.asked.length, 20);
});

const FAULTS: readonly ServerFault[] = [
  { kind: "status", status: 429, retryAfter: "0" },
  { kind: "status", status: 500 },
  { kind: "cut", at: "start" },
  { kind: "cut", at: "middle" },
  { kind: "cut", at: "early end" },
  { kind: "other", body: (answer) => ({ ...answer, choices: [] }) },
];

const PRICES = { promptTokens: 1, completionTokens: 10 };

for (const faults of [false, true]) {
  test(`a budget is passed by at most one request${faults ? ", whatever breaks" : ""}, and no request follows`, async () => {
    const draws = random("budget", String(faults));
    for (let round = 0; round < 3; round++) {
      const kinds = ["requests", "tokens", "money"] as const;
      const kind = kinds[round]!;
      const limit = { requests: 20, tokens: 1500, money: 5 }[kind] + draws.integer(10);
      const fault = () => (faults && draws.next() < 0.3 ? draws.pick(FAULTS) : undefined);
      const server = await serve({ fault, latencyMs: 1 });
      const options = { budget: { [kind]: limit }, prices: PRICES, concurrency: 32, retries: 3 };
      const model = open([server], options);
      const results = await askAll(model, 300);
      const stopped = results.filter(
        (result) =>
          result.status === "rejected" && result.reason instanceof StopError && result.reason.kind === "budget",
      );
      assert(stopped.length > 0, `${kind} ${limit}`);
      const most = mostTokens(numbered(299));
      const { promptTokens, completionTokens } = server.billed;
      const billed = {
        requests: server.asked.length,
        tokens: promptTokens + completionTokens,
        money: (promptTokens * PRICES.promptTokens + completionTokens * PRICES.completionTokens) / 1000,
      }[kind];
      const oneRequest = {
        requests: 0,
        tokens: most.promptTokens + most.completionTokens,
        money: (most.promptTokens * PRICES.promptTokens + most.completionTokens * PRICES.completionTokens) / 1000,
      }[kind];
      assert(billed <= limit + oneRequest, `${kind}: ${billed} of ${limit}`);
      if (!faults) assert(billed >= limit, `${kind}: stopped at ${billed} of ${limit}`);
      const before = server.asked.length;
      await assert.rejects(model.complete(numbered(1000)), /budget spent/);
      assert.equal(server.asked.length, before);
    }
  });
}

test("what was spent before counts, and a larger budget goes on from there", async () => {
  const server = await serve();
  const spent = { requests: 5, promptTokens: 100, completionTokens: 50 };
  await assert.rejects(open([server], { spent, budget: { tokens: 150 } }).complete(numbered(1)), /150 of 150 tokens/);
  assert.equal(server.asked.length, 0);
  const model = open([server], { spent, budget: { tokens: 151 } });
  const { usage } = await model.complete(numbered(1));
  assert.equal(model.spent().promptTokens, 100 + usage.promptTokens);
  assert.equal(model.spent().requests, 6);
});

test("a limit by the minute holds requests back, and a spent budget does not wait for them", async () => {
  const server = await serve();
  const options = { requestsPerMinute: 3000, budget: { requests: 3 } };
  const results = await askAll(open([server], options), 200);
  assert.equal(results.filter(({ status }) => status === "fulfilled").length, 3);
  // 3 a minute: the second would wait for 20 s; closing ends the wait.
  const slow = open([server], { requestsPerMinute: 3 });
  const all = askAll(slow, 5);
  while (server.asked.length < 4) await new Promise((resolve) => setTimeout(resolve, 2));
  await slow.close();
  assert.equal((await all).filter(({ status }) => status === "fulfilled").length, 1);
});
