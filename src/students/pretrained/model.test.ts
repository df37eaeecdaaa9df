import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import { TEMPLATES } from "../../../test/chat-checkpoint.ts";
import { pretrainedCheckpoint } from "../../../test/pretrained-checkpoint.ts";
import { temporaryFolder } from "../../../test/temporary.ts";
import type { Message } from "../../core/message.ts";
import type { CompletionRequest } from "../../core/policy.ts";
import { openChatTokenizer } from "../../tokenizers/chat-tokenizer.ts";
import { cutBehind, type PretrainedModelOptions, pretrainedModel } from "./model.ts";

function checkpoint(t: TestContext): string {
  const folder = join(temporaryFolder(), "base");
  pretrainedCheckpoint(t, folder);
  return folder;
}

async function open(t: TestContext, folder: string, more: Partial<PretrainedModelOptions> = {}) {
  const model = await pretrainedModel({ folder, name: "base", slots: 3, threads: 1, tokenIds: true, ...more });
  t.after(() => model.close());
  return model;
}

function edit(folder: string, file: string, change: object): void {
  const path = join(folder, file);
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, "utf8")), ...change }));
}

const MESSAGES: readonly Message[] = [
  { role: "user", content: "go on" },
  { role: "assistant", content: "the one" },
  { role: "user", content: "¾?" },
];

const request = (more: Partial<CompletionRequest> = {}): CompletionRequest => ({
  messages: MESSAGES,
  temperature: 1,
  maxTokens: 12,
  seed: 1,
  ...more,
});

test("a completion tells the tokens that were read and written, the end of the turn included", async (t) => {
  const folder = checkpoint(t);
  const model = await open(t, folder);
  const tokenizer = openChatTokenizer(folder);
  const [end] = tokenizer.encode("<|im_end|>");
  const reasons = new Set<string>();
  for (let seed = 0; seed < 40; seed++) {
    const { text, finishReason, usage, tokenIds } = await model.complete(request({ seed, temperature: 2 }));
    reasons.add(finishReason);
    assert.deepEqual(tokenIds!.prompt, tokenizer.prompt(MESSAGES));
    assert.equal(tokenIds!.completion.at(-1) === end, finishReason === "stop");
    const said = finishReason === "stop" ? tokenIds!.completion.slice(0, -1) : tokenIds!.completion;
    assert.equal(text, tokenizer.decode(said));
    assert.deepEqual(usage, { promptTokens: tokenIds!.prompt.length, completionTokens: tokenIds!.completion.length });
  }
  assert.deepEqual([...reasons].sort(), ["length", "stop"]);
});

test("a completion is one of the choices", async (t) => {
  const model = await open(t, checkpoint(t));
  const choices = ["go to the door", "go", "take ¾ of it"];
  const seen = new Set<string>();
  for (let seed = 0; seed < 30; seed++) {
    seen.add((await model.complete(request({ seed, choices, maxTokens: 1, temperature: 5 }))).text);
  }
  assert([...seen].every((text) => choices.includes(text)));
  assert(seen.size > 1);
});

test("every token that the checkpoint names ends a text", async (t) => {
  const folder = checkpoint(t);
  const greedy = request({ temperature: 0 });
  const { completion } = (await (await open(t, folder)).complete(greedy)).tokenIds!;
  const [first, second] = completion;
  assert.notEqual(first, second);
  edit(folder, "generation_config.json", { eos_token_id: [0, second] });
  const ended = await (await open(t, folder)).complete(greedy);
  assert.deepEqual(ended.tokenIds!.completion, [first, second]);
  assert.equal(ended.finishReason, "stop");
  assert.equal(ended.usage.completionTokens, 2);
});

test("a conversation that leaves no room for its answer is refused, by the config's context or the checkpoint's", async (t) => {
  const folder = checkpoint(t);
  const long = [{ role: "user", content: "x".repeat(220) }] as const;
  const wide = await open(t, folder, { context: 100_000 });
  await wide.complete(request({ messages: long }));
  await assert.rejects(wide.complete(request({ messages: long, maxTokens: 40 })), {
    name: "ContextFullError",
    message: /^base: .* context of 256 tokens/,
  });
  const narrow = await open(t, folder, { context: 128 });
  await assert.rejects(narrow.complete(request({ messages: long })), { name: "ContextFullError", message: /of 128/ });
  await narrow.complete(request());
});

