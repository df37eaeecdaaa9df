// What each API has of its own: nested results, servers' tools, thoughts that nobody can read, pictures, near misses.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseWritten } from "../../../core/written-json.ts";
import { readMessages, turnsOf } from "../apis.ts";

const read = (...messages: unknown[]) => turnsOf(messages, "messages").map(({ place: _place, ...turn }) => turn);
const refused = (messages: unknown, message: RegExp) =>
  assert.throws(() => turnsOf(messages, "messages"), { name: "CliError", message });
const readAs = (...messages: unknown[]) => readMessages(messages, "messages").readAs;

const user = { role: "user", content: "Go." };
const call = (id: string, given = "{}") => ({ id, name: "act", arguments: given });

test("OpenAI: refusals, sound, custom tools, legacy calls and pictures", () => {
  const custom = { id: "c", type: "custom", custom: { name: "act", input: "go\nnorth" } };
  const picture = { type: "image_url", image_url: { url: "x" } };
  assert.deepEqual(
    read(
      { role: "user", content: [{ type: "text", text: "Look." }, picture, picture] },
      { role: "assistant", content: "I will not.", refusal: "No." },
      { role: "assistant", content: null, audio: { id: "a", data: "…", transcript: "Aloud." }, tool_calls: [custom] },
      { role: "tool", tool_call_id: "c", content: [picture] },
    ),
    [
      { role: "user", content: "Look.", leftOut: ["image_url", "image_url"] },
      { role: "assistant", content: "I will not.\nNo." },
      {
        role: "assistant",
        content: "Aloud.",
        leftOut: ["audio"],
        toolCalls: [call("c", '{"input":"go\\nnorth"}')],
      },
      { role: "tool", content: "", toolCallId: "c", leftOut: ["image_url"] },
    ],
  );
});

test("OpenAI: thoughts that are sealed are counted, two different ones are refused", () => {
  const sealed = [{ type: "reasoning.encrypted", data: "x" }];
  const [, first] = read(user, { role: "assistant", content: "go", reasoning: "so", reasoning_details: sealed });
  assert.deepEqual(first, { role: "assistant", content: "go", reasoning: "so", leftOut: ["encrypted reasoning"] });
  const [, second] = read(user, { role: "assistant", content: [{ type: "redacted_thinking", data: "x" }] });
  assert.deepEqual(second, { role: "assistant", content: "", leftOut: ["encrypted reasoning"] });
  refused(
    [user, { role: "assistant", content: "go", reasoning: "a", reasoning_content: "b" }],
    /messages\[1\]: expected one thought, found another one in reasoning than in reasoning_content/,
  );
  const blocks = [{ type: "thinking", thinking: "a b", signature: "s" }];
  const [, third] = read(user, { role: "assistant", content: "go", reasoning_content: "a b", thinking_blocks: blocks });
  assert.equal(third!.reasoning, "a b");
});

test("OpenAI: results without ids answer the calls before them, and a failed call says why", () => {
  const two = {
    role: "assistant",
    content: "",
    tool_calls: [
      { name: "a", arguments: {} },
      { name: "b", arguments: {} },
    ],
  };
  const turns = read(
    user,
    two,
    { role: "tool", name: "b", content: "B" },
    { role: "tool", name: "a", content: "", error: { type: "timeout", message: "too late" } },
  );
  assert.deepEqual(turns.slice(2), [
    { role: "tool", content: "B", toolCallId: "call_1" },
    { role: "tool", content: "too late", isError: true, toolCallId: "call_0" },
  ]);
  refused([user, two, { role: "tool", name: "c", content: "C" }], /expected a result of "a", "b", found one of "c"/);
});

test("OpenAI: several agents in one list are refused", () => {
  const said = (name: string) => ({ role: "assistant", name, content: "Hm." });
  assert.equal(read(user, said("planner"), user, said("planner")).length, 4);
  refused([user, said("planner"), said("coder")], /messages: expected one agent, found "planner" and "coder"/);
});

test("Anthropic: servers' tools, documents, nested parts and errors", () => {
  const found = [{ type: "web_search_result", title: "T", url: "u", encrypted_content: "…" }];
  assert.deepEqual(
    read(
      {
        role: "user",
        content: [{ type: "document", title: "D", source: { type: "text", data: "Text.", media_type: "t" } }],
      },
      {
        role: "assistant",
        content: [
          { type: "redacted_thinking", data: "x" },
          { type: "text", text: "I look." },
          { type: "server_tool_use", id: "s", name: "web_search", input: { query: "q" } },
          { type: "web_search_tool_result", tool_use_id: "s", content: found },
          { type: "text", text: "Found." },
          { type: "tool_use", id: "t", name: "act", input: {} },
        ],
      },
      {
        role: "user",
        content: [
          {
            type: "tool_result",
            tool_use_id: "t",
            is_error: true,
            content: [
              { type: "text", text: "a" },
              { type: "image", source: {} },
            ],
          },
        ],
      },
    ),
    [
      { role: "user", content: "D\nText." },
      {
        role: "assistant",
        content: "I look.",
        leftOut: ["encrypted reasoning"],
        toolCalls: [{ id: "s", name: "web_search", arguments: '{"query":"q"}' }],
      },
      {
        role: "tool",
        content: '[{"type":"web_search_result","title":"T","url":"u"}]',
        toolCallId: "s",
        leftOut: ["encrypted result"],
      },
      { role: "assistant", content: "Found.", toolCalls: [call("t")] },
      { role: "tool", content: "a", toolCallId: "t", isError: true, leftOut: ["image"] },
    ],
  );
});

