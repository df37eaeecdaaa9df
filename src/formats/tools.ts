/**
 * Actions as tool calls: the model calls the world's own tools, or, where a world declares none, one function, `act`, whose
 * argument is the action. What the model says beside the call is its thought. Observations answer calls.
 *
 * As text (a step's `completion`) a turn is one JSON object, `{"content": …, "calls": [{"name": …, "arguments": …}]}`, with the
 * arguments as the model wrote them. Several calls of the world's own tools are done in order; of several calls of `act` the
 * first counts. A turn without a call is itself the action, and so are arguments that cannot be read: the environment answers
 * nonsense, as it does for any other format.
 */
import { ACT } from "../core/act.ts";
import { actionOfCalls, type Call, callsInAction } from "../core/calls.ts";
import type { Benchmark } from "../core/environment.ts";
import type { Message, Tool } from "../core/message.ts";
import { type Format, withInstruction } from "./format.ts";

export function toolFormat(benchmark: Benchmark): Format {
  const { tools } = benchmark;
  return tools && tools.length > 0 ? ownToolFormat(benchmark, tools) : actFormat(benchmark);
}

/** The calls are the action, in the form of core/calls.ts. A turn without one says something to the world. */
function ownToolFormat({ instructions }: Benchmark, tools: readonly Tool[]): Format {
  return {
    ...{ name: "tools", system: instructions, tools, marker: TURN, user: withInstruction },
    assistant({ thought, action }) {
      const calls = callsInAction(action);
      if (calls.length > 0) return turnText(thought, calls);
      return turnText(thought === "" ? action : `${thought}\n${action}`, []);
    },
    message: (text, index) => messageOf(text, index, (calls) => calls),
    parse: (completion) => decisionIn(completion, actionOfCalls),
  };
}

function actFormat(benchmark: Benchmark): Format {
  return {
    name: "tools",
    system: `${benchmark.instructions}\nAnswer every observation with one call of the function "${ACT.name}".`,
    ...{ tools: [ACT], marker: TURN, user: withInstruction },
    assistant: ({ thought, action }) => turnText(thought, [{ name: ACT.name, arguments: JSON.stringify({ action }) }]),
    message: turnMessage,
    parse: (completion) => decisionIn(completion, ([call]) => (actionIn(call!) ?? nonsenseOf(call!)).trim()),
  };
}

/** What a turn says: its calls are the action, what is said beside them the thought. `actionOf` is given at least one call. */
function decisionIn(completion: string, actionOf: (calls: readonly Call[]) => string): ReturnType<Format["parse"]> {
  const turn = turnIn(completion);
  if (!turn) return { thought: "", action: completion.trim() };
  if (turn.calls.length === 0) return { thought: "", action: turn.content.trim() };
  return { thought: turn.content.trim(), action: actionOf(turn.calls) };
}

/** A turn as a message with the calls that count, as `back` has them go back to the model, under the ids of their places. */
function messageOf(text: string, index: number, back: (calls: readonly Call[]) => readonly Call[]): Message {
  const { content, calls } = turnIn(text) ?? { content: text, calls: [] };
  if (calls.length === 0) return { role: "assistant", content };
  const toolCalls = back(calls).map((call, place) => ({ id: callId(index, place), ...call }));
  return { role: "assistant", content, toolCalls };
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
  messageOf(text, index, ([first]) => {
    const call = first!;
    const given = actionIn(call) === undefined ? JSON.stringify({ action: nonsenseOf(call) }) : call.arguments;
    return [{ name: ACT.name, arguments: given }];
  });

/** Nine letters and digits, as Mistral's templates want them. `place`: which call of its turn, from 0. */
function callId(index: number, place: number): string {
  const head = place === 0 ? "call" : `p${place.toString(36).padStart(3, "0")}`;
  return `${head}${String(index).padStart(5, "0")}`;
}

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
