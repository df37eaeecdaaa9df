/** Conversations whose template rewrites earlier turns: the rows, and that each of them is what was read and written. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
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
import { endsOfTurn } from "./end-of-turn.ts";
import { CONTEXT } from "./labels.ts";
import type { Row } from "./rows.ts";

const open = (t: TestContext, template: string) =>
  openChatTokenizer(chatCheckpoint(t, { template, tokenizer: tokenizerJson({ parting: "llama3" }) }));

/** What a row reads before its last learned stretch, and every learned stretch. */
function textsOf({ decode }: ChatTokenizer, { inputIds, labels }: Row): { read: string; learned: string[] } {
  const stretches: number[][] = [];
  labels.forEach((label, at) => {
    if (label === CONTEXT) return;
    if (at === 0 || labels[at - 1] === CONTEXT) stretches.push([]);
    stretches.at(-1)!.push(label);
  });
  const read = inputIds.slice(0, inputIds.length - (stretches.at(-1)?.length ?? 0));
  return { read: decode(read), learned: stretches.map((ids) => decode(ids)) };
}

/** Of every row the last prompt and what is learned. Every prompt must be the server's. */
function rowsOf(tokenizer: ChatTokenizer, example: Demonstration): string[][] {
  return tokenizer.demonstration(example).rows.map((row) => {
    for (const index of row.shows.learned) {
      const prompt = tokenizer.prompt(example.messages.slice(0, index), example.tools);
      assert.deepEqual(row.inputIds.slice(0, prompt.length), prompt);
      assert.notEqual(row.labels[prompt.length], CONTEXT);
    }
    const { read, learned } = textsOf(tokenizer, row);
    assert.equal(read, tokenizer.render(example.messages.slice(0, row.shows.messages - 1), true, example.tools));
    return learned;
  });
}

const thinks = (content: string, reasoning: string): WeightedMessage => ({ ...learned(content), reasoning });
const user = (content: string) => context("user", content);

test("a template that forgets earlier thoughts takes a row for each thought, as it was shown", (t) => {
  const tokenizer = open(t, TEMPLATES.forgetsThoughts);
  const [first, second, third] = [learned("<think>hm</think>go"), learned("on"), learned("<think>so</think>end")];
  const example = demonstration(user("a"), first, user("b"), second, user("c"), third, user("d"));
  assert.deepEqual(rowsOf(tokenizer, example), [
    ["<think>hm</think>go<|im_end|>"],
    ["on<|im_end|>", "<think>so</think>end<|im_end|>"],
  ]);
  const whole = { ...example, messages: [user("a"), learned("x"), user("b"), first] };
  assert.deepEqual(rowsOf(tokenizer, whole), [["x<|im_end|>", "<think>hm</think>go<|im_end|>"]]);
});

test("a preference whose side needs several rows is refused by the message", (t) => {
  const tokenizer = open(t, TEMPLATES.forgetsThoughts);
  const side = [learned("<think>hm</think>go"), user("b"), learned("on")];
  const pair = { prompt: [user("a")], chosen: side, rejected: [learned("x")], sources: ["t1", "t2"] as never };
  assert.throws(
    () => tokenizer.preference(pair),
    /^CliError: message 1: .* takes 2 rows; each side of a preference must be one/,
  );
  assert.equal(tokenizer.preference({ ...pair, chosen: side.slice(0, 1) }).chosen.shows.messages, 2);
});

test("where nothing is learned, the row is all of the conversation", (t) => {
  const { labels, inputIds } = rowOf(open(t, TEMPLATES.chatml), demonstration(user("a"), context("assistant", "b")));
  assert(inputIds.length > 0 && labels.every((label) => label === CONTEXT));
});

/** As Qwen 3: the last turn gets a thought, empty or not; earlier ones none. */
const QWEN = `{% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' }}{% if m.role == 'assistant' and loop.last %}{{ '<think>\\n' + (m.reasoning_content or '') + '\\n</think>\\n\\n' }}{% endif %}{{ m.content + '<|im_end|>\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% if enable_thinking is defined and not enable_thinking %}{{ '<think>\\n\\n</think>\\n\\n' }}{% endif %}{% endif %}`;

