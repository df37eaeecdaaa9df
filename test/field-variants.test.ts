// One episode of the workshop in many more spellings, nestings and files than test/field-logs.test.ts has: each is recognised,
// replayed and won, with its thoughts; or refused by name.
import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { type ImportRequest, importInto } from "../src/cli/commands/import.ts";
import { openSqlite } from "../src/store/sqlite.ts";
import { scratchFolder } from "./logs.ts";
import { zipOf } from "./zip.ts";

const { write } = scratchFolder();

const START = "An order: pack in cotton.\n\nYou stand at the workshop's door.";
const STEPS = [
  ["go depot", "You are in the depot. There is no tray here."],
  ["go cabin", "You are in the cabin. In the tray: a trowel, a rake and a basket."],
  ["use basket", "Done. This stage of the work is finished."],
  ["deliver piece", "The customer accepts the piece. The order is filled."],
] as const;
const THOUGHT = "So it goes.";
const json = JSON.stringify;
const task = { task_id: "workshop/train/front-0-0", reward: 1, success: true };
const system = { role: "system", content: "Call act." };
const user = { role: "user", content: START };
type Message = object;

/** A chat of `agent` and `result` for each step. */
const chat = (
  agent: (action: string, at: number) => Message | Message[],
  result: (answer: string, at: number) => Message,
) => [...STEPS.flatMap(([action, answer], at) => [agent(action, at), result(answer, at)].flat())];
const row = (messages: readonly Message[], more: object = {}) => ({ ...task, messages, ...more });
const lines = (...rows: readonly unknown[]) => rows.map((one) => `${json(one)}\n`).join("");
const call = (action: string, at: number) => ({
  id: `c${at}`,
  type: "function",
  function: { name: "act", arguments: json({ action }) },
});
const tool = (content: string, at: number) => ({ role: "tool", tool_call_id: `c${at}`, content });
const openai = (more: object = {}) =>
  chat((action, at) => ({ role: "assistant", content: null, tool_calls: [call(action, at)], ...more }), tool);
const said = (
  spell: (action: string) => string,
  answer = (text: string): Message => ({ role: "tool", content: text }),
) =>
  chat(
    (action) => ({ role: "assistant", content: spell(action) }),
    (text) => answer(text),
  );
const anthropic = (text: unknown) =>
  chat(
    (action, at) => ({
      role: "assistant",
      content: [text, { type: "tool_use", id: `t${at}`, name: "act", input: { action } }] as never,
    }),
    (answer, at) => ({ role: "user", content: [{ type: "tool_result", tool_use_id: `t${at}`, content: answer }] }),
  );
