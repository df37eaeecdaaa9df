"""verl's conversations with calls and thoughts, and with the weight of each assistant message obeyed. For verl 0.9."""

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
