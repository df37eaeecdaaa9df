"""Compares token ids that gleaner made with those that transformers makes of the same text.

    python check_tokens.py CHECKPOINT_FOLDER < rows.jsonl

A row is {"messages", "ids"}: a conversation and what its chat template's text should be as tokens (with "prompt": true,
the generation prompt included; with "tools", what could be called; arguments of calls as the model wrote them, in JSON),
or {"text", "ids"}: a text alone. Prints one JSON object: how many rows there were, and
those that differ, with the first position and the text around it, as transformers and as gleaner have it.
"""

import json
import sys

# A character may be several tokens: from some of them before the difference it can be read.
SHOWN_BEFORE, SHOWN_AFTER = 4, 12


def as_templates_know(messages):
    """Messages with their calls' arguments as values. Parsed here, and nowhere else, so that nothing is lost on the way."""
    return [{**message, **calls_of(message)} for message in messages]


def calls_of(message):
    if "tool_calls" not in message:
        return {}
    functions = [(call, call["function"]) for call in message["tool_calls"]]
    parsed = [{**call, "function": {**of, "arguments": json.loads(of["arguments"])}} for call, of in functions]
    return {"tool_calls": parsed}


def transformers_ids(tokenizer, row):
    if "text" in row:
        return tokenizer(row["text"], add_special_tokens=False)["input_ids"]
    prompt = row.get("prompt", False)
    encoded = tokenizer.apply_chat_template(
        as_templates_know(row["messages"]), tools=row.get("tools"), add_generation_prompt=prompt, tokenize=True, return_dict=True
    )
    return list(encoded["input_ids"])


def difference(tokenizer, row):
    """None, or where the row's ids and those of transformers part."""
    expected, found = transformers_ids(tokenizer, row), row["ids"]
    if expected == found:
        return None
    pairs = enumerate(zip(expected, found))
    shorter = min(len(expected), len(found))
    position = next((at for at, (one, other) in pairs if one != other), shorter)
    around = slice(max(0, position - SHOWN_BEFORE), position + SHOWN_AFTER)
    return {
        "position": position,
        "expected": tokenizer.decode(expected[around]),
        "found": tokenizer.decode(found[around]),
    }


def main():
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(sys.argv[1], local_files_only=True)
    count, differences = 0, []
    for count, line in enumerate(sys.stdin, start=1):
        found = difference(tokenizer, json.loads(line))
        if found:
            differences.append({"row": count - 1, **found})
    print(json.dumps({"rows": count, "differences": differences}))


if __name__ == "__main__":
    main()
