"""One real step of TRL on an exported folder, with a chat template of its own that knows tools.

Reads {"model", "folder", "template"} from standard input. Prints {"labels": [[text, ...], ...], "loss", "changed"}: of each
row the decoded stretches whose labels are learned, in the order of the file, and whether the step changed the weights.
"""

import contextlib
import json
import os
import sys
import warnings

os.environ.update(HF_HUB_OFFLINE="1", TOKENIZERS_PARALLELISM="false", CUDA_VISIBLE_DEVICES="")
warnings.filterwarnings("ignore")

import datasets
import torch
import trl
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import SFTTrainer, get_dataset
from trl.scripts import sft

datasets.disable_progress_bars()
job = json.load(sys.stdin)
os.chdir(job["folder"])
arguments = ["--config", "sft.yaml", "--model_name_or_path", job["model"], "--output_dir", job["folder"] + ".out"]
step = ["--max_steps", "1", "--per_device_train_batch_size", "4", "--learning_rate", "0.01", "--save_strategy", "no"]
cpu = ["--use_cpu", "--bf16", "False", "--report_to", "none", "--disable_tqdm", "True"]
_, config, _, mixture = sft.make_parser().parse_args_and_config([*arguments, *step, *cpu], fail_with_unknown_args=False)[:4]

tokenizer = AutoTokenizer.from_pretrained(job["model"])
template = os.path.join(os.path.dirname(trl.__file__), "chat_templates", job["template"])
with open(template, encoding="utf-8") as file:
    tokenizer.chat_template = file.read()
model = AutoModelForCausalLM.from_pretrained(job["model"])
before = {name: value.clone() for name, value in model.state_dict().items()}
trainer = SFTTrainer(model=model, args=config, train_dataset=get_dataset(mixture)["train"], processing_class=tokenizer)

rows = []
for row in trainer.train_dataset:
    batch = trainer.data_collator([row])
    ids, labels = batch["input_ids"][0].tolist(), batch["labels"][0].tolist()
    stretches, run = [], []
    for token, label in [*zip(ids, labels), (None, -100)]:
        if label != -100:
            assert label == token
            run.append(token)
        elif run:
            stretches.append(tokenizer.decode(run))
            run = []
    rows.append(stretches)

# What a trainer prints of its losses is no part of the answer.
with contextlib.redirect_stdout(sys.stderr):
    result = trainer.train()
after = trainer.model.state_dict()
changed = any(not torch.equal(before[name], after[name].cpu()) for name in before)
print(json.dumps({"labels": rows, "loss": result.training_loss, "changed": changed}))
