// One episode of the workshop in many more spellings, nestings and files than test/field-logs.test.ts has: each is recognised,
// replayed and won, with its thoughts; or refused by name.
import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { type ImportRequest, importInto } from "../src/cli/commands/import.ts";
import { openSqlite } from "../src/store/sqlite.ts";
import { scratchFolder } from "./logs.ts";
import {
  anthropic,
  atif,
  broken,
  call,
  chat,
  gemini,
  inJson,
  inspectCalls,
  inspectSample,
  json,
  langchain,
  lines,
  of,
  openai,
  parallel,
  responses,
  row,
  START,
  STEPS,
  said,
  shareGpt,
  THOUGHT,
  task,
  tool,
  traces,
  user,
  type Variant,
} from "./variant-logs.ts";
import { zipOf } from "./zip.ts";

const { write } = scratchFolder();

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
