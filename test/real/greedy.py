"""Whether greedy completions are those of transformers, in float32.

Reads {"folder", "rows": [{"prompt", "completion"}], "tokens", "stops", "generate"} from standard input, all in token ids.
Prints for each row {"margins", "generated"}. A margin says by how much transformers' highest logit exceeds that of the given
token, with the given tokens before it: 0 where transformers would write the same. `generated` is what transformers' own
`generate` writes after the prompt, for the first `generate` rows; null for the others, because it takes ten times as long.
"""

import json
import sys

import torch
from transformers import AutoModelForCausalLM

job = json.load(sys.stdin)
model = AutoModelForCausalLM.from_pretrained(job["folder"], dtype=torch.float32, local_files_only=True).eval()


def margins(prompt, completion):
    ids = torch.tensor([prompt + completion])
    logits = model(ids).logits[0, len(prompt) - 1 : -1]
    given = logits.gather(1, torch.tensor(completion).unsqueeze(1)).squeeze(1)
    return (logits.max(dim=1).values - given).tolist()


def generated(prompt):
    ids = torch.tensor([prompt])
    made = model.generate(
        ids,
        attention_mask=torch.ones_like(ids),
        max_new_tokens=job["tokens"],
        do_sample=False,
        eos_token_id=job["stops"],
        pad_token_id=job["stops"][0],
    )
    return made[0, len(prompt) :].tolist()


with torch.inference_mode():
    answers = [
        {"margins": margins(**row), "generated": generated(row["prompt"]) if index < job["generate"] else None}
        for index, row in enumerate(job["rows"])
    ]
print(json.dumps(answers))