test("an empty thought that the template puts into the last turn is not learned", (t) => {
  const example = demonstration(user("a"), learned("go"), user("b"), learned("on"));
  assert.deepEqual(rowsOf(open(t, QWEN), example), [["go<|im_end|>", "on<|im_end|>"]]);
  const thinking = demonstration(user("a"), thinks("go", "hm"), user("b"), thinks("on", "so"));
  assert.deepEqual(rowsOf(open(t, QWEN), thinking), [
    ["<think>\nhm\n</think>\n\ngo<|im_end|>"],
    ["<think>\nso\n</think>\n\non<|im_end|>"],
  ]);
});

test("an empty thought that is in the prompt is read, turn by turn", (t) => {
  const template = QWEN.replace("enable_thinking is defined and not enable_thinking", "true");
  const example = demonstration(user("a"), learned("go"), user("b"), learned("on"));
  assert.deepEqual(rowsOf(open(t, template), example), [["go<|im_end|>"], ["on<|im_end|>"]]);
});

test("a template that leaves an empty thought in every turn is refused, and told what may help", (t) => {
  const template = QWEN.replace(" and loop.last", "");
  const labelling = () => open(t, template).demonstration(demonstration(user("a"), learned("go")));
  assert.throws(labelling, /^CliError: message 1: the chat template writes an empty thought .* enable_thinking: false/);
});

/** As GLM 4.5: a turn ends where the next speaker's tag begins. */
const GLM = `{% for m in messages %}{% if m.role == 'user' %}{{ '<|im_start|>\\n' }}{% elif m.role == 'tool' %}{{ '<|eot_id|>\\n' }}{% else %}{{ '<|im_end|>\\n' }}{% endif %}{{ m.content }}{% for call in m.tool_calls or [] %}{{ '<call>' + call.function.name + call.function.arguments.a + '</call>' }}{% endfor %}{% endfor %}{% if add_generation_prompt %}{{ '<|im_end|>\\n' }}{% endif %}`;

test("a turn that ends with the next speaker's tag is learned with it, the last one too", (t) => {
  const call = (id: string) => [{ id, name: "act", arguments: '{"a": "b"}' }];
  const example: Demonstration = {
    ...demonstration(
      user("a"),
      { ...learned("so"), toolCalls: call("call1") } as WeightedMessage,
      { role: "tool", content: "done", toolCallId: "call1", weight: 0 },
      learned("go"),
      user("b"),
      learned("on"),
    ),
    tools: [{ name: "act", description: "Act.", parameters: {} }],
  };
  const tokenizer = open(t, GLM);
  assert.deepEqual(rowsOf(tokenizer, example), [["so<call>actb</call><|eot_id|>", "go<|im_start|>", "on<|im_start|>"]]);
  const calls = { ...example, messages: example.messages.slice(0, 2) };
  assert.deepEqual(rowsOf(tokenizer, calls), [["so<call>actb</call><|eot_id|>"]]);
});

test("a model stops where its turns end: behind a text, and behind a call where that is another token", (t) => {
  const texts = (template: string) => {
    const tokenizer = open(t, template);
    return endsOfTurn(tokenizer).map((id) => tokenizer.decode([id]));
  };
  assert.deepEqual(texts(GLM), ["<|im_start|>", "<|eot_id|>"]);
  assert.deepEqual(texts(QWEN), ["<|im_end|>"]);
  assert.deepEqual(texts(DEEPSEEK), ["<|im_end|>"]);
  assert.throws(() => texts(TEMPLATES.endless), /^CliError: message 1: expected a special token that ends the turn/);
});

/** As gpt-oss: the last turn ends with a token of its own, and thoughts before calls vanish once there is an answer. */
const HARMONY = `{% for m in messages %}{% if m.role == 'assistant' %}{% set answered = (messages[-1].role == 'assistant' and not messages[-1].tool_calls) %}{% if m.reasoning_content and (loop.last or not answered) %}{{ '<|im_start|>assistant<|start_header_id|>thought<|end_header_id|>' + m.reasoning_content + '<|im_end|>' }}{% endif %}{{ '<|im_start|>assistant<|start_header_id|>' + ('call' if m.tool_calls else 'final') + '<|end_header_id|>' + m.content }}{% for call in m.tool_calls or [] %}{{ call.function.name + call.function.arguments.a }}{% endfor %}{{ '<|eot_id|>' if m.tool_calls or (loop.last and not add_generation_prompt) else '<|im_end|>' }}{% else %}{{ '<|im_start|>' + m.role + '<|end_header_id|>' + m.content + '<|im_end|>' }}{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant' }}{% endif %}`;

