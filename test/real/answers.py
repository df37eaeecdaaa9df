"""What a checkpoint folder answers, greedily, as transformers opens it: reads {"folder", "conversations", "tokens"}, prints texts."""

import json
import sys

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

job = json.load(sys.stdin)
tokenizer = AutoTokenizer.from_pretrained(job["folder"], local_files_only=True)
model, found = AutoModelForCausalLM.from_pretrained(job["folder"], local_files_only=True, output_loading_info=True)
assert not found["missing_keys"] and not found["unexpected_keys"], found
model.eval()
answers = []
for messages in job["conversations"]:
    encoded = tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_tensors="pt", return_dict=True)
    with torch.inference_mode():
        ids = model.generate(**encoded, max_new_tokens=job["tokens"], do_sample=False)
    answers.append(tokenizer.decode(ids[0, encoded["input_ids"].shape[1] :]))
print(json.dumps(answers))
