/**
 * Together AI's fine-tuning files.
 *
 * As soon as one message has a `weight`, Together weighs every message, and one without counts 1, observations too; so every
 * message has its weight, 0 or 1. Conversations must alternate. A preference has one answer on each side.
 * Calls are OpenAI's: `tool_calls` with arguments as text, `tools` beside the messages (of a preference within `input`).
 * With `--parquet`: token ids with labels, −100 where nothing is learned; such rows are not packed.
 *
 * Source: https://docs.together.ai/docs/fine-tuning-data-preparation ("if any message in the conversation has a weight
 * field, the train-on-inputs setting will be automatically set to true"), https://docs.together.ai/docs/preference-fine-tuning;
 * https://docs.together.ai/docs/fine-tuning/function-calling;
 * together 3.1.1, together/lib/constants.py (PARQUET_EXPECTED_COLUMNS)
 */
import type { Demonstration, Preference } from "../core/training.ts";
import { chatMessage, chatTool } from "../formats/chat-message.ts";
import { type Calls, type Exporter, mapped } from "./exporter.ts";
import { tokenRows } from "./tokens.ts";

const CALLS: Calls = { arguments: "text", ids: true, preferences: true, beside: true, several: true };

export const together: Exporter = {
  name: "together",
  tool: "Together",
  rendering: "service",
  expresses: { preferences: "answers", masks: "each", exampleWeights: false, roles: "alternating", calls: CALLS },
  tokenizer: "parquet",
  parquet: "option",
  command: ({ kind }) =>
    `together fine-tuning create --training-method ${kind} --model MODEL --training-file (the uploaded file's id)`,
  files(set, options) {
    if (set.kind === "dpo") {
      return [{ kind: "jsonl", name: "train.jsonl", rows: () => mapped(set.examples, preferenceRow) }];
    }
    if (!options.parquet) return [{ kind: "jsonl", name: "train.jsonl", rows: () => mapped(set.examples, row) }];
    const rows = () =>
      tokenRows(set, options, ({ inputIds, labels }) => ({
        input_ids: inputIds,
        attention_mask: inputIds.map(() => 1),
        labels,
      }));
    const columns = { input_ids: "numbers", attention_mask: "numbers", labels: "numbers" } as const;
    return [{ kind: "parquet", name: "train.parquet", columns, rows }];
  },
};

const row = ({ messages, tools }: Demonstration) => ({
  ...(tools && { tools: tools.map(chatTool) }),
  messages: messages.map((message) => ({ ...chatMessage(message), weight: message.weight })),
});

const preferenceRow = ({ prompt, tools, chosen, rejected }: Preference) => ({
  input: { messages: prompt.map(chatMessage), ...(tools && { tools: tools.map(chatTool) }) },
  preferred_output: chosen.map(chatMessage),
  non_preferred_output: rejected.map(chatMessage),
});
