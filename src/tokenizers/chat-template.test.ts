/** What templates are given: arguments as they were written, thoughts, variables, the day; and which template it is. */
import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { chatCheckpoint, context, demonstration, learned, rowOf, TEMPLATES } from "../../test/chat-checkpoint.ts";
import type { Message } from "../core/message.ts";
import type { WeightedMessage } from "../core/training.ts";
import { openChatTokenizer } from "./chat-tokenizer.ts";
import { tokenizerContent } from "./content.ts";
import { COMPUTING_LIMITS } from "./limits.ts";

const TOOL = { name: "act", description: "Do it.", parameters: { type: "object" } };
const calling = (given: string): Message => ({
  ...{ role: "assistant", content: "", toolCalls: [{ id: "call00000", name: "act", arguments: given }] },
});
const ASKED: Message = { role: "user", content: "Well?" };

test("arguments keep their numbers, order and types, as Python writes them", (t) => {
  const { render } = openChatTokenizer(chatCheckpoint(t, { template: TEMPLATES.tools }));
  for (const [given, expected] of [
    [
      '{"loud":true,"price":20.0,"e":1e-7,"id":12345678901234567890}',
      '{"loud": true, "price": 20.0, "e": 1e-07, "id": 12345678901234567890}',
    ],
    ['{"2":1,"1":-0.0,"b":null}', '{"2": 1, "1": -0.0, "b": null}'],
    ['{"a":1E16,"b":100000.0,"c":[{}]}', '{"a": 1e+16, "b": 100000.0, "c": [{}]}'],
    ['{"a":"\\u00e9\\n\\"\\\\</b>"}', '{"a": "é\\n\\"\\\\</b>"}'],
  ] as const) {
    const text = render([ASKED, calling(given)], false, [TOOL]);
    assert(text.includes(`"arguments": ${expected}}`), text);
  }
  for (const given of ["go on", '{"a": NaN}', '{"a": 1e999}']) {
    assert.throws(() => render([ASKED, calling(given)], false), /CliError: .*can render this conversation/, given);
  }
});

test("a template that prints values prints them as Python does", (t) => {
  const template =
    "{% for m in messages %}{% for c in m.tool_calls or [] %}{% for k, v in c.function.arguments.items() %}{{ k }}={{ v }};{% endfor %}{% endfor %}{% endfor %}";
  const { render } = openChatTokenizer(chatCheckpoint(t, { template }));
  const text = render([calling('{"loud":true,"none":null,"e":1e-7,"list":[1.0,"a"]}')], false);
  assert.equal(text, "loud=True;none=None;e=1e-07;list=[1.0, 'a'];");
});

const THINKS = TEMPLATES.chatml.replace("{{ m.content", "{{ '<think>' + m.reasoning_content + '</think>' + m.content");

test("a thought is learned where the template writes it, and refused where it does not", (t) => {
  const thinking: WeightedMessage = { ...learned("go on"), reasoning: "go on" };
  const knows = openChatTokenizer(
    chatCheckpoint(t, { template: THINKS.replaceAll("m.reasoning_content", "(m.reasoning_content or '')") }),
  );
  const { labels } = rowOf(knows, demonstration(context("user", "a"), thinking));
  assert.equal(knows.decode(labels.filter((label) => label >= 0)), "<think>go on</think>go on<|im_end|>");
  const forgets = openChatTokenizer(chatCheckpoint(t, { template: TEMPLATES.chatml }));
  assert.throws(
    () => forgets.demonstration(demonstration(context("user", "a"), thinking)),
    /message 1: the chat template does not write "go on" of its thought; it may know no thoughts/,
  );
});

test("every special token that ends a turn is learned, but none that ends the conversation", (t) => {
  const template = TEMPLATES.chatml.replaceAll("'<|im_end|>'", "'<|im_end|><|eot_id|>'");
  const tokenizer = openChatTokenizer(chatCheckpoint(t, { template }));
  const { labels } = rowOf(tokenizer, demonstration(context("user", "a"), learned("b"), context("user", "c")));
  assert.equal(tokenizer.decode(labels.filter((label) => label >= 0)), "b<|im_end|><|eot_id|>");
  const whole = `${template.replace("{% if add_generation_prompt %}", "{% if not add_generation_prompt %}{{ eos_token }}{% endif %}{% if add_generation_prompt %}")}`;
  const ends = openChatTokenizer(chatCheckpoint(t, { template: whole }));
  const last = rowOf(ends, demonstration(context("user", "a"), learned("b")));
  assert.equal(ends.decode(last.labels.filter((label) => label >= 0)), "b<|im_end|><|eot_id|>");
});

test("variables and the day are what the caller says", (t) => {
  const template = "{{ enable_thinking }}{{ effort is defined }} {{ strftime_now('%d %b %Y') }}";
  const given = { variables: { enable_thinking: false }, date: "2026-07-04" };
  const { render } = openChatTokenizer(chatCheckpoint(t, { template }), COMPUTING_LIMITS, given);
  assert.equal(render([ASKED], true), "FalseFalse 04 Jul 2026");
});

test("the template for tools is the one that transformers would take", (t) => {
  const folder = chatCheckpoint(t, { template: "plain" });
  const before = tokenizerContent(folder);
  mkdirSync(join(folder, "additional_chat_templates"));
  writeFileSync(join(folder, "additional_chat_templates", "tool_use.jinja"), "tools");
  assert.notEqual(tokenizerContent(folder), before);
  const both = openChatTokenizer(folder);
  assert.deepEqual([both.render([ASKED], true), both.render([ASKED], true, [TOOL])], ["plain", "tools"]);
  assert.equal(both.render([ASKED], true, []), "tools");
  rmSync(join(folder, "chat_template.jinja"));
  const alone = openChatTokenizer(folder);
  assert.equal(alone.render([ASKED], true, [TOOL]), "tools");
  assert.throws(() => alone.render([ASKED], true), /no chat template for conversations without tools/);
  const named = [
    { name: "default", template: "plain" },
    { name: "tool_use", template: "tools" },
  ];
  const listed = chatCheckpoint(t, { template: "" });
  rmSync(join(listed, "chat_template.jinja"));
  writeFileSync(join(listed, "tokenizer_config.json"), JSON.stringify({ chat_template: named }));
  const { render } = openChatTokenizer(listed);
  assert.deepEqual([render([ASKED], true), render([ASKED], true, [TOOL])], ["plain", "tools"]);
});
