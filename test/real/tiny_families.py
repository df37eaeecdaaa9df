"""Makes tiny checkpoints of several families with random weights, by transformers' own classes.

Reads {"tokenizer", "cases": [{"to", "config"}]} from standard input: the folder whose tokenizer all of them get, and for each
checkpoint what its configuration says beside its sizes, `model_type` among it. Prints, for each, its parameters.
"""

import json
import sys

import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

job = json.load(sys.stdin)
SIZES = {
    "vocab_size": 1024,
    "hidden_size": 64,
    "intermediate_size": 176,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 1024,
    # With the usual 0.02, so narrow a model hardly attends to anything.
    "initializer_range": 0.1,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": 2,
}
tokenizer = AutoTokenizer.from_pretrained(job["tokenizer"], local_files_only=True)


def make(to, config):
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_config(AutoConfig.for_model(**{**SIZES, **config}))
    with torch.no_grad():
        # New models have biases of 0 and norms that change nothing.
        for parameter in model.parameters():
            if parameter.dim() == 1:
                parameter.add_(0.2 * torch.randn_like(parameter))
    model.save_pretrained(to)
    tokenizer.save_pretrained(to)
    return sum(parameter.numel() for parameter in model.parameters())


print(json.dumps([make(**case) for case in job["cases"]]))
