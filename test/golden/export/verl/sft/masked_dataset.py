"""verl's conversations with the weight of each assistant message obeyed: 0 = context, 1 = learned. For verl 0.9."""

import torch
from verl.utils.dataset.multiturn_sft_dataset import MultiTurnSFTDataset


class MaskedSFTDataset(MultiTurnSFTDataset):
    def _process_single_message(self, index, message, *args, **kwargs):
        plain = {"role": message["role"], "content": message["content"]}
        input_ids, loss_mask, *rest = super()._process_single_message(index, plain, *args, **kwargs)
        if message["weight"] == 0:
            loss_mask = torch.zeros_like(loss_mask)
        return input_ids, loss_mask, *rest
