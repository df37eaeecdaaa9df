/** The episode of the field logs' variants in the spellings and containers that they are made of. */
import type { ImportRequest } from "../src/cli/commands/import.ts";

export const START = "An order: pack in cotton.\n\nYou stand at the workshop's door.";
export const STEPS = [
  ["go depot", "You are in the depot. There is no tray here."],
  ["go cabin", "You are in the cabin. In the tray: a trowel, a rake and a basket."],
  ["use basket", "Done. This stage of the work is finished."],
  ["deliver piece", "The customer accepts the piece. The order is filled."],
] as const;
export const THOUGHT = "So it goes.";
export const json = JSON.stringify;
export const task = { task_id: "workshop/train/front-0-0", reward: 1, success: true };
const system = { role: "system", content: "Call act." };
export const user = { role: "user", content: START };
type Message = object;

/** A chat of `agent` and `result` for each step. */
export const chat = (
  agent: (action: string, at: number) => Message | Message[],
  result: (answer: string, at: number) => Message,
) => [...STEPS.flatMap(([action, answer], at) => [agent(action, at), result(answer, at)].flat())];
export const row = (messages: readonly Message[], more: object = {}) => ({ ...task, messages, ...more });
export const lines = (...rows: readonly unknown[]) => rows.map((one) => `${json(one)}\n`).join("");
export const call = (action: string, at: number) => ({
  id: `c${at}`,
  type: "function",
  function: { name: "act", arguments: json({ action }) },
});
export const tool = (content: string, at: number) => ({ role: "tool", tool_call_id: `c${at}`, content });
export const openai = (more: object = {}) =>
  chat((action, at) => ({ role: "assistant", content: null, tool_calls: [call(action, at)], ...more }), tool);
export const said = (
  spell: (action: string) => string,
  answer = (text: string): Message => ({ role: "tool", content: text }),
) =>
  chat(
    (action) => ({ role: "assistant", content: spell(action) }),
    (text) => answer(text),
  );
export const anthropic = (text: unknown) =>
  chat(
    (action, at) => ({
      role: "assistant",
      content: [text, { type: "tool_use", id: `t${at}`, name: "act", input: { action } }] as never,
    }),
    (answer, at) => ({ role: "user", content: [{ type: "tool_result", tool_use_id: `t${at}`, content: answer }] }),
  );
const item = (type: string, more: object) => ({ type, ...more });
export const responses = [
  ...[item("message", { role: "developer", content: "Call act." }), item("message", { role: "user", content: START })],
  ...chat(
    (action, at) => [
      item("reasoning", { summary: [item("summary_text", { text: THOUGHT })] }),
      item("function_call", { call_id: `c${at}`, name: "act", arguments: json({ action }) }),
    ],
    (answer, at) => item("function_call_output", { call_id: `c${at}`, output: answer }),
  ),
];
export const gemini = [
  { role: "user", parts: [{ text: START }] },
  ...chat(
    (action) => ({
      role: "model",
      parts: [{ text: THOUGHT, thought: true }, { function_call: { name: "act", args: { action } } }],
    }),
    (answer) => ({ role: "user", parts: [{ function_response: { name: "act", response: { result: answer } } }] }),
  ),
];
export const langchain = (wrap: (type: string, data: object) => object) => [
  wrap("human", { content: START }),
  ...chat(
    (action, at) =>
      wrap("ai", { content: "", tool_calls: [{ name: "act", args: { action }, id: `c${at}`, type: "tool_call" }] }),
    (answer, at) => wrap("tool", { content: answer, tool_call_id: `c${at}`, name: "act" }),
  ),
];
export const shareGpt = [
  { from: "human", value: START },
  ...chat(
    (action) => ({ from: "function_call", value: json([{ name: "act", arguments: { action } }]) }),
    (answer) => ({ from: "observation", value: answer }),
  ),
];
export const inspectSample = (messages: readonly Message[]) => ({
  id: 1,
  epoch: 1,
  metadata: task,
  messages,
  scores: { s: { value: "C" } },
});
export const inspectCalls = [
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
export const traces = {
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
export const atif = {
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
export const parallel = [
  { role: "assistant", content: "", tool_calls: [call(STEPS[0][0], 0), call(STEPS[1][0], 1)] },
  ...[tool(STEPS[1][1], 1), tool(STEPS[0][1], 0)],
  ...openai().slice(4),
];
export const broken = [
  { role: "assistant", content: "", tool_calls: [{ id: "x", function: { name: "act", arguments: '{"action": "go' } }] },
  { role: "tool", tool_call_id: "x", content: "Arguments are no JSON." },
];

export interface Variant {
  readonly name: string;
  readonly file: string;
  readonly content: string | Uint8Array;
  /** How many of the four steps have a thought. */
  readonly thoughts?: number;
  readonly options?: Partial<ImportRequest>;
}
export const of = (name: string, file: string, content: string | Uint8Array, thoughts = 0, options = {}): Variant => ({
  name,
  file,
  content,
  thoughts,
  options,
});
export const inJson = (name: string, messages: readonly Message[], thoughts = 0, more: object = {}) =>
  of(name, "a.jsonl", lines(row([user, ...messages], more)), thoughts);
