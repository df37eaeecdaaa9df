"""Turns a folder's model.safetensors into bfloat16, unless told only to look; prints the type and shape of every tensor."""

import json
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

job = json.load(sys.stdin)
path = Path(job["folder"], "model.safetensors")
tensors = load_file(path)
if "only" not in job:
    tensors = {name: tensor.to(torch.bfloat16) for name, tensor in tensors.items()}
    save_file(tensors, path, metadata={"format": "pt"})
print(json.dumps({name: [str(tensor.dtype), list(tensor.shape)] for name, tensor in sorted(tensors.items())}))
