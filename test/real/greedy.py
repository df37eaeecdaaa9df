"""What transformers writes greedily after some prompts, in float32.

Reads {"folder", "rows": [{"prompt", "completion"}], "tokens", "stops"} from standard input, all in token ids. Prints for each
row {"completion", "margin"}: transformers' own completion, and, at the first token where the given one differs, by how much
transformers' logit of its own token exceeds that of the given one (null where nothing differs).
"""

import json
import sys

import torch
from transformers import AutoModelForCausalLM

job = json.load(sys.stdin)
model = AutoModelForCausalLM.from_pretrained(job["folder"], dtype=torch.float32, local_files_only=True).eval()


def answer(prompt, completion):
    ids = torch.tensor([prompt])
    with torch.inference_mode():
        made = model.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            max_new_tokens=job["tokens"],
            do_sample=False,
            eos_token_id=job["stops"],
            pad_token_id=job["stops"][0],
            output_logits=True,
            return_dict_in_generate=True,
        )
    own = made.sequences[0, len(prompt) :].tolist()
    pairs = enumerate(zip(own, completion, strict=False))
    first = next((index for index, (a, b) in pairs if a != b), None)
    if first is None:
        return {"completion": own, "margin": None}
    logits = made.logits[first][0]
    return {"completion": own, "margin": float(logits[own[first]] - logits[completion[first]])}


print(json.dumps([answer(**row) for row in job["rows"]]))