test("the end of a turn is what the model writes there, and not what history has", (t) => {
  const tokenizer = open(t, HARMONY);
  const example = demonstration(user("a"), learned("go"), user("b"), learned("on"));
  const final = (text: string) => `<|start_header_id|>final<|end_header_id|>${text}<|eot_id|>`;
  assert.deepEqual(rowsOf(tokenizer, example), [[final("go")], [final("on")]]);
});

test("a thought that vanishes from the prompt once the answer is there stands in the answer's row", (t) => {
  const tokenizer = open(t, HARMONY);
  const toolCalls = [{ id: "call1", name: "act", arguments: '{"a": "b"}' }];
  const example: Demonstration = {
    ...demonstration(
      user("a"),
      { ...thinks("", "hm"), toolCalls } as WeightedMessage,
      { role: "tool", content: "done", toolCallId: "call1", weight: 0 },
      thinks("on", "so"),
    ),
    tools: [{ name: "act", description: "Act.", parameters: {} }],
  };
  const thought = (text: string) => `<|start_header_id|>thought<|end_header_id|>${text}<|im_end|>`;
  const header = "<|im_start|>assistant<|start_header_id|>";
  assert.deepEqual(rowsOf(tokenizer, example), [
    [
      `${thought("hm")}${header}call<|end_header_id|>actb<|eot_id|>`,
      `${thought("so")}${header}final<|end_header_id|>on<|eot_id|>`,
    ],
  ]);
});

/** As DeepSeek's: the prompt opens a thought, no turn has one, and arguments are joined as text. */
const DEEPSEEK = `{% for m in messages %}{% if m.role == 'assistant' %}{{ '<|im_start|>' + m.content.split('</think>')[-1] }}{% for call in m.tool_calls or [] %}{{ call.function.name + ':' + call.function.arguments }}{% endfor %}{{ '<|im_end|>' }}{% else %}{{ '<|eot_id|>' + m.content }}{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|><think>\\n' }}{% endif %}`;

test("a thought that the prompt opens is learned behind it, as it was thought or said", (t) => {
  const tokenizer = open(t, DEEPSEEK);
  const apart = demonstration(user("a"), thinks("go", "hm"), user("b"), thinks("on", "so"));
  const inText = demonstration(
    user("a"),
    learned("<think>\nhm\n</think>\n\ngo"),
    user("b"),
    learned("so\n</think>\n\non"),
  );
  const expected = [["hm\n</think>\n\ngo<|im_end|>"], ["so\n</think>\n\non<|im_end|>"]];
  assert.deepEqual(rowsOf(tokenizer, apart), expected);
  assert.deepEqual(rowsOf(tokenizer, inText), expected);
  const none = () => tokenizer.demonstration(demonstration(user("a"), learned("go")));
  assert.throws(none, /^CliError: message 1: the chat template renders what is before it otherwise/);
});

test("a template that joins arguments as text gets the text that was written", (t) => {
  const toolCalls = [{ id: "call1", name: "act", arguments: '{"a":1E5,"b":"\\u00e9"}' }];
  const example: Demonstration = {
    ...demonstration(user("a"), { ...thinks("", "hm"), toolCalls } as WeightedMessage),
    tools: [{ name: "act", description: "Act.", parameters: {} }],
  };
  assert.deepEqual(rowsOf(open(t, DEEPSEEK), example), [['hm\n</think>\n\nact:{"a":1E5,"b":"\\u00e9"}<|im_end|>']]);
});

const said = (content: string, more: object): WeightedMessage => ({ ...learned(content), ...more }) as WeightedMessage;
const calls = { toolCalls: [{ id: "call1", name: "act", arguments: "{}" }] };

