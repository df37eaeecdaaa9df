/**
 * OpenAI's fine-tuning files; many other services take the same.
 *
 * `weight` is allowed on assistant messages only, is 0 or 1, and is 1 where it is absent; it is written on each of them.
 * A preference has one answer on each side. What can be called stands beside the messages; one call at a time.
 *
 * Source: OpenAI's OpenAPI document 2.3.0, FineTuneChatRequestInput, FineTuneChatCompletionRequestAssistantMessage and
 * FineTunePreferenceRequestInput; https://platform.openai.com/docs/guides/supervised-fine-tuning (multi-turn examples)
 */
import type { Demonstration, Preference, WeightedMessage } from "../core/training.ts";
import { chatMessage } from "../formats/chat-message.ts";
import { type Exporter, mapped } from "./exporter.ts";
import { chatTools } from "./messages.ts";

export const openai: Exporter = {
  name: "openai",
  tool: "OpenAI",
  expresses: { preferences: "answers", masks: "each", exampleWeights: false, roles: "any", tools: true },
  command: ({ kind }) => `upload train.jsonl with purpose "fine-tune", method ${kind === "sft" ? "supervised" : `dpo`}`,
  files(set) {
    const rows = set.kind === "dpo" ? () => mapped(set.examples, preferenceRow) : () => mapped(set.examples, row);
    return [{ kind: "jsonl", name: "train.jsonl", rows }];
  },
};

const row = ({ messages, tools }: Demonstration) => ({ messages: messages.map(weighted), ...chatTools(tools) });

const weighted = (message: WeightedMessage) =>
  message.role === "assistant" ? { ...chatMessage(message), weight: message.weight } : chatMessage(message);

/** Together takes the same. */
export const preferenceRow = ({ prompt, tools, chosen, rejected }: Preference) => ({
  input: { messages: prompt.map(chatMessage), ...chatTools(tools) },
  preferred_output: chosen.map(chatMessage),
  non_preferred_output: rejected.map(chatMessage),
});