const item = (type: string, more: object) => ({ type, ...more });
const responses = [
  ...[item("message", { role: "developer", content: "Call act." }), item("message", { role: "user", content: START })],
  ...chat(
    (action, at) => [
      item("reasoning", { summary: [item("summary_text", { text: THOUGHT })] }),
      item("function_call", { call_id: `c${at}`, name: "act", arguments: json({ action }) }),
    ],
    (answer, at) => item("function_call_output", { call_id: `c${at}`, output: answer }),
  ),
];
const gemini = [
  { role: "user", parts: [{ text: START }] },
  ...chat(
    (action) => ({
      role: "model",
      parts: [{ text: THOUGHT, thought: true }, { function_call: { name: "act", args: { action } } }],
    }),
    (answer) => ({ role: "user", parts: [{ function_response: { name: "act", response: { result: answer } } }] }),
  ),
];
const langchain = (wrap: (type: string, data: object) => object) => [
  wrap("human", { content: START }),
  ...chat(
    (action, at) =>
      wrap("ai", { content: "", tool_calls: [{ name: "act", args: { action }, id: `c${at}`, type: "tool_call" }] }),
    (answer, at) => wrap("tool", { content: answer, tool_call_id: `c${at}`, name: "act" }),
  ),
];
const shareGpt = [
  { from: "human", value: START },
  ...chat(
    (action) => ({ from: "function_call", value: json([{ name: "act", arguments: { action } }]) }),
    (answer) => ({ from: "observation", value: answer }),
  ),
];
const inspectSample = (messages: readonly Message[]) => ({
  id: 1,
  epoch: 1,
  metadata: task,
  messages,
  scores: { s: { value: "C" } },
});
const inspectCalls = [
  ...[system, user],
  ...chat(
    (action, at) => ({
      ...{
        role: "assistant",
        source: "generate",
        content: [
          { type: "reasoning", reasoning: THOUGHT },
          { type: "text", text: "" },
        ],
      },
      tool_calls: [{ id: `c${at}`, function: "act", arguments: { action }, type: "function", view: null }],
    }),
    (content, at) => ({ role: "tool", tool_call_id: `c${at}`, function: "act", content }),
  ),
  { role: "assistant", content: "", tool_calls: [{ id: "s", function: "submit", arguments: { answer: "done" } }] },
  { role: "tool", tool_call_id: "s", function: "submit", content: "done" },
];
const traces = {
  ...{ id: "e", task: { key: task.task_id }, ok: true },
  traces: [
    {
      ...{ id: "t", task: { key: task.task_id }, rewards: { win: { score: 0.5, weight: 2 } } },
      nodes: [system, user, ...openai()].map((message, at) => ({
        message,
        sampled: "tool_calls" in message,
        parent: at === 0 ? null : at - 1,
      })),
    },
  ],
};
const atif = {
  ...{ schema_version: "ATIF-v1.2", agent: { name: "a", version: "1" }, extra: task },
  steps: [
    { step_id: 1, source: "user", message: START },
    ...STEPS.map(([action, content], at) => ({
      ...{ step_id: at + 2, source: "agent", message: "", reasoning_content: THOUGHT },
      tool_calls: [{ tool_call_id: `c${at}`, function_name: "act", arguments: { action } }],
      observation: { results: [{ source_call_id: `c${at}`, content }] },
    })),
  ],
};
const parallel = [
  { role: "assistant", content: "", tool_calls: [call(STEPS[0][0], 0), call(STEPS[1][0], 1)] },
  ...[tool(STEPS[1][1], 1), tool(STEPS[0][1], 0)],
  ...openai().slice(4),
];
const broken = [
  { role: "assistant", content: "", tool_calls: [{ id: "x", function: { name: "act", arguments: '{"action": "go' } }] },
  { role: "tool", tool_call_id: "x", content: "Arguments are no JSON." },
];

interface Variant {
  readonly name: string;
  readonly file: string;
  readonly content: string | Uint8Array;
  /** How many of the four steps have a thought. */
  readonly thoughts?: number;
  readonly options?: Partial<ImportRequest>;
}
const of = (name: string, file: string, content: string | Uint8Array, thoughts = 0, options = {}): Variant => ({
  name,
  file,
  content,
  thoughts,
  options,
});
const inJson = (name: string, messages: readonly Message[], thoughts = 0, more: object = {}) =>
  of(name, "a.jsonl", lines(row([user, ...messages], more)), thoughts);

