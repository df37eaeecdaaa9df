"""What a few steps of training should come to, in plain torch without any server, beside what a server saved.

Reads {"folder", "saved", "examples" or "pairs", "beta", "rates", "adam"}: sequences are {"ids", "mask", "weight"}, every
step takes all of them, `rates` has a learning rate for each. Prints the loss of every step, the largest
difference of any parameter from the saved ones, and how far the parameter went that went farthest.
"""

import json
import sys

import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

job = json.load(sys.stdin)
torch.set_num_threads(1)


def open_model():
    return AutoModelForCausalLM.from_pretrained(job["folder"], dtype=torch.float64, local_files_only=True).eval()


model, reference = open_model(), open_model().requires_grad_(False)


def log_probability(model, sequence):
    """Sum over what is learned."""
    ids = torch.tensor([sequence["ids"]])
    each = model(ids).logits.log_softmax(-1)[0, :-1].gather(1, ids[0, 1:, None])[:, 0]
    return (each * torch.tensor(sequence["mask"][1:])).sum()


def sft_loss():
    examples = job["examples"]
    weighted = sum(example["weight"] * log_probability(model, example) for example in examples)
    return -weighted / sum(example["weight"] * sum(example["mask"][1:]) for example in examples)


def dpo_loss():
    losses = []
    for pair in job["pairs"]:
        chosen, rejected = (log_probability(model, pair[side]) for side in ("chosen", "rejected"))
        before = [log_probability(reference, pair[side]) for side in ("chosen", "rejected")]
        losses.append(-torch.nn.functional.logsigmoid(job["beta"] * ((chosen - before[0]) - (rejected - before[1]))))
    return torch.stack(losses).mean()


adam = job["adam"]
optimizer = torch.optim.AdamW(
    model.parameters(), betas=(adam["beta1"], adam["beta2"]), eps=adam["epsilon"], weight_decay=adam["weightDecay"]
)
losses = []
for rate in job["rates"]:
    optimizer.param_groups[0]["lr"] = rate
    optimizer.zero_grad()
    loss = dpo_loss() if "pairs" in job else sft_loss()
    loss.backward()
    if adam["gradientClip"] > 0:
        torch.nn.utils.clip_grad_norm_(model.parameters(), adam["gradientClip"])
    optimizer.step()
    losses.append(loss.item())

saved, initial = load_file(job["saved"]), dict(reference.named_parameters())
names = dict(model.named_parameters())
assert saved.keys() == names.keys(), (saved.keys(), names.keys())
difference = max((names[name] - saved[name]).abs().max().item() for name in names)
moved = max((names[name] - initial[name]).abs().max().item() for name in names)
print(json.dumps({"losses": losses, "difference": difference, "moved": moved}))
