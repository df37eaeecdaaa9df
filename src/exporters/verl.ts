/**
 * verl's supervised trainer: a Parquet file of conversations.
 *
 * Its dataset class learns every assistant turn. Split rows would not help, since the turns that a row repeats would be
 * learned again. So a file with masked turns comes with a dataset class of a few lines that obeys each message's weight;
 * verl loads it through `data.custom_cls`. A file without masked turns needs no class. There are no preferences.
 * Calls, thoughts and what can be called are JSON texts in the file, since a Parquet struct gives every message every member;
 * the class beside it makes them what chat templates read. verl renders each message by itself, and stops where that is not
 * the whole conversation.
 * Rows longer than `data.max_length` (default 1,024) stop the training.
 *
 * Source: verl 0.9.1, verl/utils/dataset/multiturn_sft_dataset.py (MultiTurnSFTDataset), verl/trainer/sft_trainer.py
 * (`data.custom_cls`), verl/trainer/config/sft_trainer_engine.yaml
 */
import type { Demonstration, TrainingSet } from "../core/training.ts";
import { chatTool } from "../formats/chat-message.ts";
import { conversationsOf, hasCalls, templateMessage } from "./calls.ts";
import { type Exporter, type ExportFile, mapped } from "./exporter.ts";
import type { ParquetColumns } from "./parquet.ts";

const DATASET = `"""verl's conversations with the weight of each assistant message obeyed: 0 = context, 1 = learned. For verl 0.9."""

import torch
from verl.utils.dataset.multiturn_sft_dataset import MultiTurnSFTDataset


class MaskedSFTDataset(MultiTurnSFTDataset):
    def _process_single_message(self, index, message, *args, **kwargs):
        plain = {"role": message["role"], "content": message["content"]}
        input_ids, loss_mask, *rest = super()._process_single_message(index, plain, *args, **kwargs)
        if message["weight"] == 0:
            loss_mask = torch.zeros_like(loss_mask)
        return input_ids, loss_mask, *rest
`;

const CALLS_DATASET = `"""verl's conversations with calls and thoughts, and with the weight of each assistant message obeyed. For verl 0.9."""

import json

import torch
from verl.utils.dataset.multiturn_sft_dataset import MultiTurnSFTDataset


def _plain(message):
    plain = {"role": message["role"], "content": message["content"]}
    for key, text in json.loads(message["more"]).items():
        plain[key] = text
    return plain


class MaskedSFTDataset(MultiTurnSFTDataset):
    def _read_files_and_process(self):
        super()._read_files_and_process()
        self.tools = [json.loads(text) or None for text in self.dataframe["tools_json"]]

    def _process_single_message(self, index, message, *args, **kwargs):
        weight = message["weight"]
        input_ids, loss_mask, *rest = super()._process_single_message(index, _plain(message), *args, **kwargs)
        if weight == 0:
            loss_mask = torch.zeros_like(loss_mask)
        return input_ids, loss_mask, *rest

    def sanity_check(self, input_ids, messages, *args, **kwargs):
        super().sanity_check(input_ids, [_plain(message) for message in messages], *args, **kwargs)
`;

export const verl: Exporter = {
  name: "verl",
  tool: "verl",
  rendering: "template",
  expresses: {
    ...{ preferences: "none", masks: "each", exampleWeights: false, roles: "any", thoughts: true },
    calls: { arguments: "object", ids: true, preferences: false, beside: true, several: true },
  },
  parquet: "always",
  command: (set) => `torchrun -m verl.trainer.sft_trainer ${argumentsFor(set).join(" ")} model.path=MODEL`,
  files(set) {
    if (set.kind === "dpo") return [];
    const isPlain = !needsMore(set);
    const rows = () => mapped(set.examples, isPlain ? row : rowWithMore);
    const columns: ParquetColumns = isPlain
      ? { messages: "messages" }
      : { messages: "messages with more", tools_json: "text" };
    const dataset: ExportFile = { kind: "text", name: "masked_dataset.py", text: isPlain ? DATASET : CALLS_DATASET };
    const args = argumentsFor(set)
      .map((argument) => `${argument}\n`)
      .join("");
    return [
      { kind: "parquet", name: "train.parquet", columns, rows },
      ...(usesOwnClass(set) ? [dataset] : []),
      { kind: "text", name: "sft-args.txt", text: args },
    ];
  },
};

const hasMasks = ({ examples }: Extract<TrainingSet, { kind: "sft" }>) =>
  examples.some(({ messages }) => messages.some(({ role, weight }) => role === "assistant" && weight === 0));

/** Calls and thoughts, which a Parquet file has no type for: each message has them as a JSON text. */
const needsMore = (set: TrainingSet) =>
  hasCalls(set) ||
  set.examples.some((example) =>
    conversationsOf(example)
      .flat()
      .some(({ reasoning }) => reasoning !== undefined),
  );

const usesOwnClass = (set: Extract<TrainingSet, { kind: "sft" }>) => hasMasks(set) || needsMore(set);

const row = ({ messages }: Demonstration) => ({
  messages: messages.map(({ role, content, weight }) => ({ role, content, weight })),
});

const rowWithMore = ({ messages, tools }: Demonstration) => ({
  messages: messages.map((message) => {
    const { role, content, ...more } = templateMessage(message);
    return { role, content, weight: message.weight, more: JSON.stringify(more) };
  }),
  tools_json: JSON.stringify((tools ?? []).map(chatTool)),
});

function argumentsFor(set: TrainingSet): string[] {
  const masked = set.kind === "sft" && usesOwnClass(set);
  return [
    "data.train_files=train.parquet",
    "data.messages_key=messages",
    "data.max_length=16384",
    "data.truncation=error",
    ...(masked ? ["data.custom_cls.path=masked_dataset.py", "data.custom_cls.name=MaskedSFTDataset"] : []),
  ];
}