/** As Gemma 4 writes calls: before the text of their turn, and behind a tool's answer without a header in the prompt. */
const GEMMA = `{% for m in messages %}{% if m.role == 'tool' %}{{ m.content + '<|pad|>' }}{% else %}{{ '<|im_start|>' + m.role + '\\n' }}{% if m.reasoning_content %}{{ 'thought ' + m.reasoning_content + ' ' }}{% endif %}{% for call in m.tool_calls %}{{ call.function.name }}{{ call.function.arguments | tojson }}{% endfor %}{{ m.content + '<|im_end|>\\n' }}{% endif %}{% endfor %}{% if add_generation_prompt and messages[-1].role != 'tool' %}{{ '<|im_start|>assistant\\n' }}{% endif %}`;

test("a template that writes a text behind its call is refused for both, last or not", (t) => {
  const tokenizer = open(t, GEMMA);
  const [call, both] = [said("", calls), said("go", calls)];
  assert.deepEqual(rowsOf(tokenizer, demonstration(user("a"), call)), [["act{}<|im_end|>"]]);
  for (const rest of [[], [user("b")], [context("tool", "c"), user("b")]]) {
    const refused = () => tokenizer.demonstration(demonstration(user("a"), both, ...rest));
    assert.throws(refused, /^CliError: message 1: the chat template writes its text behind its call/);
  }
});

test("a header that the prompt lacks is not learned, whatever the turn is", (t) => {
  const tokenizer = open(t, GEMMA);
  for (const turn of [learned("go"), said("", calls), thinks("go", "hm")]) {
    const example = demonstration(user("a"), said("", { ...calls, weight: 0 }), context("tool", "b"), turn, user("c"));
    const header =
      /^CliError: message 3: the chat template begins it with "<\|im_start\|>assistant", which its prompt lacks/;
    assert.throws(() => tokenizer.demonstration(example), header);
  }
});

test("an answer that is the end of a turn itself has no other end than the template's", (t) => {
  const tokenizer = open(t, QWEN);
  const rows = rowsOf(tokenizer, demonstration(user("a"), thinks("<|im_end|>", "hm"), user("b")));
  assert.deepEqual(rows, [["<think>\nhm\n</think>\n\n<|im_end|><|im_end|>"]]);
});

test("a text that begins like a thought does not hide an empty one", (t) => {
  const written = "{% for call in m.tool_calls or [] %}{{ call.function.name }}{% endfor %}{{ '<|im_end|>\\n' }}";
  const tokenizer = open(t, QWEN.replace("{{ m.content + '<|im_end|>\\n' }}", `{{ m.content }}${written}`));
  const rows = (content: string) => rowsOf(tokenizer, demonstration(user("a"), said(content, calls)));
  for (const content of ["<", "<think>", "<thinking>"]) assert.deepEqual(rows(content), [[`${content}act<|im_end|>`]]);
});

const words = fc.constantFrom("go", "<think>hm</think>go", "a </think> b", " on", "x\n", "", "<|im_end|>", "déjà ¾");
const message = fc
  .record({ role: fc.constantFrom("user", "assistant", "learned", "thinks" as const), content: words })
  .map(({ role, content }): WeightedMessage => {
    if (role === "thinks") return thinks(content, "hm");
    return role === "learned" ? learned(content) : context(role as "user", content);
  });

const conversation = fc
  .array(message, { maxLength: 7 })
  .filter((messages) => messages.some(({ weight }) => weight === 1));

for (const [name, template] of Object.entries({ QWEN, GLM, HARMONY, DEEPSEEK, forgets: TEMPLATES.forgetsThoughts })) {
  test(`${name}: every learned message is in one row, behind its prompt, or the conversation is refused`, (t) => {
    const tokenizer = open(t, template);
    let exact = 0;
    fc.assert(
      fc.property(conversation, (messages) => {
        const example = demonstration(...messages);
        try {
          rowsOf(tokenizer, example);
        } catch (error) {
          assert(error instanceof CliError, String(error));
          return;
        }
        exact++;
        const { rows } = tokenizer.demonstration(example);
        const expected = messages.flatMap(({ weight }, index) => (weight === 1 ? [index] : []));
        const found = rows.flatMap(({ shows }) => shows.learned);
        assert.deepEqual(
          found.toSorted((a, b) => a - b),
          expected,
        );
      }),
      { numRuns: 200 },
    );
    assert(exact > 20, `only ${exact} of 200 were labelled`);
  });
}
