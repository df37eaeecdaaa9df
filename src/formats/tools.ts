/**
 * Actions as tool calls: the model calls the world's own tools, or, where a world declares none, one function, `act`, whose
 * argument is the action. What the model says beside the call is its thought. Observations answer calls.
 *
 * As text (a step's `completion`) a turn is one JSON object, `{"content": …, "calls": [{"name": …, "arguments": …}]}`, with the
 * arguments as the model wrote them. The first call counts; a turn without one is itself the action, and so are arguments
 * that cannot be read: the environment answers nonsense, as it does for any other format.
 */
import { actionOfCall, type Call, callInAction } from "../core/calls.ts";
import type { Benchmark } from "../core/environment.ts";
import type { Message, Tool } from "../core/message.ts";
import { type Format, withInstruction } from "./format.ts";

const ACT: Tool = {
  name: "act",
  description: "Do one action in the environment. Returns what is observed then.",
  parameters: {
    type: "object",
    properties: { action: { type: "string", description: "the action, in the words that the rules give" } },
    required: ["action"],
  },
};

export function toolFormat(benchmark: Benchmark): Format {
  const { tools } = benchmark;
  return tools && tools.length > 0 ? ownToolFormat(benchmark, tools) : actFormat(benchmark);
}

/** A call is the action, in the form of core/calls.ts. A turn without one says something to the world. */
function ownToolFormat({ instructions }: Benchmark, tools: readonly Tool[]): Format {
  return {
    ...{ name: "tools", system: instructions, tools, marker: TURN, user: withInstruction },
    assistant({ thought, action }) {
      const call = callInAction(action);
      return call ? turnText(thought, [call]) : turnText(thought === "" ? action : `${thought}\n${action}`, []);
    },
    message: (text, index) => messageOf(text, index, (call) => call),
    parse: (completion) => decisionIn(completion, actionOfCall),
  };
}

function actFormat(benchmark: Benchmark): Format {
  return {
    name: "tools",
    system: `${benchmark.instructions}\nAnswer every observation with one call of the function "${ACT.name}".`,
    ...{ tools: [ACT], marker: TURN, user: withInstruction },
    assistant: ({ thought, action }) => turnText(thought, [{ name: ACT.name, arguments: JSON.stringify({ action }) }]),
    message: turnMessage,
    parse: (completion) => decisionIn(completion, (call) => (actionIn(call) ?? nonsenseOf(call)).trim()),
  };
}

/** What a turn says: the first call is the action, what is said beside it the thought. */
function decisionIn(completion: string, actionOf: (call: Call) => string): ReturnType<Format["parse"]> {
  const turn = turnIn(completion);
  if (!turn) return { thought: "", action: completion.trim() };
  const [call] = turn.calls;
  if (!call) return { thought: "", action: turn.content.trim() };
  return { thought: turn.content.trim(), action: actionOf(call) };
}

/** A turn as a message with the call that counts, as `back` has it go back to the model, under the id of its place. */
function messageOf(text: string, index: number, back: (call: Call) => Call): Message {
  const { content, calls } = turnIn(text) ?? { content: text, calls: [] };
  const [call] = calls;
  if (!call) return { role: "assistant", content };
  return { role: "assistant", content, toolCalls: [{ id: callId(index), ...back(call) }] };
}

const TURN = '{"content":';

/** A turn as text: what was said, and what was called. */
export function turnText(content: string, calls: readonly Call[]): string {
  return JSON.stringify({ content, calls: calls.map(({ name, arguments: given }) => ({ name, arguments: given })) });
}

/**
 * The message of a turn that `turnText` wrote, as it goes back to the model. A call that cannot be read goes back as one that
 * can, with the same action: servers refuse others.
 */
export const turnMessage = (text: string, index: number): Message =>
  messageOf(text, index, (call) => ({
    name: ACT.name,
    arguments: actionIn(call) === undefined ? JSON.stringify({ action: nonsenseOf(call) }) : call.arguments,
  }));

/** Nine letters and digits, as Mistral's templates want them. */
const callId = (index: number) => `call${String(index).padStart(5, "0")}`;

function turnIn(text: string): { readonly content: string; readonly calls: readonly Call[] } | undefined {
  if (!text.startsWith(TURN)) return undefined;
  const turn = objectIn(text);
  if (typeof turn?.content !== "string" || !Array.isArray(turn.calls)) return undefined;
  const isCall = (call: Partial<Call> | null) => typeof call?.name === "string" && typeof call.arguments === "string";
  return turn.calls.every(isCall) ? { content: turn.content, calls: turn.calls as Call[] } : undefined;
}

function actionIn({ name, arguments: given }: Call): string | undefined {
  const action = name === ACT.name ? objectIn(given)?.action : undefined;
  return typeof action === "string" ? action : undefined;
}

/** What the environment is told of a call that is none of its own. */
const nonsenseOf = ({ name, arguments: given }: Call) => (name === ACT.name ? given : `${name} ${given}`);

function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
