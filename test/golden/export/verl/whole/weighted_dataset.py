"""Conversations of which the messages with weight 1 are learned, rendered as a whole. For verl 0.9."""

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
