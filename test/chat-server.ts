/** A server of test/openai-server.ts that reads prompts as vLLM, llama.cpp or `transformers serve` do: by a checkpoint's chat template. */
import type { Message, Tool } from "../src/core/message.ts";
import { type ChatTokenizer, openTokenizerWith } from "../src/tokenizers/chat-tokenizer.ts";
import type { TemplateVariables } from "../src/tokenizers/template-variables.ts";
import type { Behaviour } from "./openai-server.ts";

/** A request as it comes, of which only the prompt matters. */
export interface Prompted {
  readonly messages: readonly OpenAiMessage[];
  readonly tools?: readonly { readonly function: Tool }[];
  readonly chat_template_kwargs?: TemplateVariables;
}

interface OpenAiMessage extends Pick<Message, "role" | "content"> {
  readonly tool_calls?: readonly { id: string; function: { name: string; arguments: string } }[];
  readonly tool_call_id?: string;
}

function messageIn({ role, content, tool_calls, tool_call_id }: OpenAiMessage): Message {
  return {
    ...{ role, content },
    ...(tool_calls && { toolCalls: tool_calls.map(({ id, function: called }) => ({ id, ...called })) }),
    ...(tool_call_id !== undefined && { toolCallId: tool_call_id }),
  };
}

/** How a server tells what its model reads: as vLLM (with answers, or by `/tokenize`), as llama.cpp, or only the usage. */
export type Telling = "token ids" | "/tokenize" | "/apply-template" | "usage";

export interface ChatServing {
  readonly folder: string;
  readonly tells: Telling;
  /** Whether it heeds `chat_template_kwargs`. Default: it does. */
  readonly heedsVariables?: boolean;
}

/** What such a server does; `tiny` is its model. */
export function servingChats({ folder, tells, heedsVariables = true }: ChatServing): Behaviour {
  const known = new Map<string, ChatTokenizer>();
  const tokenizerFor = ({ chat_template_kwargs: variables }: Prompted) => {
    const given = heedsVariables ? variables : undefined;
    const key = JSON.stringify(given ?? null);
    const tokenizer = known.get(key) ?? openTokenizerWith(folder, given);
    known.set(key, tokenizer);
    return tokenizer;
  };
  const read = ({ messages, tools }: Prompted) =>
    [messages.map(messageIn), tools?.map(({ function: tool }) => tool)] as const;
  const prompt = (body: Prompted) => tokenizerFor(body).prompt(...read(body));
  return {
    prompt,
    ...(tells !== "token ids" && { ignores: ["token ids"] }),
    ...(tells === "/tokenize" && { routes: { "/tokenize": (body) => ({ tokens: prompt(body) }) } }),
    ...(tells === "/apply-template" && {
      routes: {
        // llama.cpp's takes texts alone.
        "/tokenize": () => ({ tokens: [] }),
        "/apply-template": (body) => {
          const [messages, tools] = read(body);
          return { prompt: tokenizerFor(body).render(messages, true, tools) };
        },
      },
    }),
  };
}