const WON: readonly Variant[] = [
  inJson(
    "OpenAI, arguments as an object, no ids",
    chat(
      (action) => ({
        role: "assistant",
        content: "",
        tool_calls: [{ function: { name: "act", arguments: { action } } }],
      }),
      (content) => ({ role: "tool", content }),
    ),
  ),
  inJson(
    "OpenAI, calls as JSON texts",
    chat((action, at) => ({ role: "assistant", content: "", tool_calls: [json(call(action, at))] }), tool),
  ),
  inJson(
    "function_call with its arguments as an object",
    chat(
      (action) => ({ role: "assistant", content: THOUGHT, function_call: { name: "act", arguments: { action } } }),
      (content) => ({ role: "function", name: "act", content }),
    ),
    4,
  ),
  inJson("reasoning_details alone", openai({ reasoning_details: [{ type: "reasoning.text", text: THOUGHT }] }), 4),
  inJson(
    "thinking_blocks of LiteLLM",
    openai({ thinking_blocks: [{ type: "thinking", thinking: THOUGHT, signature: "s" }] }),
    4,
  ),
  inJson(
    "Mistral's thinking parts",
    openai({
      content: [
        { type: "thinking", thinking: [{ type: "text", text: THOUGHT }] },
        { type: "text", text: "" },
      ],
    }),
    4,
  ),
  inJson("two calls in a turn, results in another order", parallel),
  inJson("a call whose arguments were cut, told to try again", [...broken, ...openai()]),
  inJson(
    "a remark and a reminder between",
    [
      ...openai().slice(0, 2),
      { role: "assistant", content: "Hm." },
      { role: "user", content: "Go on with a tool." },
      ...openai().slice(2),
    ],
    1,
  ),
  inJson(
    "Anthropic, each part a message of its own",
    [...anthropic({ type: "thinking", thinking: THOUGHT, signature: "" })].flatMap((one) => {
      const { role, content } = one as { role: string; content: unknown[] };
      return content.map((part) => ({ role, content: [part] }));
    }),
    4,
  ),
  of(
    "Bedrock",
    "a.jsonl",
    lines(
      row([
        { role: "user", content: [{ text: START }] },
        ...chat(
          (action, at) => ({
            role: "assistant",
            content: [{ text: THOUGHT }, { toolUse: { toolUseId: `t${at}`, name: "act", input: { action } } }],
          }),
          (text, at) => ({
            role: "user",
            content: [{ toolResult: { toolUseId: `t${at}`, content: [{ text }], status: "success" } }],
          }),
        ),
      ]),
    ),
    4,
  ),
  inJson(
    "Hermes with results in the user's messages",
    said(
      (action) =>
        `<think>\n${THOUGHT}\n</think>\n<tool_call>\n{"name": "act", "arguments": {"action": "${action}"}}\n</tool_call>`,
      (text) => ({ role: "user", content: `<tool_response>\n${text}\n</tool_response>` }),
    ),
    4,
  ),
  inJson(
    "Qwen3-Coder's tags",
    said(
      (action) => `<tool_call>\n<function=act>\n<parameter=action>\n${action}\n</parameter>\n</function>\n</tool_call>`,
    ),
  ),
  inJson(
    "Llama's python tag",
    said((action) => `<|python_tag|>{"name": "act", "parameters": {"action": "${action}"}}<|eom_id|>`),
  ),
  inJson(
    "Mistral's tag",
    said((action) => `[TOOL_CALLS][{"name": "act", "arguments": {"action": "${action}"}}]</s>`),
  ),
  inJson(
    "DeepSeek's tags",
    said(
      (action) =>
        `<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>act<｜tool▁sep｜>{"action": "${action}"}<｜tool▁call▁end｜><｜tool▁calls▁end｜>`,
    ),
  ),
  inJson(
    "GLM's tags",
    said((action) => `<tool_call>act\n<arg_key>action</arg_key>\n<arg_value>${action}</arg_value>\n</tool_call>`),
  ),
  inJson(
    "gpt-oss, raw",
    said(
      (action) =>
        `<|channel|>analysis<|message|>${THOUGHT}<|end|><|start|>assistant<|channel|>commentary to=functions.act <|constrain|>json<|message|>{"action": "${action}"}<|call|>`,
    ),
    4,
  ),
  inJson(
    "verl-agent's tags",
    said(
      (action) => `<think>${THOUGHT}</think><action>${action}</action>`,
      (content) => ({ role: "user", content }),
    ),
    4,
  ),
  inJson(
    "ReAct's text",
    said(
      (action) => `Thought: ${THOUGHT}\nAction: ${action}`,
      (content) => ({ role: "user", content: `Observation: ${content}` }),
    ),
    4,
  ),
  of(
    "ms-swift's roles",
    "a.json",
    json([
      row([
        user,
        ...chat(
          (action) => ({ role: "tool_call", content: json({ name: "act", arguments: { action } }) }),
          (content) => ({ role: "tool_response", content }),
        ),
      ]),
    ]),
  ),
  of("ShareGPT, gzipped, indented", "a.json.gz", gzipSync(json({ ...task, conversations: shareGpt }, null, 2))),
  of(
    "Gemini's contents by their name",
    "a.jsonl",
    lines({ ...task, contents: gemini, system_instruction: { parts: [{ text: "Call act." }] } }),
    4,
  ),
  of(
    "Responses: input and output",
    "a.json",
    json({ ...task, instructions: "Call act.", input: responses.slice(1, 2), output: responses.slice(2) }),
    4,
  ),
  of(
    "LangChain, messages_to_dict, in a list",
    "a.json",
    json([row(langchain((type, data) => ({ type, data: { ...data, type } })))], null, 1),
  ),
  of(
    "LangChain, dumpd",
    "a.jsonl.zst",
    zstdCompressSync(
      lines(
        row(
          langchain((type, kwargs) => ({
            lc: 1,
            type: "constructor",
            id: ["langchain", { human: "HumanMessage", ai: "AIMessage", tool: "ToolMessage" }[type]],
            kwargs,
          })),
        ),
      ),
    ),
  ),
  of("values over several lines each", "a.json", `${json(row([user, ...openai()]), null, 2)}\n`),
  of(
    "a list within lists of another name",
    "a.json",
    json({ made: "today", data: { episodes: [row([user, ...openai()])] } }),
  ),
  of("rewards as texts", "a.jsonl", lines({ ...task, reward: "1.0", success: "True", messages: [user, ...openai()] })),
  of(
    "everything under other names",
    "a.jsonl",
    lines({ run: { log: [user, ...openai()] }, eval: { total: 1 }, meta: { what: task.task_id } }),
    0,
    { paths: { messages: "run.log", reward: "eval.total", task: "meta.what" } },
  ),
  of("Inspect, one file", "a.json", json({ version: 2, status: "success", samples: [inspectSample(inspectCalls)] }), 4),
  of(
    "Inspect, an archive packed with Zstandard",
    "a.eval",
    zipOf([["samples/1_epoch_1.json", json(inspectSample(inspectCalls))]], "zstandard"),
    4,
  ),
  of("verifiers' traces, packed with Zstandard", "traces.jsonl.zst", zstdCompressSync(lines(traces))),
  of("ATIF v1.2, indented", "a.json", json(atif, null, 2), 4),
];

