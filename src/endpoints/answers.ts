/**
 * A chat completion as the server sent it → text, or the reason why it cannot be used. Servers answer the strangest
 * things with status 200; nothing here guesses what was meant.
 *
 * A completion that reached `maxTokens` is used as it stands: a model that does not come to its action loses by its own
 * fault, and leaving it out of the success rate would flatter it. One that ended before `maxTokens` for want of room is a full
 * context.
 */

import type { ToolCall } from "../core/message.ts";
import type { Completion } from "../core/policy.ts";
import type { Usage } from "../core/trajectory.ts";
import { REMOVED } from "../http/secrets.ts";

export interface Expected {
  readonly model: string;
  /** Other names it may answer under. */
  readonly answersAs: readonly string[];
  readonly maxTokens: number;
  readonly tokenIds: boolean;
  /** Whether it could call something. */
  readonly hasTools: boolean;
}

export type Answer =
  | {
      readonly kind: "completion";
      readonly completion: Completion;
    }
  | { readonly kind: "context full"; readonly reason: string }
  | { readonly kind: "unusable"; readonly reason: string };

/** No model reads more, and no bill says more of one request: 16,777,216. */
const MOST_TOKENS = 2 ** 24;

/**
 * What the answer says it cost, whether or not it can be used; undefined if it does not say, or says what cannot be. Cached
 * and reasoning tokens are in these two figures, or in neither.
 */
export function usageOf(body: unknown): Usage | undefined {
  const { prompt_tokens: promptTokens, completion_tokens: completionTokens } = fields(fields(body).usage);
  return isTokens(promptTokens) && isTokens(completionTokens) ? { promptTokens, completionTokens } : undefined;
}

/** Why `usageOf` finds nothing. */
export function whyNoUsage(body: unknown): string {
  const usage = fields(fields(body).usage);
  for (const name of ["prompt_tokens", "completion_tokens"]) {
    const found = usage[name];
    if (found === undefined || found === null || isTokens(found)) continue;
    return `usage.${name}: expected a whole number up to ${MOST_TOKENS}, got ${JSON.stringify(found).slice(0, 100)}`;
  }
  return "the answer does not say how many tokens it cost (usage)";
}

export function readAnswer(body: unknown, expected: Expected): Answer {
  const { choices, model } = fields(body);
  if (!Array.isArray(choices)) return unusable("the answer has no choices");
  // With the key cut out of it, it would not be what the model said, and nobody should learn from it.
  if (JSON.stringify(choices).includes(REMOVED)) return unusable("the answer contains the API key; it is not kept");
  if (choices.length !== 1) return unusable(`expected one choice, got ${choices.length}`);
  if (!isNamed(model, expected)) {
    return unusable(`another model answered: ${shown(model)}`);
  }
  const { index = 0, finish_reason: finishReason, message } = fields(choices[0]);
  if (index !== 0) return unusable(`expected choice 0, got ${shown(index)}`);
  const { content, reasoning, reasoning_content, tool_calls } = fields(message);
  const usage = usageOf(body);
  if (!usage) return unusable(whyNoUsage(body));
  if (finishReason === "length" && usage.completionTokens < expected.maxTokens) {
    const { promptTokens, completionTokens } = usage;
    const reason = `the server stopped after ${completionTokens} of ${expected.maxTokens} tokens behind a prompt of ${promptTokens}`;
    return { kind: "context full", reason };
  }
  const isCall = expected.hasTools && finishReason === "tool_calls";
  if (finishReason !== "stop" && finishReason !== "length" && !isCall) {
    return unusable(`expected finish_reason stop or length, got ${shown(finishReason)}`);
  }
  const toolCalls = expected.hasTools ? toolCallsOf(tool_calls) : [];
  if (typeof toolCalls === "string") return unusable(toolCalls);
  const text = toolCalls.length > 0 ? (content ?? "") : content;
  if (typeof text !== "string") return unusable(`expected text, got content ${shown(content)}`);
  const tokenIds = expected.tokenIds ? tokenIdsOf(body, usage) : undefined;
  if (typeof tokenIds === "string") return unusable(tokenIds);
  const thought = reasoning || reasoning_content;
  if (thought && typeof thought !== "string") return unusable(`expected a thought as text, got ${shown(thought)}`);
  const completion: Completion = {
    text,
    ...(typeof thought === "string" && thought !== "" && { reasoning: thought }),
    ...(toolCalls.length > 0 && { toolCalls }),
    finishReason: finishReason === "length" ? "length" : "stop",
    usage,
    ...(tokenIds && { tokenIds }),
  };
  return { kind: "completion", completion };
}

/** None where there are none; the reason where they cannot be used. Arguments are text, whatever is in them. */
function toolCallsOf(value: unknown): readonly ToolCall[] | string {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) return `expected a list of tool_calls, got ${shown(value)}`;
  const calls = value.map((call: unknown) => {
    const { id, function: called } = fields(call);
    const { name, arguments: given } = fields(called);
    return { id: String(id ?? ""), name, arguments: typeof given === "string" ? given : JSON.stringify(given) };
  });
  const isWhole = calls.every(({ name, arguments: given }) => typeof name === "string" && typeof given === "string");
  return isWhole ? (calls as ToolCall[]) : "expected a name and arguments in each of tool_calls";
}

/** Servers add a revision or a date to the name they were asked for, or a vendor before it. */
function isNamed(found: unknown, { model, answersAs }: Expected): boolean {
  if (typeof found !== "string" || found === "") return false;
  const [asked, got] = [model.toLowerCase(), found.toLowerCase()];
  return got.includes(asked) || asked.includes(got) || answersAs.includes(found);
}

/** vLLM's `return_token_ids`: ids of the prompt beside the choices, of the completion in the choice. */
function tokenIdsOf(body: unknown, usage: Usage): Completion["tokenIds"] | string {
  const { prompt_token_ids: prompt, choices } = fields(body);
  const completion = fields((choices as readonly unknown[])[0]).token_ids;
  if (!isIds(prompt) || !isIds(completion)) return "the answer has no token ids";
  if (prompt.length !== usage.promptTokens || completion.length !== usage.completionTokens) {
    const found = `${prompt.length} and ${completion.length} token ids`;
    return `expected ${usage.promptTokens} and ${usage.completionTokens} token ids as in usage, got ${found}`;
  }
  return { prompt, completion };
}

const isIds = (value: unknown): value is number[] => Array.isArray(value) && value.every(isCount);
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
const isTokens = (value: unknown): value is number => isCount(value) && value <= MOST_TOKENS;
/** A value of the answer for a sentence: the beginning of it. */
const shown = (value: unknown): string | undefined => JSON.stringify(value)?.slice(0, 100);
const unusable = (reason: string): Answer => ({ kind: "unusable", reason });

/** The members of an untrusted value; none if it is no object. */
export function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
