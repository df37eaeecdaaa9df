"""Compares token ids that gleaner made with those that transformers makes of the same text.

    python check_tokens.py CHECKPOINT_FOLDER [VARIABLES] < rows.jsonl

VARIABLES is a JSON object: what the chat template is given beside each conversation (template_variables.py).

A row is {"messages", "ids"}: a conversation and what its chat template's text should be as tokens (with "prompt": true,
the generation prompt included; with "tools", what could be called; arguments of calls as the model wrote them, in JSON),
or {"text", "ids"}: a text alone. With "shows", the ids are the prompt of the last message that is shown and what was
written there: {"messages": how many are shown, "written": what the template writes behind the prompt, "next": the message
with which behind it, or none, "tail": what the template does not write}. Prints one JSON object: how many rows there were,
and those that differ, with the first position and the text around it, as transformers and as gleaner have it.
"""

import json
import sys

from template_variables import with_variables

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


def text_of(tokenizer, messages, tools, prompt, variables=None):
    given = {"tools": tools, "add_generation_prompt": prompt, "tokenize": False, **(variables or {})}
    try:
        return tokenizer.apply_chat_template(as_templates_know(messages), **given)
    except TypeError:
        # DeepSeek's templates join arguments as text.
        return tokenizer.apply_chat_template(messages, **given)


def ids_of(tokenizer, text):
    return list(tokenizer(text, add_special_tokens=False)["input_ids"])


def difference(tokenizer, row):
    """None, or where the row and what transformers makes of it part."""
    if "text" in row:
        return parting(tokenizer, ids_of(tokenizer, row["text"]), row["ids"])
    messages, tools, shows = row["messages"], row.get("tools"), row.get("shows")
    if not shows:
        text = text_of(tokenizer, messages, tools, row.get("prompt", False))
        return parting(tokenizer, ids_of(tokenizer, text), row["ids"])
    shown, more = messages[: shows["messages"]], shows.get("next")
    prompt = text_of(tokenizer, shown[:-1], tools, True)
    found = parting(tokenizer, ids_of(tokenizer, prompt + shows["written"] + shows["tail"]), row["ids"])
    if found or not shows["written"]:
        return found
    whole = text_of(tokenizer, shown + ([more] if more else []), tools, False)
    # gpt-oss drops thoughts from the prompt once the answer is there.
    if whole.startswith(prompt + shows["written"]) or whole.rstrip().endswith(shows["written"]):
        return None
    return parting(tokenizer, ids_of(tokenizer, whole), ids_of(tokenizer, prompt + shows["written"]))


def parting(tokenizer, expected, found):
    """None, or where two lists of ids part, and the text around it."""
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

    variables = json.loads(sys.argv[2]) if len(sys.argv) > 2 else None
    tokenizer = with_variables(AutoTokenizer.from_pretrained(sys.argv[1], local_files_only=True), variables)
    count, differences = 0, []
    for count, line in enumerate(sys.stdin, start=1):
        found = difference(tokenizer, json.loads(line))
        if found:
            differences.append({"row": count - 1, **found})
    print(json.dumps({"rows": count, "differences": differences}))


if __name__ == "__main__":
    main()
