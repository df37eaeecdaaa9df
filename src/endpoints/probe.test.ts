// Servers that keep everything, and servers that each lack one thing.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { type Behaviour, openServer, type TestServer } from "../../test/openai-server.ts";
import { CliError } from "../core/errors.ts";
import { probeServer } from "./probe.ts";
import type { ServerCheck } from "./sampling-checks.ts";

const opened: TestServer[] = [];
after(() => Promise.all(opened.map((server) => server.close())));

async function probed(behaviour: Behaviour = {}, model?: string) {
  const server = await openServer(behaviour);
  opened.push(server);
  const probe = await probeServer({ url: server.url, ...(model !== undefined && { model }) });
  const lacks = (what: string) => probe.checks.find((check) => check.what === what)?.state === "missing";
  return { ...probe, server, lacks, missing: probe.checks.filter(({ state }) => state === "missing").map(whatOf) };
}
const whatOf = ({ what }: ServerCheck) => what;

test("a server that keeps everything lacks nothing, and what the probe cost is told", async () => {
  const { missing, notes, spent, server, model } = await probed({ contextTokens: 4096, models: ["tiny", "other"] });
  assert.deepEqual(missing, []);
  assert.deepEqual(notes, []);
  assert.equal(model, "tiny");
  assert.equal(spent.requests, server.asked.length);
  const { promptTokens, completionTokens } = server.billed;
  assert.deepEqual({ ...spent, requests: 0 }, { requests: 0, promptTokens, completionTokens, unaccounted: 0 });
});

const LACKING: readonly (readonly [string, Behaviour, readonly string[], RegExp])[] = [
  ["seeds", { ignores: ["seed"] }, ["equal seeds agree"], /seeds are ignored: a repeated run gives other rollouts/],
  ["temperature", { ignores: ["temperature"] }, ["seeds differ", "temperature"], /one and the same/],
  ["greedy answers", { answer: ({ seed }) => `word ${seed}` }, ["temperature"], /temperature 0 is not greedy/],
  ["token ids", { ignores: ["token ids"] }, ["token ids"], /tokenised again/],
  ["usage", { reportsUsage: false }, ["usage"], /every rollout fails/],
  ["a known context", { listsContext: false }, ["context length"], /not known/],
];

for (const [name, behaviour, what, note] of LACKING) {
  test(`a server without ${name} is found out, and what is lost is said`, async () => {
    const { missing, notes } = await probed({ contextTokens: 4096, ...behaviour });
    assert.deepEqual([...missing].sort(), [...what].sort());
    assert.equal(notes.length, 1);
    assert.match(notes[0]!, note);
  });
}

test("a server whose model thinks apart from the text is told of, and lacks nothing", async () => {
  const { checks, notes } = await probed({ contextTokens: 4096, thought: "Hm." });
  assert.match(checks.find(({ what }) => what === "thoughts")!.found, /go back as reasoning_content/);
  assert.deepEqual(notes, []);
});

test("what nothing depends on is told without a note", async () => {
  const { missing, notes } = await probed({ contextTokens: 4096, ignores: ["n", "logprobs"] });
  assert.deepEqual(missing, ["several choices (n)", "logprobs"]);
  assert.deepEqual(notes, []);
});

test("a server that mixes up requests side by side keeps its seeds only alone", async () => {
  const { notes, lacks } = await probed({
    contextTokens: 4096,
    latencyMs: 40,
    answer: ({ seed, temperature, inFlight }) =>
      `word ${temperature > 0 ? seed : 0}${inFlight > 2 ? ` beside ${inFlight}` : ""}`,
  });
  assert(lacks("equal seeds agree"));
  assert.match(notes.join(), /one request at a time/);
});

test("fields that a server refuses are said to be refused; the rest is still found out", async () => {
  const { checks } = await probed({
    fault: ({ raw }) => (raw.includes("return_token_ids") ? { kind: "status", status: 400 } : undefined),
  });
  assert.match(checks.find(({ what }) => what === "token ids")!.found, /^refused: 400/);
});

test("a server that asks to wait for years is not waited for", async () => {
  const { checks } = await probed({ fault: () => ({ kind: "status", status: 429, retryAfter: "99999999" }) });
  const { state, found } = checks.find(({ what }) => what === "answers")!;
  assert.equal(state, "missing");
  assert.match(found, /^429 fault 429 \(the server asks to wait 99999999 s, longer than 900 s\)$/);
});

test("usage that cannot be is named", async () => {
  const usage = { prompt_tokens: 2 ** 60, completion_tokens: 1 };
  const { checks, lacks } = await probed({
    fault: () => ({ kind: "other", body: (answer) => ({ ...answer, usage }) }),
  });
  assert(lacks("usage"));
  assert.match(
    checks.find(({ what }) => what === "usage")!.found,
    /usage\.prompt_tokens: expected a whole number up to/,
  );
});

test("an answer that is no completion is shown, not taken for one without usage", async () => {
  for (const body of [{ error: "out of memory" }, [], null]) {
    const { checks } = await probed({ fault: () => ({ kind: "other", body: () => body }) });
    const { found } = checks.find(({ what }) => what === "answers")!;
    assert.equal(found, `it has no choices: ${JSON.stringify(body)}`);
  }
});

test("a server that is not there, one without models, one that does not know the model", async () => {
  const gone = await openServer();
  await gone.close();
  const { model, checks } = await probeServer({ url: gone.url });
  assert.equal(model, null);
  assert.match(checks[0]!.found, /ECONNREFUSED/);
  await assert.rejects(probed({ models: [] }), CliError);
  const unknown = await probed({}, "huge");
  assert(unknown.lacks("answers"));
  assert(unknown.lacks("model"));
  assert(unknown.notes.includes("the server lists tiny, and not huge: which model answers is not known"));
});
