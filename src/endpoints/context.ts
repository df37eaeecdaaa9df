/**
 * The context limit, where it is known, by one rule: a turn ends the episode if its prompt and `maxTokens` are together
 * more than the context. It is not sent if that is certain beforehand: if what the server counted for the conversation's
 * beginning is too much already. Else it is sent, and the server refuses it, or its count of the prompt says that it should
 * have (some go past their context without a word). So the same turns end episodes, whatever this process asked before.
 */
import { createHash } from "node:crypto";
import type { Message } from "../core/message.ts";
import type { CompletionRequest } from "../core/policy.ts";
import type { ModelEntry } from "./transport.ts";

/** vLLM and SGLang, then hosted services, then llama.cpp. */
const FIELDS = ["max_model_len", "context_length", "max_context_length", "context_window", "n_ctx"];

/** The context length that a server lists for `model`; undefined if it does not say. */
export function contextIn(models: readonly ModelEntry[], model: string): number | undefined {
  const entry = models.find(({ id }) => id === model) ?? (models.length === 1 ? models[0] : undefined);
  const meta = typeof entry?.meta === "object" ? (entry.meta as Readonly<Record<string, unknown>>) : {};
  const found = FIELDS.map((field) => entry?.[field] ?? meta[field]);
  return found.find((value): value is number => Number.isSafeInteger(value) && Number(value) > 0);
}

export interface ContextMemory {
  /** Tokens that `messages` have at the least, as far as known: those of their beginning. */
  atLeast(messages: readonly Message[]): number;
  /** `messages` with the completion behind them had so many tokens. */
  remember(messages: readonly Message[], tokens: number): void;
}

/** Far more than conversations under way; the oldest are forgotten. */
const REMEMBERED = 20_000;

export function contextMemory(): ContextMemory {
  const known = new Map<string, number>();
  return {
    // The last message is the new observation.
    atLeast: (messages) => known.get(keyOf(messages.slice(0, -1))) ?? 0,
    remember(messages, tokens) {
      known.set(keyOf(messages), tokens);
      if (known.size > REMEMBERED) known.delete(known.keys().next().value!);
    },
  };
}

const keyOf = (messages: readonly Message[]) => createHash("sha256").update(JSON.stringify(messages)).digest("base64");

/** Bytes are the most tokens that text can have; templates add a few to each message and sometimes a preamble. */
export function mostTokens({ messages, tools, maxTokens }: CompletionRequest) {
  const said = ({ content, reasoning = "", toolCalls = [] }: Message) => [
    content,
    reasoning,
    ...toolCalls.map((call) => JSON.stringify(call)),
  ];
  const texts = [...messages.flatMap(said), ...(tools ? [JSON.stringify(tools)] : [])];
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  return { promptTokens: bytes + 16 * messages.length + 512, completionTokens: maxTokens };
}

/** A usual prompt has a token for every four bytes; for limits by the minute, which are corrected afterwards. */
export function usualTokens(request: CompletionRequest): number {
  const { promptTokens, completionTokens } = mostTokens(request);
  return Math.ceil(promptTokens / 4) + completionTokens;
}
