/** Why a tool cannot be told one example exactly: the first thing that it would lose, change or learn too much. */
import type { Message } from "../core/message.ts";
import type { Demonstration, Preference, WeightedMessage } from "../core/training.ts";
import type { Exporter } from "./exporter.ts";
import { problemOfCalls } from "./expressible-calls.ts";

/** Masks apart (expressible.ts). Undefined if the tool can be told all of it. */
export function problemOfExample(exporter: Exporter, example: Demonstration | Preference): string | undefined {
  const problem =
    "messages" in example ? problemOfDemonstration(exporter, example) : problemOfPreference(exporter, example);
  return problem ?? exporter.misread?.(example);
}

function problemOfDemonstration(exporter: Exporter, { messages, tools, weight = 1 }: Demonstration) {
  const { tool, expresses } = exporter;
  const problem =
    problemOfCalls(exporter, { messages, tools, isPreference: false }) ?? problemOfTexts(exporter, messages);
  if (problem !== undefined) return problem;
  if (!messages.some((message) => message.weight === 1)) return "it learns nothing";
  if (weight === 1 || expresses.exampleWeights) return undefined;
  return `it has weight ${weight} and would count fully: ${tool} has no weights for examples`;
}

function problemOfPreference(exporter: Exporter, pair: Preference): string | undefined {
  return problemOfSide(exporter, pair, "chosen") ?? problemOfSide(exporter, pair, "rejected");
}

function problemOfSide(exporter: Exporter, pair: Preference, side: "chosen" | "rejected"): string | undefined {
  const { tool, expresses } = exporter;
  const messages = pair[side];
  const whole = [...pair.prompt, ...messages];
  const problem =
    problemOfCalls(exporter, { messages: whole, tools: pair.tools, isPreference: true }) ??
    problemOfTexts(exporter, whole);
  if (problem !== undefined) return problem;
  if (!messages.some(({ weight }) => weight === 1)) return `its ${side} side learns nothing`;
  if (expresses.preferences === "answers" && messages.length > 1)
    return `its ${side} side has ${messages.length} messages: ${tool} takes one answer on each side, so it would learn the environment's messages or drop turns`;
  if (expresses.beforeAnswer?.includes(messages[0]!.content))
    return `its ${side} answer "${messages[0]!.content}" also occurs in the text that ${tool} writes before it, so the tool would find the wrong place`;
  const masked = messages.findIndex(isMasked);
  if (masked < 0 || expresses.masks === "each") return undefined;
  return `message ${masked} of its ${side} side must not be learned, but ${tool} learns every turn of a side`;
}

function problemOfTexts({ tool, expresses }: Exporter, messages: readonly Message[]): string | undefined {
  const { roles, reserved = [], nonEmpty = false } = expresses;
  for (const [index, { role, content, toolCalls }] of messages.entries()) {
    if (!content.isWellFormed()) return `message ${index} is no valid Unicode (half of a surrogate pair)`;
    if (nonEmpty && role === "assistant" && content.trim() === "" && !toolCalls)
      return `message ${index} is empty: ${tool} finds an assistant's turn by its text`;
    const mark = reserved.find((text) => content.includes(text));
    if (mark !== undefined)
      return `message ${index} contains "${mark}", which ${tool} would take for one of its own marks`;
  }
  if (messages[0]?.role === "assistant") return `it begins with the assistant: ${tool} needs a message to answer`;
  if (roles === "any") return undefined;
  if (roles === "human-gpt" && messages[0]?.role === "system")
    return `it has a system message, which would be lost: ${tool} knows only human and gpt`;
  const wrong = outOfTurn(messages);
  if (wrong < 0) return undefined;
  return `message ${wrong} (${messages[wrong]!.role}) is out of turn: in ${tool}, user and assistant must alternate`;
}

/** The first message that does not alternate; −1 if all do. The answers to a turn's calls stand for one of the user. */
function outOfTurn(messages: readonly Message[]): number {
  const begin = messages[0]?.role === "system" ? 1 : 0;
  return messages.findIndex(({ role }, index) => {
    if (index < begin) return false;
    const before = index === begin ? undefined : messages[index - 1]!.role;
    if (role === "tool") return before !== "assistant" && before !== "tool";
    return role !== (before === undefined || before === "assistant" ? "user" : "assistant");
  });
}

/** Whether the message is the policy's own, and only context. */
export const isMasked = ({ role, weight }: WeightedMessage): boolean => role === "assistant" && weight === 0;
