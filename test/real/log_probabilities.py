"""Sums of log-probabilities without TRL: reads {"folder", "sequences": [{"ids", "mask"}]}, prints a sum for each over masked tokens.

With "stock", {"prompt", "chosen", "rejected"} as messages, it also lets TRL's own DPO trainer do one step on them, as its users
run it, and prints what that takes for the log-probability of the chosen side.
"""

import json
import sys
import tempfile

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

job = json.load(sys.stdin)


def open_model():
    return AutoModelForCausalLM.from_pretrained(job["folder"], dtype=torch.float32, local_files_only=True)


def log_probability(model, ids, mask):
    tokens = torch.tensor([ids])
    with torch.inference_mode():
        logits = model(tokens).logits.double()
    each = logits.log_softmax(-1)[0, :-1].gather(1, tokens[0, 1:, None])[:, 0]
    return (each * torch.tensor(mask[1:])).sum().item()


def stock(rows):
    from datasets import Dataset
    from trl import DPOConfig, DPOTrainer

    with tempfile.TemporaryDirectory() as folder:
        options = {"use_cpu": True, "bf16": False, "report_to": [], "save_strategy": "no", "disable_tqdm": True}
        args = DPOConfig(output_dir=folder, max_steps=1, logging_steps=1, max_length=None, **options)
        tokenizer = AutoTokenizer.from_pretrained(job["folder"], local_files_only=True)
        data = Dataset.from_list([rows])
        trainer = DPOTrainer(model=open_model(), args=args, train_dataset=data, processing_class=tokenizer)
        out, sys.stdout = sys.stdout, sys.stderr
        trainer.train()
        sys.stdout = out
        return next(log["logps/chosen"] for log in trainer.state.log_history if "logps/chosen" in log)


model = open_model().eval()
sums = [log_probability(model, **sequence) for sequence in job["sequences"]]
print(json.dumps({"sums": sums, "stock": stock(job["stock"]) if "stock" in job else None}))
