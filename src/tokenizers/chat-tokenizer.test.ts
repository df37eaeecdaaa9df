import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import { anyCharacter } from "../../test/any-character.ts";
import {
  chatCheckpoint,
  context,
  demonstration,
  learned,
  rowOf,
  TEMPLATES,
  tokenizerJson,
} from "../../test/chat-checkpoint.ts";
import { CliError } from "../core/errors.ts";
import type { Demonstration, WeightedMessage } from "../core/training.ts";
import { type ChatTokenizer, openChatTokenizer } from "./chat-tokenizer.ts";
import { CONTEXT, type LabelledTokens } from "./labels.ts";

function open(t: TestContext, template: string): ChatTokenizer {
  const parting = template === TEMPLATES.llama3 ? "llama3" : "gpt2";
  return openChatTokenizer(chatCheckpoint(t, { template, tokenizer: tokenizerJson({ parting }) }));
}

/** The texts of the learned stretches. */
function learnedTexts(tokenizer: ChatTokenizer, { labels }: LabelledTokens): string[] {
  const stretches: number[][] = [];
  labels.forEach((label, at) => {
    if (label === CONTEXT) return;
    if (labels[at - 1] === undefined || labels[at - 1] === CONTEXT) stretches.push([]);
    stretches.at(-1)!.push(label);
  });
  return stretches.map((ids) => tokenizer.decode(ids));
}

const EPISODE = [
  context("system", "Play."),
  context("user", "You are in the kitchen."),
  context("assistant", "go on the wall"),
  context("user", "Nothing happens."),
  learned("Thought: the other\nAction: go on"),
  context("user", "the end ¾"),
  learned("done"),
] as const;

for (const name of ["chatml", "generation", "llama3", "phi"] as const) {
  test(`${name}: what is learned is the weighted messages and their end tokens, and nothing else`, (t) => {
    const tokenizer = open(t, TEMPLATES[name]);
    const tokens = rowOf(tokenizer, demonstration(...EPISODE));
    const end = name === "llama3" ? "<|eot_id|>" : "<|im_end|>";
    assert.deepEqual(learnedTexts(tokenizer, tokens), [`Thought: the other\nAction: go on${end}`, `done${end}`]);
    const text = tokenizer.decode(tokens.inputIds);
    assert.deepEqual(tokens.inputIds, tokenizer.encode(text));
    // Through the end of the last turn.
    assert(tokenizer.render(EPISODE, false).startsWith(text) && text.endsWith(`done${end}`));
  });
}

test("a template may stand in tokenizer_config.json", (t) => {
  const own = open(t, TEMPLATES.llama3);
  const inConfig = openChatTokenizer(chatCheckpoint(t, { template: TEMPLATES.llama3, isInConfig: true }));
  assert.equal(inConfig.render(EPISODE, true), own.render(EPISODE, true));
  assert(own.render(EPISODE, true).startsWith("<|begin_of_text|><|start_header_id|>system"));
});

const text = fc.oneof(
  fc.string({ unit: anyCharacter, maxLength: 12 }),
  fc.stringMatching(/^[a-z \n]{0,20}$/),
  fc.constantFrom("the one", "¾ of 3", "<b>", "a\n\n\nb", " go", "\n\nx", "x\n"),
);
const message = fc
  .record({ role: fc.constantFrom("user", "assistant", "learned" as const), content: text })
  .map(
    ({ role, content }): WeightedMessage => (role === "learned" ? learned(content) : context(role as "user", content)),
  );
const conversation = fc.array(message, { maxLength: 8 });

for (const [name, end, trims] of [
  ["chatml", "<|im_end|>", false],
  ["llama3", "<|eot_id|>", true],
] as const) {
  test(`${name}: any conversation is labelled exactly, or refused by the message's number`, (t) => {
    const tokenizer = open(t, TEMPLATES[name]);
    let exact = 0;
    fc.assert(
      fc.property(conversation, (messages) => {
        try {
          const tokens = rowOf(tokenizer, demonstration(...messages));
          const contents = messages.filter(({ weight }) => weight === 1).map(({ content }) => content);
          const expected = contents.map((content) => `${trims ? content.trim() : content}${end}`);
          assert.deepEqual(learnedTexts(tokenizer, tokens), expected);
          const whole = tokenizer.encode(tokenizer.render(messages, false));
          assert.deepEqual(tokens.inputIds, whole.slice(0, tokens.inputIds.length));
          assert(tokens.labels.every((label, at) => label === CONTEXT || label === tokens.inputIds[at]));
          exact++;
        } catch (error) {
          assert(error instanceof CliError, String(error));
          assert.match(error.message, /message \d/);
        }
      }),
      { numRuns: 500 },
    );
    assert(exact > 200, `only ${exact} of 500 were labelled`);
  });
}

