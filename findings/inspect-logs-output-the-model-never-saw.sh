#!/usr/bin/env bash
# inspect-ai 0.3.285: of a tool whose output is too long, the log keeps the cut output as the message's text, and the model is
# shown another one.
#
# Seen (the lines that are printed below): a tool gives its output up to the limit. In the sample's `messages` the tool's message
# has that output as its content, and an error beside it. What Inspect makes of the very same message for an OpenAI model is the
# error alone: the model never reads a word of the output. One would expect the content to be what was read, as it is for every
# other message. Whoever trains on content teaches answers to outputs that nobody saw; the error's text must take its place.
#
# Needs python3 with venv, and the network to install; no model is asked. Ends with 1 where the behaviour has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet inspect-ai==0.3.285 openai==3.57.0
cat > check.py <<'PY'
import asyncio
import sys

import inspect_ai
from inspect_ai import Task
from inspect_ai.dataset import Sample
from inspect_ai.model import ModelOutput, ModelUsage, get_model, messages_to_openai
from inspect_ai.solver import generate, use_tools
from inspect_ai.tool import tool
from inspect_ai.util import OutputLimitExceededError


@tool
def files():
    async def execute():
        """Lists the files."""
        raise OutputLimitExceededError("10 B", "a.txt b.txt")

    return execute


outputs = [
    ModelOutput.for_tool_call("mockllm/model", "files", {}),
    ModelOutput.from_content("mockllm/model", "There are two."),
]
for output in outputs:
    output.usage = ModelUsage(input_tokens=1, output_tokens=1, total_tokens=2)
task = Task(dataset=[Sample(input="Which files?", target="2")], solver=[use_tools(files()), generate()])
model = get_model("mockllm/model", custom_outputs=outputs)
log = inspect_ai.eval(task, model=model, log_dir="logs", log_format="json", display="none")[0]
messages = log.samples[0].messages
kept = [message for message in messages if message.role == "tool"][-1]
sent = [message for message in asyncio.run(messages_to_openai(messages)) if message["role"] == "tool"][-1]
print("inspect-ai", inspect_ai.__version__, log.status)
print("the log's content:", kept.text)
print("its error:        ", kept.error.message)
print("the model is sent:", sent["content"])
expected = kept.text == "a.txt b.txt" and "output limit" in sent["content"] and kept.text not in sent["content"]
sys.exit(0 if expected else 1)
PY
venv/bin/python check.py
