"""What torch and PEFT make of adapters on checkpoints: losses, gradients and logits, for lora.ts.

Reads a list of {"base", "merged", "batch", "pairs", "beta", "to"}. `merged` is a checkpoint that gleaner wrote, with its adapters in
`adapter`; PEFT puts these on `base`. Every gradient goes to files in `to`, under the adapters' names; prints, for each, the losses and
by how much the merged checkpoint's logits differ from those of base and adapters.
"""

import json
import sys
from pathlib import Path

import torch
from peft import PeftModel
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM

options = {"dtype": torch.float32, "local_files_only": True, "attn_implementation": "eager"}


def open_model(folder):
    return AutoModelForCausalLM.from_pretrained(folder, **options)


def summed(model, tokens, weights):
    """Σ weight · log p; `weights[i]` is that of predicting `tokens[i]` from those before it."""
    ids = torch.tensor(tokens)
    found = model(ids[None]).logits[0, :-1].log_softmax(-1).gather(1, ids[1:, None])[:, 0]
    return (found * torch.tensor(weights[1:], dtype=torch.float32)).sum()


def gradients(model, loss, path):
    model.zero_grad()
    loss.backward()
    found = {key.replace(".default", ""): value for key, value in model.named_parameters() if value.requires_grad}
    save_file({key: value.grad.contiguous() for key, value in found.items()}, path)
    return loss.item()


def likelihood(model, batch):
    total = sum(abs(weight) for example in batch for weight in example["weights"])
    return -sum(summed(model, **example) for example in batch) / total


def preference(model, pairs, beta):
    margin = lambda pair: summed(model, **pair["chosen"]) - summed(model, **pair["rejected"])
    with torch.no_grad(), model.disable_adapter():
        before = torch.stack([margin(pair) for pair in pairs])
    gained = torch.stack([margin(pair) for pair in pairs]) - before
    return -torch.nn.functional.logsigmoid(beta * gained).mean()


def answer(base, merged, batch, pairs, beta, to):
    model = PeftModel.from_pretrained(open_model(base), Path(merged, "adapter"), is_trainable=True)
    model.eval()
    found = {"likelihood": gradients(model, likelihood(model, batch), Path(to, "likelihood.safetensors"))}
    if pairs:
        loss = preference(model, pairs, beta)
        found["preference"] = gradients(model, loss, Path(to, "preference.safetensors"))
    with torch.inference_mode():
        tokens = torch.tensor([batch[0]["tokens"]])
        adapted, whole = model(tokens).logits, open_model(merged)(tokens).logits
    found["logits"] = {"largest": adapted.abs().max().item(), "difference": (adapted - whole).abs().max().item()}
    return found


print(json.dumps([answer(**job) for job in json.load(sys.stdin)]))
