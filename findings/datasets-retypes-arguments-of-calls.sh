#!/usr/bin/env bash
# datasets 5.2.0 gives tool calls other arguments than the file has: it guesses one type for each name over all rows.
#
# Seen (the lines that are printed below): a date written as text comes back as a datetime; and where one row's whole number
# does not fit 64 bits, every row's becomes a float, so that 1 is 1.0. One would expect the values of the JSON file, as they
# come back where names differ from row to row. Whoever tunes on calls (TRL reads such files with datasets) teaches the
# changed arguments, or fails in the chat template, which cannot write a datetime as JSON.
#
# Needs python3 with venv, and the network. Ends with 1 where the behaviour has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet datasets==5.2.0
export HF_HUB_OFFLINE=1 HF_DATASETS_DISABLE_PROGRESS_BARS=1
cat > check.py <<'PY'
import json
import sys

import datasets


def row(arguments):
    call = {"type": "function", "function": {"name": "book", "arguments": arguments}}
    return {"messages": [{"role": "assistant", "content": "", "tool_calls": [call]}]}


def loaded(name, *rows):
    with open(name, "w") as file:
        file.writelines(json.dumps(row(each)) + "\n" for each in rows)
    data = datasets.load_dataset("json", data_files=name, split="train", cache_dir="cache")
    return [each["messages"][0]["tool_calls"][0]["function"]["arguments"] for each in data]


cases = {
    "dates": [{"day": "2026-01-02"}, {"day": "2026-02-03"}],
    "a large number": [{"id": 12345678901234567890123}, {"id": 1}],
    "names that differ": [{"a": "2026-01-02"}, {"b": 1}],
}
seen = {name: repr(loaded(f"{index}.jsonl", *rows)) for index, (name, rows) in enumerate(cases.items())}
expected = {
    "dates": "[{'day': datetime.datetime(2026, 1, 2, 0, 0)}, {'day': datetime.datetime(2026, 2, 3, 0, 0)}]",
    "a large number": "[{'id': 1.2345678901234568e+22}, {'id': 1.0}]",
    "names that differ": "[{'a': '2026-01-02'}, {'b': 1}]",
}
print("datasets", datasets.__version__)
for name, rows in cases.items():
    print(f"{name}: written {rows}, read {seen[name]}")
sys.exit(0 if seen == expected else 1)
PY
venv/bin/python check.py
