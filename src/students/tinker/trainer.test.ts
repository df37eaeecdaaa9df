import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { chatCheckpoint, context, demonstration, learned, TEMPLATES } from "../../../test/chat-checkpoint.ts";
import { type StubReply, tinkerStub } from "../../../test/tinker-stub.ts";
import { CliError, TrainerError } from "../../core/errors.ts";
import type { CheckpointId } from "../../core/ids.ts";
import type { Checkpoint, Preference, TrainEvent, TrainingSet, TrainRequest } from "../../core/training.ts";
import { TinkerError } from "./protocol/failures.ts";
import type { TinkerSettings } from "./settings.ts";
import { tinkerBase, tinkerTrainer } from "./trainer.ts";

const EXAMPLE = demonstration(context("user", "find it"), learned("go"));
const SET: TrainingSet = { kind: "sft", examples: [EXAMPLE] };
const PAIR: Preference = {
  prompt: [{ role: "user", content: "find it" }],
  chosen: [learned("go"), context("user", "seen"), learned("end")],
  rejected: [learned("off")],
  sources: ["t1", "t2"] as never,
};
const hosted = (model: string): Checkpoint => ({ ...tinkerBase("base"), at: { kind: "hosted", model } });

interface Setup {
  readonly settings?: Partial<TinkerSettings>;
  readonly misbehave?: (path: string, time: number, body: Readonly<Record<string, unknown>>) => StubReply | undefined;
  readonly contextTokens?: number;
}

async function setUp(t: TestContext, { settings, ...stubborn }: Setup = {}) {
  const stub = await tinkerStub(t, stubborn);
  const tokenizer = chatCheckpoint(t, { template: TEMPLATES.chatml });
  const server = { url: stub.url, backoffMs: 1, retries: 2 };
  const defaults = { steps: 2, batch: 2, warmup: 0 };
  const trainer = tinkerTrainer({ ...server, baseModel: "base", tokenizer, settings: { ...defaults, ...settings } });
  const train = async (request: Partial<TrainRequest> = {}): Promise<TrainEvent[]> => {
    const events: TrainEvent[] = [];
    const whole = { set: SET, from: tinkerBase("base"), id: "new" as CheckpointId, seed: 7, ...request };
    for await (const event of trainer.train(whole)) events.push(event);
    return events;
  };
  return { stub, trainer, train };
}

const reasonOf = (error: unknown) =>
  error instanceof TrainerError && error.cause instanceof TinkerError ? error.cause.reason : undefined;

/** The weights of every sequence of a request. */
function weightsIn(body: Readonly<Record<string, unknown>>): number[][] {
  const input = (body.forward_input ?? body.forward_backward_input) as {
    data: { loss_fn_inputs: { weights: { data: number[] } } }[];
  };
  return input.data.map(({ loss_fn_inputs }) => loss_fn_inputs.weights.data);
}

test("demonstrations: a model, a pass and a step for each step, two places; weights add up to 1", async (t) => {
  const { stub, train } = await setUp(t, { settings: { loraRank: 4 } });
  const examples = [EXAMPLE, { ...EXAMPLE, weight: 3 }];
  const events = await train({ set: { kind: "sft", examples } });
  const steps = ["forward_backward", "optim_step", "forward_backward", "optim_step"];
  assert.deepEqual(stub.paths(), [
    ...["create_session", "get_server_capabilities", "create_model", ...steps],
    ...["save_weights", "save_weights_for_sampler", "unload_model"],
  ]);
  const bodies = stub.requests.map(({ body }) => body);
  const create = bodies.find(({ type }) => type === "create_model")!;
  assert.deepEqual(create.lora_config, { rank: 4, seed: 7 });
  assert.equal(create.base_model, "base");
  const numbers = bodies.flatMap(({ seq_id }) => (seq_id === undefined ? [] : [seq_id]));
  assert.deepEqual(numbers, [1, 2, 3, 4, 5, 6]);
  const [first] = bodies.filter(({ forward_backward_input }) => forward_backward_input !== undefined);
  const weights = weightsIn(first!).flat().filter(Boolean).toSorted();
  // Two bytes and the end of the turn, of weight 1 and of weight 3.
  assert.deepEqual(
    weights,
    [1, 1, 1, 3, 3, 3].map((weight) => weight / 12),
  );
  assert.deepEqual(events.at(-1), { kind: "done", at: { kind: "hosted", model: "tinker://model/weights/new" } });
  // Every log-probability is −1.
  assert.deepEqual(events[0], {
    ...{ kind: "metrics", step: 1, steps: 2, values: { loss: 1, learningRate: 1e-4 } },
  });
});

test("preferences: the reference first, then two passes for each step; what the environment wrote has no weight", async (t) => {
  const { stub, train } = await setUp(t, { settings: { steps: 1 } });
  const events = await train({ set: { kind: "dpo", examples: [PAIR], beta: 0.5 } });
  const passes = stub.requests.filter(({ path }) => path.startsWith("forward"));
  assert.deepEqual(
    passes.map(({ path }) => path),
    ["forward", "forward", "forward_backward"],
  );
  const [chosen, rejected] = weightsIn(passes[2]!.body);
  // Each side's own text, byte by byte, with the end of its turns; β / 2 each, for there is no margin yet.
  const kinds = (weights: readonly number[]) => weights.filter((weight) => weight !== 0);
  assert.deepEqual(kinds(chosen!), Array(7).fill(0.25));
  assert.deepEqual(kinds(rejected!), Array(4).fill(-0.25));
  assert(events[0]!.kind === "metrics");
  const { loss, margin, chosenLogProbability, rejectedLogProbability } = events[0]!.values;
  assert.deepEqual([margin, chosenLogProbability, rejectedLogProbability], [0, -7, -4]);
  assert(Math.abs(loss! - Math.log(2)) < 1e-15);
});

