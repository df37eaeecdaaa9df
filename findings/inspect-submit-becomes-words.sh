#!/usr/bin/env bash
# inspect-ai 0.3.285: what a sample's `messages` have as the last turn of its stock agent `react`, the model never wrote.
#
# Seen (the lines that are printed below): the model says "The sum is known." and calls submit(answer="4"). In the sample's
# `messages` that turn has no call, and its text is "The sum is known.\n\n4". The model event has the turn as it was. One would
# expect both to tell the same. Whoever trains on `messages` teaches the agent to end with words instead of the call that
# its loop waits for, and every finished episode has this turn.
#
# Needs python3 with venv, and the network to install; no model is asked. Ends with 1 where the behaviour has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet inspect-ai==0.3.285
cat > check.py <<'PY'
import sys

import inspect_ai
from inspect_ai import Task
from inspect_ai.agent import react
from inspect_ai.dataset import Sample
from inspect_ai.model import ModelOutput, ModelUsage, get_model

output = ModelOutput.for_tool_call("mockllm/model", "submit", {"answer": "4"}, content="The sum is known.")
output.usage = ModelUsage(input_tokens=1, output_tokens=1, total_tokens=2)
task = Task(dataset=[Sample(input="2 + 2?", target="4")], solver=react())
model = get_model("mockllm/model", custom_outputs=[output])
log = inspect_ai.eval(task, model=model, log_dir="logs", log_format="json", display="none")[0]
sample = log.samples[0]


def said(message):
    return message.text, [call.function for call in message.tool_calls or []]


kept = said([message for message in sample.messages if message.role == "assistant"][-1])
written = said([event for event in sample.events if event.event == "model"][-1].output.message)
print("inspect-ai", inspect_ai.__version__, log.status)
print("the model event:", written)
print("the messages:   ", kept)
sys.exit(0 if written == ("The sum is known.", ["submit"]) and kept == ("The sum is known.\n\n4", []) else 1)
PY
venv/bin/python check.py
