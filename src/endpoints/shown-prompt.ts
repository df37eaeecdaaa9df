/**
 * What a server shows its model of a conversation, in the most exact form that it tells: as token ids (with an answer, or by
 * vLLM's `/tokenize`), as text (llama.cpp's `/apply-template`), or only how many tokens it is (the usage of an answer).
 */
import type { Message, Tool } from "../core/message.ts";
import type { Completion } from "../core/policy.ts";
import { chatMessage, chatTool } from "../formats/chat-message.ts";
import { apiKeyFrom } from "../http/secrets.ts";
import { fields } from "./answers.ts";
import { serverModel } from "./model.ts";
import { furtherFields, resolveOptions, type ServerOptions } from "./options.ts";
import { openTransport } from "./transport.ts";

/** What is asked about: the messages before an answer, and what could be called. */
export interface PromptQuestion {
  readonly messages: readonly Message[];
  readonly tools?: readonly Tool[];
}

export type ShownPrompt =
  | { readonly kind: "ids"; readonly ids: readonly number[] }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "count"; readonly count: number };

/** One way to ask; throws where the server does not know it. */
export interface Way {
  /** Whether completions of the server come with token ids. */
  readonly tokenIds: boolean;
  ask(question: PromptQuestion): Promise<ShownPrompt>;
}

/** A local server answers at once or not at all. */
const RETRIES = 2;

/** The ways to ask the first server of `options`, the most exact first. The first and the last cost a token of an answer each. */
export function waysToAsk(options: ServerOptions): readonly Way[] {
  return [
    { tokenIds: true, ask: async (question) => idsIn((await answered(options, question, true)).tokenIds?.prompt) },
    { tokenIds: false, ask: async (question) => idsIn((await besides(options, "/tokenize", question)).tokens) },
    { tokenIds: false, ask: async (question) => textIn((await besides(options, "/apply-template", question)).prompt) },
    { tokenIds: false, ask: async (question) => countIn(await answered(options, question, false)) },
  ];
}

async function answered(options: ServerOptions, question: PromptQuestion, tokenIds: boolean): Promise<Completion> {
  const model = serverModel({ ...options, retries: RETRIES, tokenIds });
  try {
    return await model.complete({ ...question, temperature: 0, maxTokens: 1, seed: 1 });
  } finally {
    await model.close();
  }
}

async function besides(options: ServerOptions, route: string, { messages, tools }: PromptQuestion) {
  const settings = resolveOptions(options);
  const { urls, apiKeyEnv, model } = settings;
  const body = {
    model,
    messages: messages.map(chatMessage),
    ...(tools && { tools: tools.map(chatTool) }),
    add_generation_prompt: true,
    ...furtherFields(settings),
  };
  return fields(await openTransport(urls[0]!, apiKeyFrom(apiKeyEnv), settings).beside(route, body));
}

/** llama.cpp's `/tokenize` takes a text, and answers everything else with no tokens at all. */
function idsIn(value: unknown): ShownPrompt {
  const isThere = Array.isArray(value) && value.length > 0 && value.every((id) => Number.isSafeInteger(id) && id >= 0);
  if (!isThere) throw new Error("it tells no token ids");
  return { kind: "ids", ids: value as readonly number[] };
}

function textIn(value: unknown): ShownPrompt {
  if (typeof value !== "string" || value === "") throw new Error("it tells no prompt");
  return { kind: "text", text: value };
}

const countIn = ({ usage }: Completion): ShownPrompt => ({ kind: "count", count: usage.promptTokens });