const importing = async ({ file, content, options = {} }: Omit<Variant, "name">) => {
  const repository = openSqlite(":memory:");
  try {
    const request = { environment: { name: "workshop" }, files: [write(file, content)], run: "x", ...options };
    const summary = await importInto({ repository }, request as ImportRequest);
    return { summary, steps: repository.trajectoriesOf("x").map((id) => repository.trajectory(id)!.steps) };
  } finally {
    repository.close();
  }
};

for (const variant of WON)
  test(`${variant.name}: four actions, replayed and won`, async () => {
    const { summary, steps } = await importing(variant);
    assert.deepEqual([summary.malformed, summary.verified], [[], 1]);
    assert.deepEqual(
      steps[0]!.map(({ action }) => action),
      STEPS.map(([action]) => action),
    );
    assert.equal(steps[0]!.filter(({ thought }) => thought.trim() !== "").length, variant.thoughts);
  });

const REFUSED: readonly (readonly [name: string, content: string, problem: RegExp])[] = [
  [
    "a part that nobody knows",
    lines(row([user, ...anthropic({ type: "hologram", text: "x" })])),
    /a part that is understood, found type "hologram"/,
  ],
  [
    "a role that nobody knows",
    lines(row([user, ...openai(), { role: "narrator", content: "x" }])),
    /role: expected one of .*, found "narrator"/,
  ],
  [
    "a member that nobody knows",
    lines(row([user, ...openai({ inner_voice: "x" })])),
    /inner_voice: expected only members that are understood/,
  ],
  [
    "tags that nobody knows",
    lines(
      row([
        user,
        ...said(
          (action) => `<do>${action}</do>`,
          (content) => ({ role: "user", content }),
        ),
      ]),
    ),
    /tags that are understood, found <do>/,
  ],
  [
    "an answer to no call",
    lines(row([user, ...openai().slice(0, 2), tool("x", 7)])),
    /expected the id of a call without an answer/,
  ],
  [
    "two conversations",
    lines(row([user, ...openai()], { conversations: shareGpt.slice(0, 3) })),
    /expected the same conversation as in messages/,
  ],
  [
    "a name that stands twice",
    lines(row([user, ...openai()])).replace('"content":null', '"content":"x","content":null'),
    /the name "content" stands twice/,
  ],
];
for (const [name, content, problem] of REFUSED)
  test(`${name}: refused by name`, async () => {
    const { summary } = await importing({ file: "bad.jsonl", content, options: { format: "messages" } });
    assert.equal(summary.malformed.length, 1);
    assert.match(summary.malformed[0]!.problem, problem);
  });
