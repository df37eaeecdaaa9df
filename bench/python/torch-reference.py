"""The same transformer in PyTorch, eager, for bench/model.ts: one thread, CPU time.

Reads one JSON object from standard input ({"config", "train": {"sequences", "length", "steps"},
"decode": {"rows", "context", "steps"}}), prints one with the median CPU milliseconds of a training step (forward,
backward, AdamW) and of a decoding step. Attention is whichever of PyTorch's own kernel and its explicit form is faster.
"""

import json
import math
import statistics
import sys
import time

import torch
import torch.nn.functional as F

torch.set_num_threads(1)
torch.manual_seed(0)
job = json.load(sys.stdin)
config = job["config"]
D, LAYERS, VOCABULARY = config["hidden_size"], config["num_hidden_layers"], config["vocab_size"]
HEADS, KEY_HEADS, INNER = config["num_attention_heads"], config["num_key_value_heads"], config["intermediate_size"]
SIZE = D // HEADS


def matrix(rows, columns):
    return torch.nn.Parameter(torch.randn(rows, columns) * 0.02)


embedding = matrix(VOCABULARY, D)
final_norm = torch.nn.Parameter(torch.ones(D))
blocks = [
    {
        "norm1": torch.nn.Parameter(torch.ones(D)),
        "qkv": matrix((HEADS + 2 * KEY_HEADS) * SIZE, D),
        "o": matrix(D, D),
        "norm2": torch.nn.Parameter(torch.ones(D)),
        "gate_up": matrix(2 * INNER, D),
        "down": matrix(D, INNER),
    }
    for _ in range(LAYERS)
]
parameters = [embedding, final_norm, *(p for block in blocks for p in block.values())]
frequencies = config["rope_theta"] ** (-torch.arange(0, SIZE, 2).float() / SIZE)
angles = torch.outer(torch.arange(config["max_position_embeddings"]).float(), frequencies)
COS, SIN = angles.cos(), angles.sin()


def norm(x, weight):
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + config["rms_norm_eps"]) * weight


def rotate(x, start):
    cos, sin = COS[start : start + x.shape[2]], SIN[start : start + x.shape[2]]
    a, b = x.chunk(2, -1)
    return torch.cat([a * cos - b * sin, b * cos + a * sin], -1)


def explicit_attention(q, k, v, causal):
    scores = q @ k.transpose(-1, -2) / math.sqrt(SIZE)
    if causal:
        scores = scores + torch.full(scores.shape[-2:], float("-inf")).triu(1)
    return scores.softmax(-1) @ v


def fused_attention(q, k, v, causal):
    return F.scaled_dot_product_attention(q, k, v, is_causal=causal)


def forward(tokens, attention, caches=None, start=0):
    B, T = tokens.shape
    x = F.embedding(tokens, embedding)
    for layer, block in enumerate(blocks):
        heads = (norm(x, block["norm1"]) @ block["qkv"].t()).view(B, T, HEADS + 2 * KEY_HEADS, SIZE).transpose(1, 2)
        q, k, v = heads.split([HEADS, KEY_HEADS, KEY_HEADS], 1)
        q, k = rotate(q, start), rotate(k, start)
        if caches is not None:
            keys, values = caches[layer]
            keys[:, :, start : start + T] = k
            values[:, :, start : start + T] = v
            k, v = keys[:, :, : start + T], values[:, :, : start + T]
        groups = HEADS // KEY_HEADS
        k, v = (y.repeat_interleave(groups, 1) if groups > 1 else y for y in (k, v))
        mixed = attention(q, k, v, caches is None)
        x = x + mixed.transpose(1, 2).reshape(B, T, D) @ block["o"].t()
        gate, up = (norm(x, block["norm2"]) @ block["gate_up"].t()).chunk(2, -1)
        x = x + (F.silu(gate) * up) @ block["down"].t()
    return norm(x if caches is None else x[:, -1:], final_norm) @ embedding.t()


def train(attention):
    B, T, steps = (job["train"][key] for key in ("sequences", "length", "steps"))
    optimizer = torch.optim.AdamW(parameters, lr=1e-3, betas=(0.9, 0.98), weight_decay=0.01)
    times = []
    for _ in range(steps):
        tokens = torch.randint(VOCABULARY, (B, T + 1))
        begin = time.process_time()
        optimizer.zero_grad()
        logits = forward(tokens[:, :-1], attention)
        F.cross_entropy(logits.reshape(-1, VOCABULARY), tokens[:, 1:].reshape(-1)).backward()
        optimizer.step()
        times.append(1000 * (time.process_time() - begin))
    return statistics.median(times[len(times) // 4 :])


@torch.no_grad()
def decode(attention):
    rows, context, steps = (job["decode"][key] for key in ("rows", "context", "steps"))
    shape = (rows, KEY_HEADS, config["max_position_embeddings"], SIZE)
    caches = [(torch.randn(shape), torch.randn(shape)) for _ in blocks]
    tokens = torch.randint(VOCABULARY, (rows, 1))
    times = []
    for step in range(steps):
        begin = time.process_time()
        logits = forward(tokens, attention, caches, context - steps // 2 + step)
        tokens = torch.multinomial(logits[:, -1].softmax(-1), 1)
        times.append(1000 * (time.process_time() - begin))
    return statistics.median(times[len(times) // 4 :])


kernels = (explicit_attention, fused_attention)
print(
    json.dumps(
        {
            "torch": torch.__version__,
            "trainMs": min(train(kernel) for kernel in kernels),
            "decodeMs": min(decode(kernel) for kernel in kernels),
        }
    )
)
