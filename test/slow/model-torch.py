"""Answers for model-torch.test.ts with torch and transformers. A JSON list of questions in, their answers out."""

import json
import sys

import torch
from safetensors.torch import save_file
from transformers import AutoTokenizer, LlamaForCausalLM

torch.set_num_threads(1)


def gradients(folder, sequences, places, targets, weights, to):
    """Log-probabilities at `places` (indices into the flattened batch); all gradients of −Σ weight · log p go to a file."""
    model = LlamaForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager")
    logits = model(torch.tensor(sequences)).logits
    rows = logits.reshape(-1, logits.shape[-1])[torch.tensor(places)]
    found = rows.log_softmax(-1).gather(1, torch.tensor(targets)[:, None])[:, 0]
    loss = -(found * torch.tensor(weights)).sum()
    loss.backward()
    save_file({name: parameter.grad.contiguous() for name, parameter in model.named_parameters()}, to)
    return {"loss": loss.item(), "logProbabilities": found.tolist(), "logits": rows[-1].tolist()}


def summed(model, side):
    """Σ weight · log p of a side's tokens; `weights[i]` is that of predicting `tokens[i]` from those before it."""
    tokens, weights = torch.tensor(side["tokens"]), torch.tensor(side["weights"], dtype=torch.float32)
    found = model(tokens[None]).logits[0, :-1].log_softmax(-1).gather(1, tokens[1:, None])[:, 0]
    return (found * weights[1:]).sum()


def preference(folder, reference, pairs, beta, to):
    """DPO on these pairs, straight from its definition; all gradients go to a file."""
    load = lambda path: LlamaForCausalLM.from_pretrained(path, dtype=torch.float32, attn_implementation="eager")
    model, start = load(folder), load(reference)
    margin = lambda of, pair: summed(of, pair["chosen"]) - summed(of, pair["rejected"])
    with torch.no_grad():
        before = torch.stack([margin(start, pair) for pair in pairs])
    gained = torch.stack([margin(model, pair) for pair in pairs]) - before
    loss = -torch.nn.functional.logsigmoid(beta * gained).mean()
    loss.backward()
    save_file({name: parameter.grad.contiguous() for name, parameter in model.named_parameters()}, to)
    return {"loss": loss.item()}


def tokenise(folder, texts, chats):
    tokenizer = AutoTokenizer.from_pretrained(folder)
    ids = [tokenizer.encode(text, add_special_tokens=False) for text in texts]
    return {
        "ids": ids,
        "decoded": [tokenizer.decode(one) for one in ids],
        "chats": [tokenizer.apply_chat_template(chat, tokenize=True, return_dict=False) for chat in chats],
        "special": [tokenizer.pad_token_id, tokenizer.bos_token_id, tokenizer.eos_token_id],
        "size": len(tokenizer),
    }


def generate(folder, prompt, count, stop):
    model = LlamaForCausalLM.from_pretrained(folder, dtype=torch.float32)
    found = model.generate(torch.tensor([prompt]), max_new_tokens=count, do_sample=False, eos_token_id=stop)
    return {"tokens": found[0, len(prompt) :].tolist()}


def adamw(weights, gradients, rate, decay):
    parameter = torch.nn.Parameter(torch.tensor(weights))
    optimizer = torch.optim.AdamW([parameter], lr=rate, betas=(0.9, 0.98), eps=1e-8, weight_decay=decay)
    for gradient in gradients:
        parameter.grad = torch.tensor(gradient)
        optimizer.step()
    return {"weights": parameter.tolist()}


answers = [globals()[question.pop("ask")](**question) for question in json.load(sys.stdin)]
json.dump(answers, sys.stdout)
