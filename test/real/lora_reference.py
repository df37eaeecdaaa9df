"""What torch and PEFT make of adapters on a checkpoint: losses, gradients and logits, for lora-gradients.test.ts.

Reads {"base", "merged", "batch", "pairs", "beta", "to"}. `merged` is a checkpoint that gleaner wrote, with its adapters in
`adapter`; PEFT puts these on `base`. Every gradient goes to files in `to`, under the adapters' names; prints the losses and
by how much the merged checkpoint's logits differ from those of base and adapters.
"""

import json
import sys
from pathlib import Path

import torch
from peft import PeftModel
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM

job = json.load(sys.stdin)
options = {"dtype": torch.float32, "local_files_only": True, "attn_implementation": "eager"}


def open_model(folder):
    return AutoModelForCausalLM.from_pretrained(folder, **options)


model = PeftModel.from_pretrained(open_model(job["base"]), Path(job["merged"], "adapter"), is_trainable=True)
model.eval()


def summed(tokens, weights):
    """Σ weight · log p; `weights[i]` is that of predicting `tokens[i]` from those before it."""
    ids = torch.tensor(tokens)
    found = model(ids[None]).logits[0, :-1].log_softmax(-1).gather(1, ids[1:, None])[:, 0]
    return (found * torch.tensor(weights[1:], dtype=torch.float32)).sum()


def gradients(loss, name):
    model.zero_grad()
    loss.backward()
    found = {key.replace(".default", ""): value for key, value in model.named_parameters() if value.requires_grad}
    save_file({key: value.grad.contiguous() for key, value in found.items()}, Path(job["to"], name))
    return loss.item()


def likelihood(batch):
    total = sum(abs(weight) for example in batch for weight in example["weights"])
    return -sum(summed(**example) for example in batch) / total


def preference(pairs, beta):
    margin = lambda pair: summed(**pair["chosen"]) - summed(**pair["rejected"])
    with torch.no_grad(), model.disable_adapter():
        before = torch.stack([margin(pair) for pair in pairs])
    gained = torch.stack([margin(pair) for pair in pairs]) - before
    return -torch.nn.functional.logsigmoid(beta * gained).mean()


answer = {"likelihood": gradients(likelihood(job["batch"]), "likelihood.safetensors")}
if job["pairs"]:
    answer["preference"] = gradients(preference(job["pairs"], job["beta"]), "preference.safetensors")
with torch.inference_mode():
    tokens = torch.tensor([job["batch"][0]["tokens"]])
    adapted, merged = model(tokens).logits, open_model(job["merged"])(tokens).logits
answer["logits"] = {"largest": adapted.abs().max().item(), "difference": (adapted - merged).abs().max().item()}
print(json.dumps(answer))
