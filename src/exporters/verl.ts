/**
 * verl's supervised trainer: a Parquet file of conversations.
 *
 * Its dataset class learns every assistant turn. Split rows would not help, since the turns that a row repeats would be
 * learned again. So a file with masked turns comes with a dataset class of a few lines that obeys each message's weight;
 * verl loads it through `data.custom_cls`. A file without masked turns needs no class. There are no preferences.
 * Rows longer than `data.max_length` (default 1,024) stop the training.
 *
 * Source: verl 0.9.1, verl/utils/dataset/multiturn_sft_dataset.py (MultiTurnSFTDataset), verl/trainer/sft_trainer.py
 * (`data.custom_cls`), verl/trainer/config/sft_trainer_engine.yaml
 */
import type { TrainingSet } from "../core/training.ts";
import { type Exporter, type ExportFile, mapped } from "./exporter.ts";

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

export const verl: Exporter = {
  name: "verl",
  tool: "verl",
  expresses: { preferences: "none", masks: "each", exampleWeights: false, roles: "any" },
  parquet: "always",
  command: (set) => `torchrun -m verl.trainer.sft_trainer ${argumentsFor(set).join(" ")} model.path=MODEL`,
  files(set) {
    if (set.kind === "dpo") return [];
    const rows = () =>
      mapped(set.examples, ({ messages }) => ({
        messages: messages.map(({ role, content, weight }) => ({ role, content, weight })),
      }));
    const columns = { messages: "messages" } as const;
    const dataset: ExportFile = { kind: "text", name: "masked_dataset.py", text: DATASET };
    const args = argumentsFor(set)
      .map((argument) => `${argument}\n`)
      .join("");
    return [
      { kind: "parquet", name: "train.parquet", columns, rows },
      ...(hasMasks(set) ? [dataset] : []),
      { kind: "text", name: "sft-args.txt", text: args },
    ];
  },
};

const hasMasks = ({ examples }: Extract<TrainingSet, { kind: "sft" }>) =>
  examples.some(({ messages }) => messages.some(({ role, weight }) => role === "assistant" && weight === 0));

function argumentsFor(set: TrainingSet): string[] {
  const masked = set.kind === "sft" && hasMasks(set);
  return [
    "data.train_files=train.parquet",
    "data.messages_key=messages",
    "data.max_length=16384",
    "data.truncation=error",
    ...(masked ? ["data.custom_cls.path=masked_dataset.py", "data.custom_cls.name=MaskedSFTDataset"] : []),
  ];
}
