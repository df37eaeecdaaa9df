"""Conversations to token ids and masks by transformers' `apply_chat_template`, for bench/templates.ts: one thread, CPU time.

Reads one JSON object from standard input: `folder` of the tokenizer, `template` with TRL's marks of what is learned,
`conversations` (messages with a call's arguments as text), `lengths` (how many tokens of each are compared) and `tools` or
null. Prints CPU milliseconds, a digest of the token ids that are compared, the number of all, and versions.
"""

import hashlib
import json
import sys
import time
from importlib.metadata import version
from pathlib import Path

import trl
from transformers import AutoTokenizer

job = json.load(sys.stdin)
tokenizer = AutoTokenizer.from_pretrained(job["folder"])
tokenizer.chat_template = (Path(trl.__file__).parent / "chat_templates" / job["template"]).read_text()


def parsed(message):
    calls = message.get("tool_calls")
    if not calls:
        return message
    functions = [call["function"] for call in calls]
    values = [{**function, "arguments": json.loads(function["arguments"])} for function in functions]
    return {**message, "tool_calls": [{**call, "function": value} for call, value in zip(calls, values)]}


def tokens_of(messages):
    return tokenizer.apply_chat_template(
        [parsed(message) for message in messages],
        tools=job["tools"],
        tokenize=True,
        return_dict=True,
        return_assistant_tokens_mask=True,
    )


tokens_of(job["conversations"][0])
digest = hashlib.sha256()
tokens = 0
took = 0.0
for messages, length in zip(job["conversations"], job["lengths"]):
    start = time.process_time()
    found = tokens_of(messages)
    took += time.process_time() - start
    digest.update(",".join(map(str, found["input_ids"][:length])).encode() + b"\n")
    tokens += len(found["input_ids"])

print(
    json.dumps(
        {
            "ms": 1000 * took,
            "digest": digest.hexdigest(),
            "tokens": tokens,
            "versions": {name: version(name) for name in ["transformers", "tokenizers", "jinja2", "trl"]},
        }
    )
)