test("a saved state is loaded before anything else, without its optimiser", async (t) => {
  const { stub, train } = await setUp(t);
  await train({ from: hosted("tinker://run/weights/old") });
  const load = stub.requests.find(({ path }) => path === "load_weights")!;
  assert.deepEqual(load.body, {
    ...{ model_id: "model", seq_id: 1, path: "tinker://run/weights/old", optimizer: false, type: "load_weights" },
  });
});

test("what is no checkpoint of this server is refused, what is not there is named", async (t) => {
  const { stub, train } = await setUp(t, {
    misbehave: (path) =>
      path === "load_weights" ? { status: 404, body: { detail: "Checkpoint not found" } } : undefined,
  });
  const folder: Checkpoint = { ...tinkerBase("base"), at: { kind: "folder", path: "checkpoints/x" } };
  for (const [from, pattern] of [
    [folder, /is the folder checkpoints\/x, the base model is base/],
    [hosted("other"), /is other, the base model is base/],
    [hosted("tinker://run/sampler_weights/x"), /expected the base model's name, or a path like tinker:\/\//],
  ] as const) {
    await assert.rejects(
      train({ from }),
      (error) => reasonOf(error) === "bad checkpoint" && pattern.test(String(error)),
    );
  }
  assert.deepEqual(stub.paths(), []);
  const gone = train({ from: hosted("tinker://run/weights/gone") });
  await assert.rejects(gone, /training new: bad checkpoint: tinker:\/\/run\/weights\/gone: 404 Checkpoint not found/);
});

test("a base model that the server does not have is named beside those that it has", async (t) => {
  const misbehave = (path: string) =>
    path === "get_server_capabilities" ? { body: { supported_models: [{ model_name: "a/b" }] } } : undefined;
  const { train } = await setUp(t, { misbehave });
  await assert.rejects(train(), /the server has no model base, only a\/b/);
});

test("what cannot be trained exactly is refused before a model is made", async (t) => {
  const { stub, train } = await setUp(t, { contextTokens: 50, settings: { maxLength: 60 } });
  const masked = demonstration(context("user", "a"), context("assistant", "b"));
  const long = (length: number) => demonstration(context("user", "a".repeat(length)), learned("go"));
  for (const [examples, pattern] of [
    [[EXAMPLE, long(100)], /example 1 \(trajectory t1\): \d+ tokens, expected at most 60/],
    [[masked], /example 0 \(trajectory t1\): no token of its \d+ is learned/],
    [[], /the training set is empty/],
    [[{ ...EXAMPLE, weight: 0 }], /weight 0, expected a number above 0/],
  ] as const) {
    await assert.rejects(train({ set: { kind: "sft", examples } }), pattern);
  }
  await assert.rejects(train({ set: { kind: "dpo", examples: [PAIR], beta: 0 } }), /beta is 0/);
  assert.deepEqual(stub.paths(), []);
  // Only the server knows that it reads less.
  await assert.rejects(train({ set: { kind: "sft", examples: [long(34)] } }), /5\d tokens, expected at most 50/);
  assert(!stub.paths().includes("create_model"));
});

test("a result that is no number ends the training before a step is made of it", async (t) => {
  let targets = 0;
  const misbehave = (path: string, time: number, body: Readonly<Record<string, unknown>>) => {
    if (path === "forward_backward") targets = weightsIn(body)[0]!.length;
    const data = Array.from({ length: targets }, (_, at) => (at === 1 ? null : -1));
    const isGradients = path === "retrieve_future" && time === 2;
    return isGradients ? { body: { loss_fn_outputs: [{ logprobs: { data } }] } } : undefined;
  };
  const { stub, train } = await setUp(t, { misbehave });
  await assert.rejects(train(), (error) => reasonOf(error) === "diverged" && /is null/.test(String(error)));
  assert(!stub.paths().includes("optim_step"));
});

test("stopped: before it begins, and in the middle of waiting", async (t) => {
  const { train } = await setUp(t, { misbehave: (path) => (path === "optim_step" ? "hang" : undefined) });
  await assert.rejects(train({ signal: AbortSignal.abort() }), (error) => reasonOf(error) === "stopped");
  await assert.rejects(train({ signal: AbortSignal.timeout(300) }), (error) => reasonOf(error) === "stopped");
});

test("a key that is not there, a URL that is none", (t) => {
  const tokenizer = chatCheckpoint(t, { template: TEMPLATES.chatml });
  const options = { baseModel: "base", tokenizer };
  const refuses = (more: { url: string; apiKeyEnv?: string }, pattern: RegExp) =>
    assert.throws(
      () => tinkerTrainer({ ...options, ...more }),
      (error) => error instanceof CliError && pattern.test(error.message),
    );
  refuses({ url: "http://a", apiKeyEnv: "GLEANER_NO_SUCH_KEY" }, /GLEANER_NO_SUCH_KEY: expected an API key/);
  refuses({ url: "localhost:8000" }, /expected a base URL such as http:\/\/localhost:8000$/);
});
