// Thoughts, calls and actions between tags in texts: read where the chat says so, left alone where they are mentioned.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cases } from "../../../test/cases.ts";
import { expectedOf, tokensOf } from "../../../test/chat-model.ts";
import { anyTaggedTalk, TAG_WRITERS, type TaggedTalk, type TagWriter, toolsOf } from "../../../test/tag-writers.ts";
import { readMessages, turnsOf } from "./apis.ts";
import { actionInTags, hasActionTags } from "./tags.ts";

const user = (content: string) => ({ role: "user", content });
const assistant = (content: string) => ({ role: "assistant", content });
const tool = (content: string) => ({ role: "tool", content });

/** Names that two calls share may have a key of two types: no schema has that. */
const isConsistent = ({ turns }: TaggedTalk): boolean => {
  const calls = turns.flatMap(({ calls: all }) => all);
  return new Set(calls.map(({ name }) => name)).size === calls.length;
};

function written({ turn }: TagWriter, { turns }: TaggedTalk, result: (text: string) => object) {
  return turns.flatMap(({ asked, text, thought, calls }) => [
    ...(asked === undefined ? [] : [user(asked)]),
    assistant(turn(text, thought, calls)),
    ...calls.map((call) => result(call.result.text)),
  ]);
}

for (const writer of TAG_WRITERS)
  test(`${writer.name}: calls and thoughts in texts are read, to the character`, () => {
    fc.assert(
      fc.property(anyTaggedTalk.filter(isConsistent), fc.boolean(), (talk, isInTags) => {
        const result = isInTags ? (text: string) => user(`<tool_response>\n${text}\n</tool_response>`) : tool;
        const { turns } = readMessages(written(writer, talk, result), "messages", { tools: toolsOf(talk) });
        const ids = turns.flatMap(({ toolCalls = [] }) => toolCalls.map(({ id }) => id));
        const told = turns.map(({ role, content, reasoning, toolCalls, toolCallId }) => ({
          role,
          content,
          ...(reasoning !== undefined && { reasoning }),
          ...(toolCalls && { calls: toolCalls.map((call) => ({ name: call.name, tokens: tokensOf(call.arguments) })) }),
          ...(toolCallId !== undefined && { answers: ids.indexOf(toolCallId) }),
        }));
        assert.deepEqual(told, expectedOf(talk, false));
      }),
      cases(100),
    );
  });

const CALL = '<tool_call>\n{"name": "act", "arguments": {"action": "go"}}\n</tool_call>';
const contents = (list: unknown) => turnsOf(list, "messages").map(({ content }) => content);
const calls = (list: unknown) => turnsOf(list, "messages").map(({ toolCalls = [] }) => toolCalls.length);
const refused = (list: unknown, message: RegExp) =>
  assert.throws(() => turnsOf(list, "messages"), { name: "CliError", message });

test("a tag that is merely mentioned changes nothing", () => {
  const texts = [
    "I could write <tool_call> here, but I go north.",
    "Then <think> and </think> are tags.",
    "<think> alone in a line is one",
    "the end </think> of it",
    'Say `{"name": "act", "arguments": {}}` to call.',
    "if a < b and <function=x> is text, go",
  ];
  for (const text of texts.filter((one) => !one.startsWith("<think>"))) {
    const chat = [user("Go."), assistant(text), user("You went."), assistant("Action: stop")];
    assert.deepEqual(contents(chat), ["Go.", text, "You went.", "Action: stop"], text);
  }
});

test("calls in text: a turn without one is a remark where the prompt or the results say that calls are read", () => {
  const taught = [{ role: "system", content: "Call within <tool_call></tool_call>." }];
  const chat = [user("Go."), assistant(CALL), user("You went."), assistant("Hm."), user("Call!"), assistant(CALL)];
  assert.deepEqual(calls([...taught, ...chat]), [0, 0, 1, 0, 0, 0, 1]);
  const answered = chat.map((one, index) => (index === 2 ? user("<tool_response>\nYou went.\n</tool_response>") : one));
  assert.deepEqual(calls(answered), [0, 1, 0, 0, 0, 1]);
  assert.equal(turnsOf(answered, "messages")[2]!.role, "tool");
});

test("calls in text: where only some turns call and nothing says who read them, the record is refused", () => {
  const chat = [user("Go."), assistant(CALL), user("Nothing happens."), assistant("Action: go"), user("You went.")];
  refused(
    [...chat, assistant("Action: stop")],
    /messages\[1\]: expected calls in every turn .*found <tool_call> in 1 of 3 turns/,
  );
});

test("calls in text: beside calls in members they reached nobody", () => {
  const member = { id: "a", type: "function", function: { name: "act", arguments: "{}" } };
  const chat = [
    user("Go."),
    { ...assistant(""), tool_calls: [member] },
    { ...tool("You went."), tool_call_id: "a" },
    assistant(CALL),
    user("Call act."),
  ];
  assert.deepEqual(calls(chat), [0, 1, 0, 0, 0]);
  assert.equal(contents(chat)[3], CALL);
});

