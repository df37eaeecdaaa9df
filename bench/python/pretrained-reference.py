"""A pretrained student in torch, transformers and PEFT, for bench/pretrained.ts: one thread, CPU time, float32.

Reads one JSON object from standard input, a job as bench/parts/pretrained-work.ts describes them, and prints one: CPU
milliseconds, a value that both sides must find, the most memory that this process had, and versions.

Every kernel is the one that the libraries choose by themselves. The output matrix is applied only where a token is
learned or chosen, and conversations are computed one after the other, which takes torch the least time.
"""

import json
import resource
import statistics
import sys
import time
from importlib.metadata import version

import torch
import torch.nn.functional as F
from transformers import AutoModelForCausalLM, DynamicCache

torch.set_num_threads(1)
torch.manual_seed(0)
job = json.load(sys.stdin)
model = AutoModelForCausalLM.from_pretrained(job["folder"], dtype=torch.float32, local_files_only=True)


def cpu_ms():
    return 1000 * time.process_time()


def training_step():
    from peft import LoraConfig, get_peft_model

    rank, alpha = job["lora"]["rank"], job["lora"]["alpha"]
    adapted = get_peft_model(model, LoraConfig(r=rank, lora_alpha=alpha, target_modules="all-linear"))
    adapted.train()
    adapters = [parameter for parameter in adapted.parameters() if parameter.requires_grad]
    # A rate of nothing leaves the adapters, and so the loss, as they are.
    optimizer = torch.optim.AdamW(adapters, lr=0.0, betas=(0.9, 0.98), weight_decay=0.01)

    def step(conversations):
        loss = 0
        optimizer.zero_grad()
        for tokens in conversations:
            ids = torch.tensor(tokens)
            places = torch.arange(len(tokens) - 1 - job["learned"], len(tokens) - 1)
            logits = adapted(input_ids=ids[None, :-1], logits_to_keep=places, use_cache=False).logits[0]
            part = F.cross_entropy(logits, ids[places + 1]) / len(conversations)
            part.backward()
            loss += part.item()
        optimizer.step()
        return loss

    step(job["conversations"][:2])
    begin = cpu_ms()
    value = step(job["conversations"])
    return {"ms": [cpu_ms() - begin], "value": value}


@torch.inference_mode()
def decoding():
    model.eval()
    context = torch.tensor([job["context"]])

    def read_context():
        cache = DynamicCache(config=model.config)
        return model(context, past_key_values=cache, logits_to_keep=1).logits[0, -1], cache

    read_context()
    begin = cpu_ms()
    logits, _ = read_context()
    ms = [(cpu_ms() - begin) / context.shape[1]]

    for batch in job["batches"]:
        _, cache = read_context()
        cache.batch_repeat_interleave(batch)
        tokens = logits.argmax().expand(batch, 1)
        times = []
        for _ in range(job["calls"]):
            begin = cpu_ms()
            tokens = model(tokens, past_key_values=cache).logits[:, -1].argmax(-1, keepdim=True)
            times.append(cpu_ms() - begin)
        ms.append(statistics.median(times[len(times) // 4 :]))
    return {"ms": ms, "value": logits.max().item()}


found = training_step() if job["kind"] == "training" else decoding()
# Linux counts it in kilobytes, macOS in bytes.
unit = 2**20 if sys.platform == "darwin" else 2**10
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
versions = {name: version(name) for name in ("torch", "transformers", "peft")}
print(json.dumps({**found, "peakMb": peak, "versions": versions}))