const refused = (tokenizer: ChatTokenizer, messages: readonly WeightedMessage[], pattern: RegExp) =>
  assert.throws(
    () => tokenizer.demonstration(demonstration(...messages)),
    (error) => {
      assert(error instanceof CliError);
      assert.match(error.message, pattern);
      return true;
    },
  );

test("a message that the template renders otherwise even as the last is refused, with where", (t) => {
  const trims = TEMPLATES.chatml.replace("m.content + '<|im_end|>'", "m.content.split('</think>')[-1] + '<|im_end|>'");
  refused(
    open(t, trims),
    [context("user", "a"), learned("<think>hm</think>go")],
    /^message 1: the chat template changes it: at character 0 expected "<think>hm<\/think>go", found "go<\|im_end\|>/,
  );
});

test("what the template renders otherwise once it is answered is trained as it was read", (t) => {
  const tokenizer = open(t, TEMPLATES.trimsEarlier);
  const messages = [context("user", "a "), learned("b"), context("user", "c"), learned("d")];
  const { rows } = tokenizer.demonstration(demonstration(...messages));
  const header = "<|im_start|>assistant\n";
  assert.deepEqual(
    rows.map(({ inputIds }) => tokenizer.decode(inputIds)),
    [
      `<|im_start|>user\na <|im_end|>\n${header}b<|im_end|>`,
      `<|im_start|>user\na<|im_end|>\n${header}b<|im_end|>\n<|im_start|>user\nc<|im_end|>\n${header}d<|im_end|>`,
    ],
  );
});

test("a template that tells in what was read that there is an answer is refused, with where", (t) => {
  refused(
    open(t, `{{ messages | length }}${TEMPLATES.chatml}`),
    [context("user", "a"), learned("b")],
    /^message 1: the chat template renders what is before it otherwise .* at character 0 expected "1.*, found "2/,
  );
});

test("a template without a token that ends the turn is refused", (t) => {
  const tokenizer = open(t, TEMPLATES.endless);
  refused(tokenizer, [context("user", "a"), learned("b")], /^message 1: expected a special token .* found ""/);
});