test("Bedrock: JSON results, citations and sealed thoughts", () => {
  const list = parseWritten(
    `[{"role":"user","content":[{"text":"Go."},{"image":{"format":"png"}}]},
      {"role":"assistant","content":[{"reasoningContent":{"redactedContent":"x"}},
        {"citationsContent":{"content":[{"text":"Cited."}],"citations":[]}},
        {"toolUse":{"toolUseId":"t","name":"act","input":{"n":1.50}}}]},
      {"role":"user","content":[{"toolResult":{"toolUseId":"t","content":[{"json":{"n":2.0}}]}},{"cachePoint":{"type":"default"}}]}]`,
  ) as unknown[];
  assert.deepEqual(read(...list), [
    { role: "user", content: "Go.", leftOut: ["image"] },
    { role: "assistant", content: "Cited.", leftOut: ["encrypted reasoning"], toolCalls: [call("t", '{"n":1.50}')] },
    { role: "tool", content: '{"n":2.0}', toolCallId: "t" },
  ]);
});

test("Gemini: Google's own code tool, structured responses, signatures alone", () => {
  assert.deepEqual(
    read(
      { parts: [{ text: "Go." }, { inlineData: { mimeType: "image/png", data: "x" } }] },
      {
        role: "model",
        parts: [
          { thoughtSignature: "x" },
          { executableCode: { language: "PYTHON", code: "1+1" } },
          { codeExecutionResult: { outcome: "OUTCOME_FAILED", output: "2" } },
          { functionCall: { name: "act", args: {} } },
        ],
      },
      { role: "function", parts: [{ functionResponse: { name: "act", response: { a: 1, b: 2 } } }] },
    ),
    [
      { role: "user", content: "Go.", leftOut: ["inline data"] },
      {
        role: "assistant",
        content: "",
        leftOut: ["encrypted reasoning"],
        toolCalls: [{ id: "call_0", name: "code_execution", arguments: '{"language":"PYTHON","code":"1+1"}' }],
      },
      { role: "tool", content: "2", isError: true, toolCallId: "call_0" },
      { role: "assistant", content: "", toolCalls: [call("call_1")] },
      { role: "tool", content: '{"a":1,"b":2}', toolCallId: "call_1" },
    ],
  );
});

test("Responses: summaries, shells, MCP calls and custom tools are turns", () => {
  assert.deepEqual(
    read(
      { role: "user", content: "Go." },
      { type: "reasoning", id: "r", summary: [{ type: "summary_text", text: "So." }], encrypted_content: "x" },
      { type: "custom_tool_call", call_id: "c", name: "act", input: "go" },
      { type: "shell_call", call_id: "s", action: { commands: ["ls"] } },
      { type: "custom_tool_call_output", call_id: "c", output: [{ type: "input_text", text: "ok" }] },
      { type: "shell_call_output", call_id: "s", output: [{ stdout: "a", stderr: "" }] },
      { type: "mcp_call", id: "m", name: "act", server_label: "l", arguments: "{}", error: "down" },
      { type: "message", role: "assistant", content: [{ type: "output_text", text: "Done." }] },
    ),
    [
      { role: "user", content: "Go." },
      {
        role: "assistant",
        content: "",
        reasoning: "So.",
        leftOut: ["encrypted reasoning"],
        toolCalls: [call("c", '{"input":"go"}'), { id: "s", name: "shell", arguments: '{"commands":["ls"]}' }],
      },
      { role: "tool", content: "ok", toolCallId: "c" },
      { role: "tool", content: '[{"stdout":"a","stderr":""}]', toolCallId: "s" },
      { role: "assistant", content: "", toolCalls: [call("m")] },
      { role: "tool", content: "down", toolCallId: "m", isError: true },
      { role: "assistant", content: "Done." },
    ],
  );
  const search = [
    { type: "function_call", call_id: "a", name: "f", arguments: "{}" },
    { type: "web_search_call", id: "w" },
  ];
  refused(
    search,
    /looks like OpenAI Responses .*messages\[1\]: expected an item that is understood, found type "web_search_call"/,
  );
});

