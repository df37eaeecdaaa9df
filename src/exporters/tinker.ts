/**
 * tinker-cookbook's conversation files.
 *
 * With `train_on_what="customized"` every message must say `trainable`, and exactly those that do are learned, without
 * their headers; without it a file with these marks is refused. The cookbook divides each example's weights by their sum
 * (`reduction="mean"`), so long examples do not count more, and drops an incomplete last batch.
 * Calls are refused: the cookbook's renderers expect objects of its class ToolCall, and its file reader hands them plain ones
 * (FromConversationFileBuilder, renderers/base.py at 9dfcc3a2cf44432d621a01005073dc6d76a1e87a).
 * A preference is exact with one answer on each side: the last message of a conversation is learned.
 *
 * Source: tinker-cookbook 0.6.1, tinker_cookbook/supervised/data.py (FromConversationFileBuilder),
 * tinker_cookbook/renderers/base.py (`build_supervised_example`), tinker_cookbook/preference/preference_datasets.py
 * (ComparisonBuilderFromJsonl), tinker_cookbook/preference/dpo_datasets.py
 */
import type { Demonstration, Preference } from "../core/training.ts";
import { chatMessage } from "../formats/chat-message.ts";
import { type Exporter, isLearned, mapped } from "./exporter.ts";

export const tinker: Exporter = {
  name: "tinker",
  tool: "tinker-cookbook",
  rendering: "tool",
  expresses: { preferences: "answers", masks: "each", exampleWeights: false, roles: "any" },
  command: ({ kind }) =>
    kind === "sft"
      ? `FromConversationFileBuilder(file_path="train.jsonl", common_config=ChatDatasetBuilderCommonConfig(train_on_what="customized", max_length=None, …))`
      : `DPODatasetBuilderFromComparisons(comparison_builder=ComparisonBuilderFromJsonl(train_path="train.jsonl"), …)`,
  files(set) {
    const rows = set.kind === "dpo" ? () => mapped(set.examples, pair) : () => mapped(set.examples, row);
    return [{ kind: "jsonl", name: "train.jsonl", rows }];
  },
};

const row = ({ messages }: Demonstration) => ({
  messages: messages.map((message) => ({ ...chatMessage(message), trainable: isLearned(message) })),
});

const pair = ({ prompt, chosen, rejected }: Preference) => ({
  comparison: {
    prompt_conversation: prompt.map(chatMessage),
    completion_A: chosen.map(chatMessage),
    completion_B: rejected.map(chatMessage),
  },
  label: "A",
});
