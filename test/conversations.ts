/** Conversations of an agent with tools, and what is left of them in each container of logs that gleaner reads. */
import fc from "fast-check";
import type { Message } from "../src/core/message.ts";

/** A call and what it led to. */
export interface Called {
  readonly name: string;
  readonly given: Readonly<Record<string, unknown>>;
  readonly answer: string;
  readonly failed: boolean;
}

/** What the agent did in one turn; without calls the user replies. */
export interface Turn {
  readonly thought: string;
  readonly said: string;
  readonly calls: readonly Called[];
  readonly reply: string;
}

export interface Conversation {
  readonly system: string;
  readonly asked: string;
  readonly turns: readonly Turn[];
  readonly reward: number;
}

const words = fc.stringMatching(/^[a-zåß"\\{}\n ]{0,12}[a-z]$/);
const called: fc.Arbitrary<Called> = fc.record({
  name: fc.constantFrom("find_order", "cancel_order", "think"),
  given: fc.dictionary(fc.constantFrom("id", "text", "n"), fc.oneof(words, fc.integer(), fc.boolean()), { maxKeys: 3 }),
  answer: words,
  failed: fc.boolean(),
});

/** Conversations with thoughts, several calls in a turn, and failed ones. */
export const conversations: fc.Arbitrary<Conversation> = fc.record({
  system: words,
  asked: words,
  turns: fc.array(
    fc.record({
      thought: fc.oneof(fc.constant(""), words),
      said: words,
      calls: fc.array(called, { maxLength: 3 }),
      reply: words,
    }),
    { minLength: 1, maxLength: 6 },
  ),
  reward: fc.constantFrom(0, 0.5, 1),
});

/** The id of a turn's call. */
export const callId = (turn: number, call: number): string => `call_${turn}_${call}`;

/** The messages that the conversation consists of; what a container cannot tell is left out. */
export function messagesOf({ system, asked, turns }: Conversation, lacks: readonly string[] = []): Message[] {
  const spoken = turns.flatMap(({ thought, said, calls, reply }, turn): Message[] => {
    const toolCalls = calls.map(({ name, given }, call) => ({
      id: callId(turn, call),
      name,
      arguments: JSON.stringify(given),
    }));
    const agent: Message = {
      role: "assistant",
      content: said,
      ...(!lacks.includes("thoughts") && thought !== "" && { reasoning: thought }),
      ...(calls.length > 0 && { toolCalls }),
    };
    const answers = calls.map(
      ({ answer, failed }, call): Message => ({
        role: "tool",
        content: answer,
        toolCallId: callId(turn, call),
        ...(!lacks.includes("errors") && failed && { isError: true as const }),
      }),
    );
    return [agent, ...(calls.length > 0 ? answers : [{ role: "user", content: reply } as const])];
  });
  const rules: Message[] = lacks.includes("system") ? [] : [{ role: "system", content: system }];
  return [...rules, { role: "user", content: asked }, ...spoken];
}

/** As OpenAI's API has them; `error` as Inspect and others add it. */
export function openaiOf(conversation: Conversation): Record<string, unknown>[] {
  return messagesOf(conversation).map(({ role, content, reasoning, toolCalls, toolCallId, isError }) => ({
    role,
    content,
    ...(reasoning !== undefined && { reasoning_content: reasoning }),
    ...(toolCalls && {
      tool_calls: toolCalls.map(({ id, name, arguments: given }) => ({
        id,
        type: "function",
        function: { name, arguments: given },
      })),
    }),
    ...(toolCallId !== undefined && { tool_call_id: toolCallId }),
    ...(isError && { error: { message: content } }),
  }));
}