test("LangChain: the server's own text of a call counts, broken calls are calls, copies are not", () => {
  const raw = { id: "a", type: "function", function: { name: "act", arguments: '{ "n": 1.0 }' } };
  const [, first] = read(
    { type: "human", content: "Go." },
    {
      type: "ai",
      content: [
        { type: "text", text: "I go." },
        { type: "tool_use", id: "a", name: "act", input: { n: 1 } },
      ],
      tool_calls: [{ name: "act", args: { n: 1 }, id: "a" }],
      additional_kwargs: { tool_calls: [raw], refusal: null },
    },
  );
  assert.deepEqual(first, { role: "assistant", content: "I go.", toolCalls: [call("a", '{ "n": 1.0 }')] });
  const copy = { type: "tool_use", id: "a", name: "act", input: { n: 2 } };
  refused(
    [
      { type: "human", content: "Go." },
      { type: "ai", content: [copy], tool_calls: [{ name: "act", args: { n: 1 }, id: "a" }] },
    ],
    /messages\[1\]\.content: expected the calls of tool_calls, found another one of "a"/,
  );
  const broken = { name: "act", args: '{"n": ', id: "b", error: "no JSON", type: "invalid_tool_call" };
  const [, second] = read(
    { type: "human", content: "Go." },
    { type: "ai", content: "", tool_calls: [], invalid_tool_calls: [broken] },
  );
  assert.deepEqual(second!.toolCalls, [call("b", '{"n": ')]);
});

test("ShareGPT and LLaMA-Factory v1: several calls in one text, thoughts before them, broken ones", () => {
  const both = '[{"name":"act","arguments":{"a":1.0}},{"name":"act","arguments":{}}]';
  assert.deepEqual(
    read(
      { from: "human", value: "Go." },
      { from: "function_call", value: `<think>\nSo.\n</think>\n\n${both}` },
      { from: "observation", value: "1" },
    ),
    [
      { role: "user", content: "Go." },
      { role: "assistant", content: "", reasoning: "So.", toolCalls: [call("call_0", '{"a":1.0}'), call("call_1")] },
      { role: "tool", content: "1", toolCallId: "call_0" },
    ],
  );
  const [broken] = read({ role: "assistant", content: [{ type: "tool_call", value: '{"name": "act", "arg' }] });
  assert.deepEqual(broken!.toolCalls, [call("call_0", '{"name": "act", "arg')]);
});

test("which API it is, and why, is told; two APIs in one list and none at all are refused", () => {
  const openai = {
    role: "assistant",
    content: "",
    tool_calls: [{ id: "a", function: { name: "act", arguments: "{}" } }],
  };
  const anthropic = { role: "assistant", content: [{ type: "tool_use", id: "b", name: "act", input: {} }] };
  assert.equal(readAs(user), "OpenAI chat");
  assert.equal(readAs(user, openai), "OpenAI chat (a member tool_calls)");
  assert.equal(readAs(user, anthropic), "Anthropic messages (a part of type tool_use)");
  refused(
    [openai, anthropic],
    /looks like Anthropic messages \(a part of type tool_use\) and like OpenAI chat \(a member tool_calls\)/,
  );
  refused(
    [{ speaker: "a", text: "b" }],
    /messages\[0\]: expected a message .*ShareGPT: from and value.*found an object with "speaker", "text"/,
  );
  refused(
    [user, { ...anthropic, mood: "good" }],
    /looks like Anthropic messages \(a part of type tool_use\); messages\[1\]\.mood: expected only members/,
  );
  assert.throws(() => turnsOf([user], "messages", "cohere"), /API of messages: expected one of responses, anthropic/);
});

test("values that are nested too deeply are refused", () => {
  const depth = 50_000;
  const input = JSON.parse(`${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`);
  const message = { role: "assistant", content: [{ type: "tool_use", id: "a", name: "act", input }] };
  refused([user, message], /messages: expected values that are nested less deeply/);
});

test("Inspect: a server's tool with its result stands in one part", () => {
  const part = {
    type: "tool_use",
    tool_type: "web_search",
    id: "w",
    name: "web_search",
    arguments: "{}",
    result: "found",
  };
  assert.deepEqual(read(user, { role: "assistant", content: [part, { type: "text", text: "So.", refusal: null }] }), [
    { role: "user", content: "Go." },
    { role: "assistant", content: "", toolCalls: [{ id: "w", name: "web_search", arguments: "{}" }] },
    { role: "tool", content: "found", toolCallId: "w" },
    { role: "assistant", content: "So." },
  ]);
});

test("Anthropic: messages of the agent that follow each other are one turn", () => {
  const said = (part: object) => ({ role: "assistant", content: [part] });
  const turns = read(
    user,
    said({ type: "thinking", thinking: "So.", signature: "s" }),
    said({ type: "text", text: "I go." }),
    said({ type: "tool_use", id: "a", name: "act", input: {} }),
    { role: "user", content: [{ type: "tool_result", tool_use_id: "a" }] },
  );
  assert.deepEqual(turns, [
    { role: "user", content: "Go." },
    { role: "assistant", content: "I go.", reasoning: "So.", toolCalls: [call("a")] },
    { role: "tool", content: "", toolCallId: "a" },
  ]);
});
