"""python/check_tokens.py for many checkpoint folders at once, which saves the seconds that each start takes.

Reads [{"folder", "rows"}] from standard input, prints for each folder the rows that differ.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "python"))

from check_tokens import difference
from transformers import AutoTokenizer


def differences(folder, rows):
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    found = ((index, difference(tokenizer, row)) for index, row in enumerate(rows))
    return [{"row": index, **where} for index, where in found if where]


print(json.dumps([differences(**job) for job in json.load(sys.stdin)]))
