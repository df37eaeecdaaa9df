/**
 * Axolotl, dataset type `chat_template`.
 *
 * `message_field_training` names the message's own mark; it has no default, and without it (and with the default
 * `roles_to_train`) every assistant turn is learned. `train_on_eos: turn` adds the end of learned turns only. Rows longer
 * than `sequence_len` are dropped unless `excess_length_strategy` says otherwise. A turn is found in the rendered
 * conversation by its text, so an empty one cannot be.
 * Of a message only members are kept that the template's source names as `message.x` or `message['x']`: where it asks with
 * `get()`, calls and thoughts are lost unless `message_property_mappings` names them.
 * Arguments of calls and schemas of tools are texts that Axolotl parses itself: as objects, `datasets` would mix the members
 * of several. Thoughts are `reasoning_content` (`field_thinking`). Of preferences only role and content are read.
 * What it takes for a turn depends on the chat template (axolotl-turns.ts).
 * A preference is exact with one answer on each side: only the last message of a side is read. There the answer is looked
 * for in a rendered dummy conversation, so an answer that is part of the dummy's text would be found in the wrong place.
 *
 * Source: axolotl 0.19.0, axolotl/prompt_strategies/chat_template.py (`_tokenize_single_prompt`),
 * `transform_message` and `_get_tools` at 067b021c8b87a9e5e380b9173c704cf7340e30f5,
 * axolotl/prompt_strategies/dpo/chat_template.py (`default`), axolotl/utils/schemas/datasets.py;
 * https://docs.axolotl.ai/docs/dataset-formats/conversation.html
 */
import type { Tool } from "../core/message.ts";
import type { Demonstration, Preference, WeightedMessage } from "../core/training.ts";
import { chatMessage } from "../formats/chat-message.ts";
import { otherTurn } from "./axolotl-turns.ts";
import { type Exporter, isLearned, mapped } from "./exporter.ts";
import { yamlFile } from "./yaml-file.ts";

const HINTS = ["Add your hyperparameters.", "Add eot_tokens if the model's turns do not end with its EOS token."];
const LENGTHS = { sequence_len: 16_384, excess_length_strategy: "raise", sample_packing: false };

const PROPERTIES = Object.fromEntries(
  ["role", "content", "reasoning_content", "tool_calls", "tool_call_id"].map((name) => [name, name]),
);

export const axolotl: Exporter = {
  name: "axolotl",
  tool: "Axolotl",
  rendering: "template",
  expresses: {
    preferences: "answers",
    masks: "each",
    exampleWeights: false,
    roles: "any",
    nonEmpty: true,
    calls: { arguments: "object", ids: true, preferences: false, beside: true, several: true },
    thoughts: true,
    beforeAnswer: "system user [[dummy_message]] assistant",
  },
  otherText(row, tokenizer) {
    if (!("messages" in row))
      return tokenizer && "gleaner does not follow how Axolotl makes the texts of preferences; leave --tokenizer out";
    if (tokenizer) return otherTurn(row, tokenizer);
    const thought = row.messages.findIndex(({ weight, reasoning }) => weight === 1 && reasoning !== undefined);
    if (thought < 0) return undefined;
    return `message ${thought} learns a thought: where the chat template opens thoughts itself, Axolotl does not learn the opening; --tokenizer DIR finds out`;
  },
  command: ({ kind }) => `axolotl train ${kind}.yaml --base-model MODEL --output-dir OUT`,
  files(set) {
    const dataset = { path: "train.jsonl", ds_type: "json", split: "train" };
    if (set.kind === "dpo") {
      const fields = { field_messages: "messages", field_chosen: "chosen", field_rejected: "rejected" };
      const datasets = [{ ...dataset, type: "chat_template.default", ...fields }];
      const config = { chat_template: "tokenizer_default", rl: "dpo", rl_beta: set.beta, datasets, ...LENGTHS };
      return [
        { kind: "jsonl", name: "train.jsonl", rows: () => mapped(set.examples, pair) },
        yamlFile("dpo.yaml", [axolotl.command(set), ...HINTS], config),
      ];
    }
    const masks = { message_field_training: "train", roles_to_train: [], train_on_eos: "turn" };
    const fields = { field_messages: "messages", message_property_mappings: PROPERTIES };
    const datasets = [{ ...dataset, type: "chat_template", ...fields, ...masks }];
    const config = { chat_template: "tokenizer_default", datasets, train_on_inputs: false, ...LENGTHS };
    return [
      { kind: "jsonl", name: "train.jsonl", rows: () => mapped(set.examples, row) },
      yamlFile("sft.yaml", [axolotl.command(set), ...HINTS], config),
    ];
  },
};

const row = ({ messages, tools }: Demonstration) => ({
  messages: messages.map(marked),
  ...(tools && { tools: tools.map(described) }),
});

const marked = (message: WeightedMessage) => ({
  ...chatMessage(message),
  train: isLearned(message),
});

/** Schemas are texts: as objects, rows would give each other members. */
const described = ({ name, description, parameters }: Tool) => ({
  type: "function",
  function: { name, description, parameters: JSON.stringify(parameters) },
});

const pair = ({ prompt, chosen, rejected }: Preference) => ({
  messages: prompt.map(chatMessage),
  chosen: chatMessage(chosen.at(-1)!),
  rejected: chatMessage(rejected.at(-1)!),
});