test("what cannot be tokenised exactly fails the episode, not the run", async (t) => {
  const model = await open(t, checkpoint(t));
  const messages = [{ role: "user", content: "\ud800" }] as const;
  await assert.rejects(model.complete(request({ messages })), { name: "PolicyError", message: /^base: .*surrogate/ });
});

test("a checkpoint that cannot be computed exactly is refused by the field", async (t) => {
  const refused = async (change: object, message: RegExp) => {
    const folder = checkpoint(t);
    edit(folder, "config.json", change);
    await assert.rejects(pretrainedModel({ folder, name: "base", slots: 1 }), { name: "CliError", message });
  };
  await refused({ model_type: "gpt2" }, /config\.json: expected model_type to be one of llama, .*, got "gpt2"/);
  await refused({ sliding_window: 64 }, /"sliding_window": 64 is not understood/);
  await refused(
    { attention_bias: true },
    /expected model\.layers\.0\.self_attn\.q_proj\.bias of shape \[32\], got nothing/,
  );
  await refused(
    { rope_scaling: { rope_type: "llama3", factor: 8 } },
    /expected rope_scaling to be null, or .*llama3 with all its numbers above 0 and nothing else, got .*llama3/,
  );
  await refused({ head_dim: 16 }, /expected model\.layers\.0\.self_attn\.q_proj\.weight of shape \[64,32\]/);
  await refused({ intermediate_size: 32 }, /expected model\.layers\.0\.mlp\.gate_proj\.weight of shape \[32,32\]/);
});

test("pieces are cut behind the header and stay when the conversation goes on", () => {
  const ids = fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 30 });
  const header = fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 3 });
  fc.assert(
    fc.property(ids, ids, header, (before, more, head) => {
      const pieces = cutBehind([...before, ...head], head);
      const longer = cutBehind([...before, ...head, ...more], head);
      assert.deepEqual(longer.flat(), [...before, ...head, ...more]);
      if (head.length > 0) assert.deepEqual(longer.slice(0, pieces.length), pieces);
    }),
  );
});

const TOOLS = [{ name: "open", description: "Opens a door.", parameters: { type: "object", properties: {} } }];

test("a model that may call tools calls them as its template spells calls", async (t) => {
  const folder = join(temporaryFolder(), "base");
  pretrainedCheckpoint(t, folder, { max_position_embeddings: 512 });
  writeFileSync(join(folder, "chat_template.jinja"), TEMPLATES.tools);
  const model = await open(t, folder);
  const tokenizer = openChatTokenizer(folder);
  const call = '<tool_call>\n{"name": "open", "arguments": {"at": 2.0}}\n</tool_call>';
  // Random weights call nothing by themselves.
  const { text, toolCalls, tokenIds } = await model.complete(request({ tools: TOOLS, choices: [`So. ${call}`] }));
  assert.deepEqual([text, toolCalls], ["So. ", [{ id: "", name: "open", arguments: '{"at":2.0}' }]]);
  assert.deepEqual(tokenIds!.prompt, tokenizer.prompt(MESSAGES, TOOLS));
  const said = await model.complete(request({ tools: TOOLS, choices: ["go"] }));
  assert.deepEqual([said.text, said.toolCalls], ["go", undefined]);
  // A turn of two calls, and what the model reads when both were answered.
  const two = await model.complete(request({ tools: TOOLS, choices: [`${call}\n${call}`] }));
  const calls = two.toolCalls!.map((one, index) => ({ ...one, id: `c${index}` }));
  const answers = calls.map(({ id }): Message => ({ role: "tool", content: `open ${id}`, toolCallId: id }));
  const messages: readonly Message[] = [...MESSAGES, { role: "assistant", content: "", toolCalls: calls }, ...answers];
  const next = await model.complete(request({ tools: TOOLS, messages, choices: ["go"] }));
  const read = tokenizer.decode(next.tokenIds!.prompt);
  assert.deepEqual([read.split(call).length, read.match(/open c\d/g)], [3, ["open c0", "open c1"]]);
});

test("a template that leaves tools out is refused, since the model would never hear of them", async (t) => {
  const model = await open(t, checkpoint(t));
  await assert.rejects(model.complete(request({ tools: TOOLS })), /chat template has no place for tools/);
});
