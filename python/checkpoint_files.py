"""Checkpoint folders, read and written: what train_trl.py starts from and what it leaves."""

import json
import shutil
from pathlib import Path

WEIGHTS = (".safetensors", ".bin", ".pt", ".pth", ".gguf", ".onnx", ".h5", ".index.json")
COPIED = (".json", ".jinja", ".txt", ".model")
# Beside the usual chat template, one for conversations with tools may be here.
TEMPLATES = "additional_chat_templates"


class Refused(Exception):
    """Training cannot be done, or its result must not be used. `reason` is one of those that gleaner knows."""

    def __init__(self, reason, message):
        super().__init__(message)
        self.reason = reason


def lacks_memory(error):
    text = str(error).lower()
    return type(error).__name__ == "OutOfMemoryError" or "out of memory" in text or "can't allocate memory" in text


def open_tokenizer(folder):
    from transformers import AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except Exception as error:
        raise Refused("bad checkpoint", f"transformers cannot open its tokenizer: {error}") from error
    if tokenizer.pad_token is None:
        # Padding is masked everywhere, so any token will do.
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def open_model(folder, dtype):
    """Refuses a folder that lacks weights: transformers would draw them at random and only warn."""
    from transformers import AutoModelForCausalLM

    try:
        model, found = AutoModelForCausalLM.from_pretrained(
            folder, dtype=dtype, local_files_only=True, output_loading_info=True
        )
    except Exception as error:
        if lacks_memory(error) or isinstance(error, ImportError):
            raise
        raise Refused("bad checkpoint", f"transformers cannot open it: {error}") from error
    for problem in ("missing_keys", "mismatched_keys", "error_msgs"):
        if found.get(problem):
            raise Refused("bad checkpoint", f"{problem.replace('_', ' ')}: {sorted(map(str, found[problem]))[:5]}")
    return model


def save(trainer, config):
    """Writes the result to `to`: the starting folder's files with new weights in its precision."""
    import torch

    to, adapters = Path(config["to"]), Path(config["work"], "adapters")
    start = stored_precision(config["from"])
    is_lora = bool(config["settings"]["loraRank"])
    trainer.save_model(str(adapters if is_lora else to))
    if not trainer.accelerator.is_main_process:
        return
    if is_lora:
        from peft import PeftModel

        model = PeftModel.from_pretrained(open_model(config["from"], start), str(adapters))
        model.merge_and_unload().save_pretrained(str(to))
    elif start != torch.float32:
        recast(to, start)
    if not any(to.glob("*.safetensors")):
        raise Refused("settings", "the launcher saved no whole checkpoint, expected a full state dict (FSDP, ZeRO-3)")
    for file in to.iterdir():
        if not file.name.endswith(WEIGHTS):
            file.unlink() if file.is_file() else shutil.rmtree(file)
    (to / "training_args.bin").unlink(missing_ok=True)
    for file in Path(config["from"]).iterdir():
        if file.name.endswith(COPIED) and not file.name.endswith(WEIGHTS):
            shutil.copyfile(file, to / file.name)
    if (templates := Path(config["from"], TEMPLATES)).is_dir():
        shutil.copytree(templates, to / TEMPLATES)
    sample_plainly(to / "generation_config.json")


def stored_precision(folder):
    """The precision that a checkpoint's weights are stored in."""
    import torch
    from safetensors import safe_open

    for file in sorted(Path(folder).glob("*.safetensors")):
        with safe_open(file, "pt") as tensors:
            types = {tensors.get_tensor(name).dtype for name in list(tensors.keys())[:1]}
            return next((kind for kind in types if kind.is_floating_point), torch.float32)
    return torch.float32


def recast(folder, dtype):
    from safetensors.torch import load_file, save_file

    for file in folder.glob("*.safetensors"):
        tensors = {name: tensor.to(dtype) for name, tensor in load_file(file).items()}
        save_file(tensors, file, metadata={"format": "pt"})


def sample_plainly(path):
    """Servers take their defaults from this file: greedy, or a cut distribution, unless it says otherwise."""
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    plain = {"do_sample": True, "temperature": 1.0, "top_p": 1.0, "top_k": 0}
    path.write_text(json.dumps({**known, **plain}, indent=2) + "\n", encoding="utf-8")
