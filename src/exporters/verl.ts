/**
 * verl's supervised trainer: a Parquet file of conversations, and a dataset class for it.
 *
 * verl's own class learns every assistant turn, and renders each message by itself: it stops at templates that write a turn
 * otherwise within the whole (Qwen's results of several calls), or refuse a message alone (Qwen3.5, Gemma 3). The class beside the
 * file renders the conversation as a whole, obeys each message's weight, and stops where the text before a learned turn is not
 * what a server is sent. verl loads it through `data.custom_cls`. There are no preferences.
 * Calls, thoughts and what can be called are JSON texts in the file, since a Parquet struct gives every message every member;
 * the class makes them what chat templates read.
 * Rows longer than `data.max_length` (default 1,024) stop the training.
 *
 * Source: verl 0.9.1, verl/utils/dataset/multiturn_sft_dataset.py (MultiTurnSFTDataset), verl/trainer/sft_trainer.py
 * (`data.custom_cls`), verl/trainer/config/sft_trainer_engine.yaml
 */
import type { Demonstration, TrainingSet } from "../core/training.ts";
import { chatTool } from "../formats/chat-message.ts";
import { conversationsOf, hasCalls, templateMessage } from "./calls.ts";
import { type Exporter, mapped } from "./exporter.ts";
import type { ParquetColumns } from "./parquet.ts";

const DATASET = `"""Conversations of which the messages with weight 1 are learned, rendered as a whole. For verl 0.9."""

import json

import jinja2
import torch
from verl.utils.dataset.multiturn_sft_dataset import MultiTurnSFTDataset


def plain(message):
    return {"role": message["role"], "content": message["content"], **json.loads(message.get("more") or "{}")}


class WeightedSFTDataset(MultiTurnSFTDataset):
    def _read_files_and_process(self):
        try:
            super()._read_files_and_process()
        except jinja2.TemplateError:
            # Its last step renders messages that some templates refuse. What it asks for is not needed here.
            pass
        if "tools_json" in self.dataframe.columns:
            self.tools = [json.loads(text) or None for text in self.dataframe["tools_json"]]

    def _process_single_message(self, index, message, full_message, tools=None, enable_thinking=None):
        """The first message stands for all of them; the others are empty."""
        if index > 0:
            nothing = torch.zeros(0, dtype=torch.long)
            return nothing, nothing, nothing, {}
        given = dict(self.apply_chat_template_kwargs)
        if enable_thinking is not None:
            given["enable_thinking"] = enable_thinking
        messages = [plain(each) for each in full_message]

        def ids(some, prompt=False):
            text = self.tokenizer.apply_chat_template(
                some, tools=tools, add_generation_prompt=prompt, tokenize=False, **given
            )
            return self.tokenizer(text, add_special_tokens=False)["input_ids"]

        def trimmed(tokens):
            while tokens and self.tokenizer.decode(tokens[-1:]).isspace():
                tokens = tokens[:-1]
            return tokens

        def through_turn(at):
            """What a template writes behind the end of a turn, or to end a whole conversation, is no part of it."""
            through = trimmed(ids(messages[: at + 1]))
            without = trimmed(through[:-1])
            try:
                more = ids([*messages[: at + 1], {"role": "user", "content": "x"}])
            except jinja2.TemplateError:
                return through
            return without if more[: len(through)] != through and more[: len(without)] == without else through

        whole = ids(messages)
        mask = [0] * len(whole)
        for at, each in enumerate(full_message):
            if each["role"] != "assistant" or each["weight"] == 0:
                continue
            before, through = ids(messages[:at], True), through_turn(at)
            if whole[: len(before)] != before or whole[: len(through)] != through:
                raise ValueError(
                    f"message {at}: the chat template writes what is before it, or itself, otherwise within the whole; "
                    "export with --tokenizer and --split-turns"
                )
            mask[len(before) : len(through)] = [1] * (len(through) - len(before))
        tokens = torch.tensor(whole, dtype=torch.long)
        return tokens, torch.tensor(mask, dtype=torch.long), torch.ones_like(tokens), {}

    def sanity_check(self, input_ids, messages, *args, **kwargs):
        super().sanity_check(input_ids, [plain(each) for each in messages], *args, **kwargs)
`;

const ARGUMENTS = [
  "data.train_files=train.parquet",
  "data.messages_key=messages",
  "data.max_length=16384",
  "data.truncation=error",
  "data.custom_cls.path=weighted_dataset.py",
  "data.custom_cls.name=WeightedSFTDataset",
];

export const verl: Exporter = {
  name: "verl",
  tool: "verl",
  rendering: "template",
  expresses: {
    ...{ preferences: "none", masks: "each", exampleWeights: false, roles: "any", thoughts: true },
    calls: { arguments: "object", ids: true, preferences: false, beside: true, several: true },
  },
  parquet: "always",
  command: () => `torchrun -m verl.trainer.sft_trainer ${ARGUMENTS.join(" ")} model.path=MODEL`,
  files(set) {
    if (set.kind === "dpo") return [];
    const isPlain = !needsMore(set);
    const rows = () => mapped(set.examples, isPlain ? row : rowWithMore);
    const columns: ParquetColumns = isPlain
      ? { messages: "messages" }
      : { messages: "messages with more", tools_json: "text" };
    const args = ARGUMENTS.map((argument) => `${argument}\n`).join("");
    return [
      { kind: "parquet", name: "train.parquet", columns, rows },
      { kind: "text", name: "weighted_dataset.py", text: DATASET },
      { kind: "text", name: "sft-args.txt", text: args },
    ];
  },
};

/** Calls and thoughts, which a Parquet file has no type for: each message has them as a JSON text. */
const needsMore = (set: TrainingSet) =>
  hasCalls(set) ||
  set.examples.some((example) =>
    conversationsOf(example)
      .flat()
      .some(({ reasoning }) => reasoning !== undefined),
  );

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