test("calls in text: broken JSON stays a call with its text, text behind a call is refused", () => {
  const [, broken] = turnsOf(
    [user("Go."), assistant('<tool_call>\n{"name": "act", "arguments": {"a\n</tool_call>')],
    "m",
  );
  assert.deepEqual(broken!.toolCalls, [{ id: "call_0", name: "act", arguments: '{"name": "act", "arguments": {"a' }]);
  const twice = '{"name": "act", "arguments": {"a": 1, "a": 2}}';
  for (const text of [twice, `<tool_call>\n${twice}\n</tool_call>`])
    assert.deepEqual(
      turnsOf([user("Go."), assistant(text), user("<tool_response>\nr\n</tool_response>")], "m")[1]!.toolCalls,
      [{ id: "call_0", name: "act", arguments: twice }],
    );
  const open = turnsOf([user("Go."), assistant('I go.\n<tool_call>\n{"name": "act", "arguments": {}}')], "m")[1]!;
  assert.deepEqual([open.content, open.toolCalls?.length], ["I go.", 1]);
  refused(
    [user("Go."), assistant(CALL), tool("Went."), assistant(`${CALL}\nDone!`)],
    /messages\[3\]: expected calls at the end/,
  );
});

test("a JSON text that holds the closing tag is whole", () => {
  const [, turn] = turnsOf(
    [user("Go."), assistant('<tool_call>{"name":"say","arguments":{"text":"</tool_call>"}}</tool_call>')],
    "m",
  );
  assert.deepEqual(turn!.toolCalls, [{ id: "call_0", name: "say", arguments: '{"text":"</tool_call>"}' }]);
});

test("results in tags without a call that is understood are refused", () => {
  refused(
    [user("Go."), assistant("call: act(go)"), user("<tool_response>\nx\n</tool_response>")],
    /found <tool_response> alone/,
  );
});

test("several results in one message are several, and what is said behind them is said", () => {
  const both = "<tool_response>\na\n</tool_response>\n<tool_response>\nb\n</tool_response>\nGo on.";
  const turns = turnsOf([user("Go."), assistant(`${CALL}\n${CALL}`), user(both)], "m");
  assert.deepEqual(
    turns.slice(2).map(({ role, content, toolCallId }) => [role, content, toolCallId]),
    [
      ["tool", "a", "call_0"],
      ["tool", "b", "call_1"],
      ["user", "Go on.", undefined],
    ],
  );
});

test("thoughts: in front, several, cut off, opened by the prompt, in a member as well", () => {
  const thought = (text: string, more = {}) => {
    const [, turn] = turnsOf([user("Go."), { ...assistant(text), ...more }], "m");
    return [turn!.reasoning, turn!.content];
  };
  assert.deepEqual(thought("<think>a</think>\n\ngo"), ["a", "go"]);
  assert.deepEqual(thought("<think>\n\n</think>\n\ngo"), [undefined, "go"]);
  assert.deepEqual(thought("<think>a</think><think>b</think>go"), ["a\n\nb", "go"]);
  assert.deepEqual(thought("<think>a and no end"), ["a and no end", ""]);
  assert.deepEqual(thought("a\n</think>\n\ngo"), ["a", "go"]);
  assert.deepEqual(thought("<reasoning>a</reasoning>go"), ["a", "go"]);
  assert.deepEqual(thought("[THINK]a[/THINK]go"), ["a", "go"]);
  assert.deepEqual(thought("<think>a b</think>go", { reasoning_content: "a b\n" }), ["a b\n", "go"]);
  const other = [user("Go."), { ...assistant("<think>a</think>go"), reasoning_content: "b" }];
  refused(other, /messages\[1\]: expected one thought/);
  // LLaMA-Factory's demonstrations have such a text.
  assert.deepEqual(thought("go\n</think>", { reasoning_content: "a" }), ["a", "go\n</think>"]);
});

test("tags that are not known refuse a chat without calls, if every turn is made of them", () => {
  const turn = (text: string) => [assistant(text), user("Nothing happens.")];
  refused(
    [user("Go."), ...turn("<plan>a</plan>\n<move>north</move>"), ...turn("<move>south</move>")],
    /found <move> in every turn/,
  );
  refused(
    [user("Go."), ...turn("<search>x</search>"), ...turn("so\n<answer>y</answer>")],
    /found <search> in every turn/,
  );
  refused([user("Go."), ...turn("<|mode|>go"), ...turn("<|mode|>stop")], /found <\|mode\|>/);
  assert.equal(contents([user("Go."), ...turn("A table:\n<table><tr></tr></table>")]).length, 3);
  const once = [user("Go."), ...turn("<b>so</b> I go"), ...turn("go")];
  assert.equal(contents(once)[1], "<b>so</b> I go");
  const kept = readMessages([user("Go."), ...turn("<move>north</move>")], "m", { keepsTags: true });
  assert.equal(kept.turns[1]!.content, "<move>north</move>");
});

test("actions in tags are a spelling of their own", () => {
  const chat = [user("Go."), assistant("<think>north it is</think><action>go north</action>"), user("You went.")];
  const turns = turnsOf(chat, "messages");
  assert.equal(turns[1]!.reasoning, "north it is");
  assert.equal(hasActionTags(turns), true);
  assert.deepEqual(actionInTags("so I go <action> go north </action>\n"), { thought: "so I go", action: "go north" });
  assert.equal(actionInTags("<action>a</action> and <action>b</action>"), undefined);
  assert.equal(actionInTags("go north"), undefined);
});
