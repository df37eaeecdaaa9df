/** A session with a server that misbehaves: what is tried again, what is not, and what its user is told. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { type TestContext, test } from "node:test";
import { type StubReply, tinkerStub } from "../../../../test/tinker-stub.ts";
import { TinkerError, type TinkerReason } from "./failures.ts";
import { openSession } from "./session.ts";
import { openTrainingModel } from "./training-model.ts";
import type { TinkerServer } from "./transport.ts";

const SEQUENCE = { tokens: [1, 2, 3], weights: [0, 1, 0.5] };

interface Setup extends Partial<TinkerServer> {
  readonly misbehave?: (path: string, time: number) => StubReply | undefined;
}

async function modelOf(t: TestContext, { misbehave, ...server }: Setup) {
  const stub = await tinkerStub(t, misbehave ? { misbehave } : {});
  const session = await openSession({ server: { url: stub.url, backoffMs: 1, retries: 3, ...server } });
  t.after(() => session.close());
  const model = await openTrainingModel(session, { baseModel: "base", loraRank: 4, seed: 1 });
  const times = (path: string) => stub.requests.filter((request) => request.path === path).length;
  return { stub, session, model, times };
}

const failsWith = (doing: Promise<unknown>, reason: TinkerReason, pattern: RegExp) =>
  assert.rejects(doing, (error) => {
    assert(error instanceof TinkerError, String(error));
    assert.equal(error.reason, reason, error.message);
    assert.match(error.message, pattern);
    return true;
  });

/** The first `many` requests to `path` get this. */
const first = (path: string, many: number, reply: StubReply) => (found: string, time: number) =>
  found === path && time <= many ? reply : undefined;

test("an answer that says no is asked again, as long as the server likes", async (t) => {
  const replies: StubReply[] = [{ status: 429, headers: { "retry-after": "0.05" } }, { status: 500 }, { status: 503 }];
  const misbehave = (path: string, time: number) => (path === "optim_step" ? replies[time - 1] : undefined);
  const { model, times } = await modelOf(t, { misbehave });
  await model.step({ ...{ learningRate: 1, beta1: 0, beta2: 0, epsilon: 1, weightDecay: 0 }, gradientClip: 0 });
  assert.equal(times("optim_step"), 4);
});

