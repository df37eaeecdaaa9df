"""What a few steps of training should come to, in plain torch without any server, beside what a server saved.

Reads {"folder", "jobs"} with for each job {"saved", "examples" or "pairs", "beta", "rates", "adam"}: sequences are {"ids", "mask",
"weight"}, every step takes all of them, `rates` has a learning rate for each. Prints for each job the loss of every
step, the largest difference of any parameter from the saved ones, and how far the parameter went that went farthest.
"""

import json
import sys

import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

question = json.load(sys.stdin)
torch.set_num_threads(1)


def open_model():
    return AutoModelForCausalLM.from_pretrained(question["folder"], dtype=torch.float64, local_files_only=True).eval()


reference = open_model().requires_grad_(False)


def log_probability(model, sequence):
    """Sum over what is learned."""
    ids = torch.tensor([sequence["ids"]])
    each = model(ids).logits.log_softmax(-1)[0, :-1].gather(1, ids[0, 1:, None])[:, 0]
    return (each * torch.tensor(sequence["mask"][1:])).sum()


def sft_loss(model, job):
    examples = job["examples"]
    weighted = sum(example["weight"] * log_probability(model, example) for example in examples)
    return -weighted / sum(example["weight"] * sum(example["mask"][1:]) for example in examples)


def dpo_loss(model, job):
    losses = []
    for pair in job["pairs"]:
        chosen, rejected = (log_probability(model, pair[side]) for side in ("chosen", "rejected"))
        before = [log_probability(reference, pair[side]) for side in ("chosen", "rejected")]
        losses.append(-torch.nn.functional.logsigmoid(job["beta"] * ((chosen - before[0]) - (rejected - before[1]))))
    return torch.stack(losses).mean()


def trained(model, job):
    """The losses of all steps; the model is changed."""
    adam = job["adam"]
    betas = (adam["beta1"], adam["beta2"])
    options = {"betas": betas, "eps": adam["epsilon"], "weight_decay": adam["weightDecay"]}
    optimizer = torch.optim.AdamW(model.parameters(), **options)
    losses = []
    for rate in job["rates"]:
        optimizer.param_groups[0]["lr"] = rate
        optimizer.zero_grad()
        loss = dpo_loss(model, job) if "pairs" in job else sft_loss(model, job)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), adam["gradientClip"])
        optimizer.step()
        losses.append(loss.item())
    return losses


def compared(job):
    model = open_model()
    losses = trained(model, job)
    saved, initial, final = load_file(job["saved"]), dict(reference.named_parameters()), dict(model.named_parameters())
    assert saved.keys() == final.keys(), (saved.keys(), final.keys())
    difference = max((final[name] - saved[name]).abs().max().item() for name in final)
    moved = max((final[name] - initial[name]).abs().max().item() for name in final)
    return {"losses": losses, "difference": difference, "moved": moved}


print(json.dumps([compared(job) for job in question["jobs"]]))
