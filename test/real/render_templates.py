"""What transformers makes of conversations with other chat templates: tokens, and labels by differences of prefixes.

Reads null from standard input and prints the chat templates that the installed trl carries, by name; or reads
[{"folder", "date", "variables", "chats": [{"messages", "tools", "learned"}]}] and prints for each chat
{"ids", "labels", "prompt"}, or {"error"}: "prompt" is what is read before the last message. Labels are null where a prefix is none.
"""

import json
import sys
from datetime import datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "python"))

CONTEXT = -100


def shipped():
    import trl

    folder = Path(trl.__file__).parent / "chat_templates"
    return {path.stem: path.read_bytes().decode() for path in sorted(folder.glob("*.jinja"))}


class Clock:
    """Stands for `datetime` where transformers asks for today."""

    day = None

    @classmethod
    def now(cls):
        return datetime.fromisoformat(cls.day)


def answer(job):
    from check_tokens import as_templates_know
    from transformers.utils import chat_template_utils
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(job["folder"], local_files_only=True)
    Clock.day, chat_template_utils.datetime = job["date"], Clock

    def text(messages, tools, prompt):
        return tokenizer.apply_chat_template(
            messages, tools=tools, add_generation_prompt=prompt, tokenize=False, **job["variables"]
        )

    def tokens(rendered):
        return tokenizer(rendered, add_special_tokens=False, return_offsets_mapping=True)

    def ids_of(render):
        try:
            return tokens(render())["input_ids"]
        except Exception:
            return None

    def one(chat):
        messages, tools = as_templates_know(chat["messages"]), chat.get("tools")
        prompt = ids_of(lambda: text(messages[:-1], tools, True))
        try:
            whole = text(messages, tools, False)
        except Exception as error:
            return {"prompt": prompt, "error": str(error)}
        encoded = tokens(whole)
        ids = encoded["input_ids"]
        try:
            labels = labelled(whole, ids, encoded["offset_mapping"], messages, tools, chat["learned"])
        except Exception:
            labels = None
        return {"prompt": prompt, "ids": ids, "labels": labels}

    def labelled(whole, ids, offsets, messages, tools, learned):
        labels = [CONTEXT] * len(ids)
        for index in learned:
            before = text(messages[:index], tools, True)
            through = end_of(messages[: index + 1], tools)
            if not whole.startswith(before) or not whole.startswith(through):
                return None
            for at, (start, end) in enumerate(offsets):
                if start >= len(before) and end <= len(through):
                    labels[at] = ids[at]
        return labels

    def end_of(messages, tools):
        """The text through the end of a turn. Some templates end the whole conversation with one more token, which is no turn's."""
        through, last = text(messages, tools, False).rstrip(), tokenizer.eos_token
        if not through.endswith(last):
            return through
        try:
            more = text([*messages, {"role": "user", "content": "x"}], tools, False)
        except Exception:
            return through
        without = through[: -len(last)].rstrip()
        return without if not more.startswith(through) and more.startswith(without) else through

    return [one(chat) for chat in job["chats"]]


question = json.load(sys.stdin)
print(json.dumps(shipped() if question is None else [answer(job) for job in question]))