test("after all tries the server is busy; one that wants us to wait for an hour is not waited for", async (t) => {
  const { model, times } = await modelOf(t, {
    misbehave: first("forward", 9, { status: 503, body: { detail: "full" } }),
  });
  await failsWith(model.logProbabilities([SEQUENCE]), "busy", /503 full \(the server is overloaded/);
  assert.equal(times("forward"), 4);
  const late = { status: 429, headers: { "retry-after": "3600" }, body: {} };
  const other = await modelOf(t, { misbehave: first("forward", 1, late) });
  await failsWith(other.model.logProbabilities([SEQUENCE]), "busy", /429/);
});

test("silence: what changes nothing is asked again, gradients are never added twice", async (t) => {
  for (const reply of ["cut", { status: 504 }] as const) {
    const safe = await modelOf(t, { misbehave: first("forward", 2, reply) });
    assert.deepEqual(await safe.model.logProbabilities([SEQUENCE]), [[0, -1, -1]]);
    assert.equal(safe.times("forward"), 3);
    const unsafe = await modelOf(t, { misbehave: first("forward_backward", 1, reply) });
    await failsWith(unsafe.model.addGradients([SEQUENCE]), "uncertain", /doing it twice would change the result/);
    assert.equal(unsafe.times("forward_backward"), 1);
    const known = await modelOf(t, { misbehave: first("forward_backward", 2, reply), recognisesRepeats: true });
    await known.model.addGradients([SEQUENCE]);
    const sent = known.stub.requests.filter(({ path }) => path === "forward_backward").map(({ body }) => body.seq_id);
    assert.deepEqual(sent, [1, 1, 1]);
  }
});

test("no answer in time is silence, too", async (t) => {
  const setup = { misbehave: first("optim_step", 1, "hang"), timeoutMs: 100 } as const;
  const { model } = await modelOf(t, setup);
  const adam = { ...{ learningRate: 1, beta1: 0, beta2: 0, epsilon: 1, weightDecay: 0 }, gradientClip: 0 };
  await failsWith(model.step(adam), "uncertain", /no answer/);
});

test("a result is waited for: 408, try_again, silence; not for ever", async (t) => {
  const pending: StubReply[] = [{ status: 408 }, { body: { type: "try_again", queue_state: "active" } }, "hang", "cut"];
  const misbehave = (path: string, time: number) => (path === "retrieve_future" ? pending[time - 2] : undefined);
  const { model, times } = await modelOf(t, { misbehave, timeoutMs: 300 });
  assert.deepEqual(await model.logProbabilities([SEQUENCE]), [[0, -1, -1]]);
  assert.equal(times("retrieve_future"), 6);
  const never = (path: string, time: number) => (path === "retrieve_future" && time > 1 ? pending[1] : undefined);
  const slow = await modelOf(t, { misbehave: never, patienceMs: 250 });
  await failsWith(slow.model.logProbabilities([SEQUENCE]), "too slow", /no result of forward-\d+ within 250 ms/);
});

test("a result that failed says why, whichever way the server says it", async (t) => {
  const failed: StubReply[] = [
    { status: 400, body: { detail: "CUDA out of memory" } },
    { body: { error: "CUDA out of memory", category: "server" } },
  ];
  for (const reply of failed) {
    const misbehave = (path: string, time: number) => (path === "retrieve_future" && time > 1 ? reply : undefined);
    const { model } = await modelOf(t, { misbehave });
    await failsWith(model.addGradients([SEQUENCE]), "failed", /^failed: CUDA out of memory$/);
  }
});

test("what the server has forgotten is lost, what it does not take is refused", async (t) => {
  for (const [path, reply, reason] of [
    ["retrieve_future", { status: 404, body: { detail: "Future not found" } }, "lost"],
    ["forward", { status: 410, body: { detail: "session expired" } }, "lost"],
    ["forward", { status: 422, body: { detail: [{ msg: "no such field" }] } }, "refused"],
    ["forward", { status: 401, body: { detail: "bad key" } }, "wrong key"],
  ] as const) {
    const misbehave = (found: string, time: number) =>
      found === path && (path === "forward" || time > 1) ? reply : undefined;
    const { model } = await modelOf(t, { misbehave });
    await failsWith(model.logProbabilities([SEQUENCE]), reason, new RegExp(`${reply.status}`));
  }
});

test("answers that make no sense are not used", async (t) => {
  const outputs = (data: unknown, count = 1) => ({ loss_fn_outputs: Array(count).fill({ logprobs: { data } }) });
  for (const [body, pattern] of [
    ["<html>", /not JSON/],
    [{}, /expected loss_fn_outputs of 1 sequences, got undefined/],
    [outputs([-1, -1], 2), /expected loss_fn_outputs of 1 sequences/],
    [outputs([-1]), /expected 2 logprobs of sequence 0, got \[-1\]/],
  ] as const) {
    const misbehave = (path: string, time: number) => (path === "retrieve_future" && time > 1 ? { body } : undefined);
    const { model } = await modelOf(t, { misbehave });
    await failsWith(model.logProbabilities([SEQUENCE]), "unusable answer", pattern);
  }
});

test("a session that the server has given up ends what is waited for", async (t) => {
  let isAsked = false;
  const misbehave = (path: string, time: number) => {
    // Not before something is waited for.
    if (path === "session_heartbeat") return { status: time < 3 || !isAsked ? 503 : 404 } as const;
    if (path !== "forward") return undefined;
    isAsked = true;
    return "hang";
  };
  const { model } = await modelOf(t, { misbehave, heartbeatMs: 20 });
  await failsWith(model.logProbabilities([SEQUENCE]), "lost", /404 .*start again/);
});

test("a server that sends us elsewhere is not trusted, and nothing is sent there", async (t) => {
  const elsewhere = await tinkerStub(t);
  for (const status of [302, 307]) {
    const headers = { location: `${elsewhere.url}/api/v1/forward` };
    const { model } = await modelOf(t, { misbehave: first("forward", 1, { status, headers }) });
    await failsWith(model.logProbabilities([SEQUENCE]), "not trusted", /redirects to another host, http:/);
  }
  assert.deepEqual(elsewhere.requests, []);
});

test("nobody there", async () => {
  const was = createServer().listen(0, "127.0.0.1");
  await once(was, "listening");
  const { port } = was.address() as AddressInfo;
  was.close();
  await once(was, "close");
  const server = { url: `http://127.0.0.1:${port}`, backoffMs: 1, retries: 1 };
  await failsWith(openSession({ server }), "unreachable", /ECONNREFUSED.* \(check the URL/);
});

test("the key is sent, and only if there is one", async (t) => {
  process.env.GLEANER_TEST_TINKER_KEY = " tml-secret ";
  const withKey = await modelOf(t, { apiKeyEnv: "GLEANER_TEST_TINKER_KEY" });
  assert(withKey.stub.requests.every(({ key }) => key === "tml-secret"));
  const without = await modelOf(t, {});
  assert(without.stub.requests.every(({ key }) => key === undefined));
});

test("many sequences go in parts, in order", async (t) => {
  const { model, times } = await modelOf(t, {});
  const sequences = Array.from({ length: 1030 }, (_, at) => ({ tokens: Array(2 + (at % 3)).fill(1), weights: [] }));
  const found = await model.logProbabilities(sequences);
  assert.deepEqual(
    found.map(({ length }) => length),
    sequences.map(({ tokens }) => tokens.length),
  );
  assert.equal(times("forward"), 2);
});
