"""One real TRL step for each of several tiny checkpoints, and what `transformers serve` shows each of them; all in one process.

Reads {"cases": [{"model", "architecture", "training", "requests"}]} from standard input: a folder with a tokenizer and a chat
template, which gets random weights of this architecture; the configuration of python/train_trl.py; bodies of chat requests.
Prints, for each case, {"batches", "losses", "changed", "prompts", "texts"}: the ids and labels of every batch as TRL collated
it for a step, the loss of each step, whether the weights changed, the ids that the server gave its model for each
request, and of each row of the first batch the learned stretches as transformers decodes them.
"""

import json
import socket
import sys
import time
import urllib.request
from pathlib import Path

import torch
from safetensors.torch import load_file
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer, GenerationMixin
from transformers.cli.serve import Serve

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "python"))
import train_trl

torch.set_num_threads(1)
SIZES = {
    "vocab_size": 512,
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "max_position_embeddings": 4096,
    "pad_token_id": 0,
}


def make(folder, architecture):
    torch.manual_seed(0)
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    assert len(tokenizer) <= SIZES["vocab_size"]
    config = AutoConfig.for_model(**{**SIZES, "eos_token_id": tokenizer.eos_token_id, **architecture})
    AutoModelForCausalLM.from_config(config).save_pretrained(folder)


def stretches(tokenizer, ids, labels):
    """The learned tokens of a row, those that stand together as one text."""
    found, run = [], []
    for token, label in [*zip(ids, labels), (None, train_trl.CONTEXT)]:
        if label != train_trl.CONTEXT:
            assert label == token
            run.append(token)
        elif run:
            found.append(tokenizer.decode(run))
            run = []
    return found


def trained(folder, training):
    said = []
    train_trl.train(training, lambda kind, **values: said.append({"kind": kind, **values}))
    [batch] = [each for each in said if each["kind"] == "batch"]
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    rows = list(zip(batch["inputIds"], batch["labels"]))
    before, after = (load_file(Path(of, "model.safetensors")) for of in (folder, training["to"]))
    return {
        "rows": [{"ids": ids, "labels": labels} for ids, labels in rows],
        "texts": [stretches(tokenizer, ids, labels) for ids, labels in rows],
        "losses": [each["values"]["loss"] for each in said if each["kind"] == "metrics"],
        "changed": any(not torch.equal(before[name], after[name]) for name in before),
    }


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def post(port, body):
    data, kind = json.dumps(body).encode(), {"Content-Type": "application/json"}
    request = urllib.request.Request(f"http://127.0.0.1:{port}/v1/chat/completions", data, kind)
    with urllib.request.urlopen(request, timeout=300) as answer:
        return json.load(answer)


def served(cases):
    """For each request of each case, the ids that the model was given."""
    seen, generate = [], GenerationMixin.generate

    def watched(self, *given, **named):
        seen.append(named["input_ids"][0].tolist())
        return generate(self, *given, **named)

    GenerationMixin.generate = watched
    port = free_port()
    server = Serve(device="cpu", host="127.0.0.1", port=port, log_level="error", non_blocking=True)
    while not server.server.started:
        assert server._thread.is_alive()
        time.sleep(0.05)
    try:
        for case in cases:
            for body in case["requests"]:
                count = len(seen)
                usage = post(port, body)["usage"]
                assert len(seen) == count + 1 and usage["prompt_tokens"] == len(seen[-1])
    finally:
        server.kill_server()
    shown = iter(seen)
    return [[next(shown) for _ in case["requests"]] for case in cases]


cases = json.load(sys.stdin)["cases"]
out = train_trl.os.fdopen(train_trl.os.dup(1), "w")
# What the libraries print is no part of the answer.
train_trl.os.dup2(2, 1)
for case in cases:
    make(case["model"], case["architecture"])
answers = [trained(case["model"], case["training"]) for case in cases]
out.write(json.dumps([{**answer, "prompts": prompts} for answer, prompts in zip(answers, served(cases))]))
out.close()
