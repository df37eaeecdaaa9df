/** Rows' messages in the two ways that nearly every tool writes them. */
import type { Message, Tool } from "../core/policy.ts";

/** `{ role, content }`; with calls, and with the id of the call that it answers, as OpenAI writes them. */
export const chatMessage = ({ role, content, toolCalls, toolCallId }: Message) => ({
  role,
  content,
  ...(toolCalls && {
    tool_calls: toolCalls.map(({ id, name, arguments: given }) => ({
      ...{ id, type: "function", function: { name, arguments: given } },
    })),
  }),
  ...(toolCallId !== undefined && { tool_call_id: toolCallId }),
});

/** What can be called, as a member of a row; nothing if nothing can be. */
export const chatTools = (tools: readonly Tool[] | undefined) =>
  tools && { tools: tools.map((tool) => ({ type: "function", function: tool })), parallel_tool_calls: false };

/** ShareGPT's `{ from, value }`; what a tool says is refused before (expressible.ts). */
export const shareGptMessage = ({ role, content }: Message) => ({ from: SHARE_GPT[role], value: content });

const SHARE_GPT = { system: "system", user: "human", assistant: "gpt", tool: "observation" } as const;