test("a template that writes today's date is refused", (t) => {
  assert.throws(() => open(t, TEMPLATES.dated).prompt(EPISODE), /today's date/);
});

test("a token that straddles the beginning of a learned message is refused, in context it may be", (t) => {
  const tokenizer = openChatTokenizer(
    chatCheckpoint(t, { template: TEMPLATES.chatml, tokenizer: tokenizerJson({ parting: "llama3" }) }),
  );
  refused(
    tokenizer,
    [context("user", "a"), learned("\nb")],
    /^message 1: at its beginning the whole has other tokens than the text up to there, in .*assistant\\n\\nb/,
  );
  const masked = [context("user", "\na"), context("assistant", "\nb"), learned("c")];
  assert.deepEqual(learnedTexts(tokenizer, rowOf(tokenizer, demonstration(...masked))), ["c<|im_end|>"]);
});

test("a header whose white space is parted otherwise once a message follows is refused", (t) => {
  const tokenizer = openChatTokenizer(chatCheckpoint(t, { template: TEMPLATES.llama3 }));
  refused(tokenizer, [context("user", "a"), learned("b")], /^message 1: at its beginning the whole has other tokens/);
});

test("half a surrogate pair is refused, it is no text", (t) => {
  refused(open(t, TEMPLATES.chatml), [context("user", "a\ud800"), learned("b")], /surrogate/);
});

test("a demonstration keeps its weight, 1 unless said otherwise", (t) => {
  const tokenizer = open(t, TEMPLATES.chatml);
  const example = demonstration(context("user", "a"), learned("b"));
  assert.equal(tokenizer.demonstration(example).weight, 1);
  assert.equal(tokenizer.demonstration({ ...example, weight: 0.25 }).weight, 0.25);
});

test("both sides of a preference are whole conversations, the environment is context", (t) => {
  const tokenizer = open(t, TEMPLATES.chatml);
  const prompt = [{ role: "user", content: "a" }] as const;
  const { chosen, rejected } = tokenizer.preference({
    prompt,
    chosen: [learned("b"), context("user", "seen"), learned("c")],
    rejected: [learned("d"), context("user", "other"), learned("e")],
    sources: ["t1", "t2"] as never,
  });
  assert.deepEqual(learnedTexts(tokenizer, chosen), ["b<|im_end|>", "c<|im_end|>"]);
  assert.deepEqual(learnedTexts(tokenizer, rejected), ["d<|im_end|>", "e<|im_end|>"]);
  const shared = tokenizer.prompt(prompt);
  for (const side of [chosen, rejected]) assert.deepEqual(side.inputIds.slice(0, shared.length), shared);
});

test("a prompt is the beginning of what is learned from it", (t) => {
  for (const template of [TEMPLATES.chatml, TEMPLATES.llama3]) {
    const tokenizer = open(t, template);
    const prompt = tokenizer.prompt(EPISODE.slice(0, 4));
    const { inputIds, labels } = rowOf(tokenizer, demonstration(...EPISODE));
    assert.deepEqual(inputIds.slice(0, prompt.length), prompt);
    assert.equal(
      labels.findIndex((label) => label !== CONTEXT),
      prompt.length,
    );
  }
});

test("every Unicode number is a digit, as in Python", (t) => {
  const digits = { type: "Digits", individual_digits: true };
  const folder = chatCheckpoint(t, { template: TEMPLATES.chatml, tokenizer: tokenizerJson({ before: [digits] }) });
  const [apart, plain] = [openChatTokenizer(folder), open(t, TEMPLATES.chatml)];
  const pieces = (tokenizer: ChatTokenizer) => tokenizer.encode(" ¾").length;
  // Together, the space and the first of ¾'s two bytes are one token.
  assert.deepEqual([pieces(plain), pieces(apart)], [2, 3]);
});

test("a folder that is no checkpoint is refused by the file that is missing or broken", (t) => {
  assert.throws(() => openChatTokenizer("/nowhere/at/all"), /^CliError: \/nowhere\/at\/all: no such folder/);
  const folder = chatCheckpoint(t, { template: TEMPLATES.chatml });
  writeFileSync(join(folder, "chat_template.jinja"), "{% for m in messages %}");
  assert.throws(() => openChatTokenizer(folder), /chat_template\.jinja: /);
  rmSync(join(folder, "chat_template.jinja"));
  assert.throws(() => openChatTokenizer(folder), /no chat template, expected chat_template\.jinja, or one in/);
  writeFileSync(join(folder, "tokenizer.json"), "[]");
  assert.throws(() => openChatTokenizer(folder), /tokenizer\.json: expected a JSON object/);
  rmSync(join(folder, "tokenizer.json"));
  assert.throws(() => openChatTokenizer(folder), /tokenizer\.json: no such file, expected a file of a checkpoint/);
});

const TOOL = { name: "act", description: "Do it.", parameters: { type: "object" } };
const call = (action: string, id = "call00000") => [{ id, name: "act", arguments: JSON.stringify({ action }) }];
const CALLS: Demonstration = {
  ...demonstration(
    context("system", "Play."),
    context("user", "You are in the kitchen."),
    { ...context("assistant", 'The "wall".'), toolCalls: call("go on the wall") } as WeightedMessage,
    { role: "tool", content: "Nothing happens.", toolCallId: "call00000", weight: 0 },
    { ...learned("So:"), toolCalls: call('say "é"', "call00001") } as WeightedMessage,
    { role: "tool", content: "Well.", toolCallId: "call00001", weight: 0 },
    { ...learned(""), toolCalls: call("end", "call00002") } as WeightedMessage,
  ),
  tools: [TOOL],
};

test("calls are learned as the template writes them; what can be called and what calls led to is read", (t) => {
  const tokenizer = open(t, TEMPLATES.tools);
  const tokens = rowOf(tokenizer, CALLS);
  const written = (action: string) =>
    `<tool_call>\n{"name": "act", "arguments": {"action": ${action}}}\n</tool_call><|im_end|>`;
  assert.deepEqual(learnedTexts(tokenizer, tokens), [`So:\n${written('"say \\"é\\""')}`, written('"end"')]);
  const text = tokenizer.decode(tokens.inputIds);
  assert(text.includes(JSON.stringify(TOOL.name)) && text.includes("<tool_response>\nWell.\n</tool_response>"));
  const asked = tokenizer.prompt(CALLS.messages.slice(0, 4), CALLS.tools);
  assert.deepEqual(tokens.inputIds.slice(0, asked.length), asked);
  const { chosen } = tokenizer.preference({
    ...{ prompt: CALLS.messages.slice(0, 2), chosen: CALLS.messages.slice(2), rejected: [learned("x")] },
    ...{ tools: [TOOL], sources: ["a", "b"] as never },
  });
  assert.deepEqual(chosen.labels, tokens.labels);
});

test("a template that knows no calls is found out", (t) => {
  const labelling = () => open(t, TEMPLATES.chatml).demonstration(CALLS);
  assert.throws(labelling, /message 4: the chat template does not write "act" of its call; it may know no tools/);
});
