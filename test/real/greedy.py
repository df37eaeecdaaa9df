"""Whether greedy completions are those of transformers, in float32.

Reads a list of {"folder", "rows": [{"prompt", "completion"}], "tokens", "stops", "generate"} from standard input, all in token ids.
Prints, for each, for each row {"margins", "generated"}. A margin says by how much transformers' highest logit exceeds that of the given
token, with the given tokens before it: 0 where transformers would write the same. `generated` is what transformers' own
`generate` writes after the prompt, for the first `generate` rows; null for the others, because it takes ten times as long.
"""

import json
import sys

import torch
from transformers import AutoModelForCausalLM

def margins(model, prompt, completion):
    ids = torch.tensor([prompt + completion])
    logits = model(ids).logits[0, len(prompt) - 1 : -1]
    given = logits.gather(1, torch.tensor(completion).unsqueeze(1)).squeeze(1)
    return (logits.max(dim=1).values - given).tolist()


def generated(model, prompt, tokens, stops):
    ids = torch.tensor([prompt])
    made = model.generate(
        ids,
        attention_mask=torch.ones_like(ids),
        max_new_tokens=tokens,
        do_sample=False,
        eos_token_id=stops,
        pad_token_id=stops[0],
    )
    return made[0, len(prompt) :].tolist()


def answer(folder, rows, tokens, stops, generate):
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, local_files_only=True).eval()
    of = lambda index, row: generated(model, row["prompt"], tokens, stops) if index < generate else None
    with torch.inference_mode():
        return [{"margins": margins(model, **row), "generated": of(index, row)} for index, row in enumerate(rows)]


print(json.dumps([answer(**job) for job in json.load(sys.stdin)]))
