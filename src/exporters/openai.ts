/**
 * OpenAI's fine-tuning files; many other services take the same.
 *
 * `weight` is allowed on assistant messages only, is 0 or 1, and is 1 where it is absent; it is written on each of them.
 * A preference has one answer on each side. What can be called stands beside the messages, with whether a turn calls several
 * at once. Arguments are texts, as the model wrote them. Thoughts have no place.
 *
 * Source: OpenAI's OpenAPI document 2.3.0, FineTuneChatRequestInput, FineTuneChatCompletionRequestAssistantMessage and
 * FineTunePreferenceRequestInput; ChatCompletionMessageToolCall at f85dbe223d40e1a31cba812ab2d755c7e98a92a3; https://platform.openai.com/docs/guides/supervised-fine-tuning (multi-turn examples)
 */
import type { Demonstration, Preference, WeightedMessage } from "../core/training.ts";
import { chatMessage } from "../formats/chat-message.ts";
import { type Calls, type Exporter, mapped } from "./exporter.ts";
import { chatTools } from "./messages.ts";

const TEXTS: Calls = { arguments: "text", ids: true, preferences: true, beside: true, several: true };

export const openai: Exporter = {
  name: "openai",
  tool: "OpenAI",
  rendering: "service",
  expresses: { preferences: "answers", masks: "each", exampleWeights: false, roles: "any", calls: TEXTS },
  command: ({ kind }) => `upload train.jsonl with purpose "fine-tune", method ${kind === "sft" ? "supervised" : `dpo`}`,
  files(set) {
    const rows = set.kind === "dpo" ? () => mapped(set.examples, preferenceRow) : () => mapped(set.examples, row);
    return [{ kind: "jsonl", name: "train.jsonl", rows }];
  },
};

const row = ({ messages, tools }: Demonstration) => ({
  messages: messages.map(weighted),
  ...chatTools(tools, messages),
});

const weighted = (message: WeightedMessage) =>
  message.role === "assistant" ? { ...chatMessage(message), weight: message.weight } : chatMessage(message);

const preferenceRow = ({ prompt, tools, chosen, rejected }: Preference) => ({
  input: { messages: prompt.map(chatMessage), ...chatTools(tools, [...prompt, ...chosen, ...rejected]) },
  preferred_output: chosen.map(chatMessage),
  non_preferred_output: rejected.map(chatMessage),
});
