import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { chatCheckpoint, TEMPLATES } from "../../../test/chat-checkpoint.ts";
import { type StubReply, tinkerStub } from "../../../test/tinker-stub.ts";
import { PolicyError, StopError } from "../../core/errors.ts";
import { type CompletionRequest, ContextFullError } from "../../core/policy.ts";
import { openChatTokenizer } from "../../tokenizers/chat-tokenizer.ts";
import { type TinkerModelOptions, tinkerModel } from "./model.ts";

const REQUEST: CompletionRequest = {
  messages: [{ role: "user", content: "find it" }],
  ...{ temperature: 0.7, maxTokens: 8, seed: 11 },
};
const STATE = "tinker://run/weights/a";

interface Setup extends Partial<TinkerModelOptions> {
  readonly misbehave?: (path: string, time: number) => StubReply | undefined;
  readonly said?: string;
}

async function setUp(t: TestContext, { misbehave, said = "go<|im_end|>", ...options }: Setup = {}) {
  const tokenizer = chatCheckpoint(t, { template: TEMPLATES.chatml });
  const chat = openChatTokenizer(tokenizer);
  const sample = chat.encode(said);
  const stub = await tinkerStub(t, { sample, ...(misbehave && { misbehave }) });
  const place = { url: stub.url, backoffMs: 1, retries: 1, tokenizer, name: "c1" };
  const model = await tinkerModel({ ...place, model: STATE, tokenIds: true, ...options });
  t.after(() => model.close());
  return { stub, model, chat, sample };
}

test("token ids go there and come back; the end of the turn is no text", async (t) => {
  const { stub, model, chat, sample } = await setUp(t);
  const prompt = chat.prompt(REQUEST.messages);
  assert.deepEqual(await model.complete(REQUEST), {
    ...{ text: "go", finishReason: "stop", tokenIds: { prompt, completion: sample } },
    usage: { promptTokens: prompt.length, completionTokens: sample.length },
  });
  await model.complete(REQUEST);
  assert.deepEqual(stub.paths(), ["create_session", "create_sampling_session", "asample", "asample"]);
  const bodies = stub.requests.map(({ body }) => body);
  assert(bodies.some(({ model_path }) => model_path === "tinker://run/sampler_weights/a"));
  const asked = bodies.find(({ type }) => type === "sample")!;
  assert.deepEqual(asked, {
    ...{ sampling_session_id: "sampling", seq_id: 0, num_samples: 1, type: "sample" },
    prompt: { chunks: [{ type: "encoded_text", tokens: prompt }] },
    sampling_params: { max_tokens: 8, temperature: 0.7, seed: 11, stop: [chat.encode("<|im_end|>")[0]] },
  });
});

test("an answer that spells the key is not kept", async (t) => {
  process.env.GLEANER_TEST_SPELLED_KEY = "tml-0123456789";
  const setup = { said: "go tml-0123456789<|im_end|>", apiKeyEnv: "GLEANER_TEST_SPELLED_KEY" };
  const { model } = await setUp(t, setup);
  await assert.rejects(model.complete(REQUEST), (error: Error) => {
    return (
      error instanceof PolicyError && /contains the API key/.test(error.message) && !error.message.includes("tml-0")
    );
  });
});

test("the base model is sampled by its name", async (t) => {
  const { stub, model } = await setUp(t, { model: "base", said: "go" });
  assert.equal((await model.complete(REQUEST)).text, "go");
  assert(stub.requests.some(({ body }) => body.base_model === "base" && body.model_path === undefined));
});

test("a checkpoint whose model the server has dropped is loaded once, for all who wait", async (t) => {
  const misbehave = (path: string, time: number) =>
    path === "asample" && time <= 3 ? { status: 400, body: { detail: "Model run not loaded" } } : undefined;
  const { stub, model } = await setUp(t, { misbehave });
  const said = await Promise.all([1, 2, 3].map((seed) => model.complete({ ...REQUEST, seed })));
  assert.deepEqual(
    said.map(({ text }) => text),
    ["go", "go", "go"],
  );
  const paths = stub.paths();
  const times = (path: string) => paths.filter((found) => found === path).length;
  assert.deepEqual([times("create_model"), times("load_weights"), times("save_weights_for_sampler")], [1, 1, 1]);
  const load = stub.requests.find(({ path }) => path === "load_weights")!;
  assert.equal(load.body.path, STATE);
  assert(stub.requests.some(({ body }) => body.model_path === "tinker://model/sampler_weights/again"));
});

test("what stops a run, what fails a rollout, what is a full context", async (t) => {
  const replies = [
    [{ status: 401, body: { detail: "bad key" } }, StopError, /c1: wrong key/],
    [{ status: 503 }, StopError, /c1: busy/],
    [{ status: 404, body: { detail: "Sampling session not found" } }, StopError, /c1: lost/],
    [{ status: 422, body: { detail: "stop must be strings" } }, PolicyError, /c1: refused: 422 stop must be strings/],
    [{ status: 400, body: { detail: "prompt exceeds the context length" } }, ContextFullError, /context length/],
  ] as const;
  for (const [reply, kind, pattern] of replies) {
    const { model } = await setUp(t, { misbehave: (path) => (path === "asample" ? reply : undefined) });
    await assert.rejects(model.complete(REQUEST), (error) => error instanceof kind && pattern.test(error.message));
  }
  const { model, stub } = await setUp(t, { contextTokens: 40 });
  await assert.rejects(model.complete({ ...REQUEST, maxTokens: 30 }), ContextFullError);
  await assert.rejects(model.complete({ ...REQUEST, choices: ["a"] }), /set restrict to false/);
  assert.deepEqual(stub.paths(), []);
});
