/** Messages and tools as OpenAI's API, and nearly everything after it, writes them. */
import type { Message, Tool } from "../core/message.ts";

/** `{ role, content }`; with its thought, its calls, and the id of the call that it answers. Equal messages are equal bytes as JSON. */
export const chatMessage = ({ role, content, reasoning, toolCalls, toolCallId }: Message) => ({
  role,
  content,
  ...(toolCalls && {
    tool_calls: toolCalls.map(({ id, name, arguments: given }) => ({
      ...{ id, type: "function", function: { name, arguments: given } },
    })),
  }),
  ...(toolCallId !== undefined && { tool_call_id: toolCallId }),
  ...(reasoning && { reasoning_content: reasoning }),
});

/** What can be called. */
export const chatTool = (tool: Tool) => ({ type: "function", function: tool });
