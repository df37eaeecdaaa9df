/** What rows have beside OpenAI's messages (formats/chat-message.ts), and the other way in which tools write messages. */
import type { Message, Tool } from "../core/message.ts";
import { chatTool } from "../formats/chat-message.ts";

/** What can be called, and whether turns call several at once, as members of a row; nothing if nothing can be. */
export const chatTools = (tools: readonly Tool[] | undefined, messages: readonly Message[]) =>
  tools && {
    tools: tools.map(chatTool),
    parallel_tool_calls: messages.some(({ toolCalls = [] }) => toolCalls.length > 1),
  };

/** ShareGPT's `{ from, value }`; what a tool says, and calls, are refused before (expressible.ts). */
export const shareGptMessage = ({ role, content }: Message) => ({ from: SHARE_GPT[role], value: content });

const SHARE_GPT = { system: "system", user: "human", assistant: "gpt", tool: "observation" } as const;
