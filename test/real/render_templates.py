"""What transformers makes of conversations with other chat templates: the rows that they are trained as, tokens and labels.

Reads null from standard input and prints the chat templates that the installed trl carries, by name; or reads
[{"folder", "date", "variables", "chats": [{"messages", "tools", "learned"}]}] and prints for each chat {"prompt", "rows"}:
"prompt" is what is read before the last message, "rows" a list of {"ids", "labels"}, or null where a turn is refused.
A turn is what is read (the messages before it with the generation prompt) and what is written behind that. See docs/templates.md.
"""

import json
import re
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


# How the templates here write a thought that nobody had, the mark that may be in the prompt already included.
EMPTY_THOUGHT = re.compile(r"\s*(<think>)?\s*</think>\n*|\s*<\|channel>thought\s*<channel\|>")
OPEN_THOUGHT = "<think>\n"


class Refused(Exception):
    pass


class Chat:
    def __init__(self, tokenizer, variables, chat):
        self.tokenizer, self.variables, self.tools = tokenizer, variables, chat.get("tools")
        self.messages, self.learned = chat["messages"], chat["learned"]
        self.specials = [token.content for token in tokenizer.added_tokens_decoder.values() if token.special]

    def text(self, messages, prompt=False):
        from check_tokens import text_of

        return text_of(self.tokenizer, messages, self.tools, prompt, self.variables)

    def through(self, messages):
        """The text through the end of the last turn. Some templates end the whole conversation with one more token."""
        text, eos = self.text(messages).rstrip(), self.tokenizer.eos_token
        without = text.removesuffix(eos).rstrip()
        content = messages[-1]["content"].strip()
        # A text may itself be what looks like a special token.
        is_own = content and without.endswith(content)
        if without == text or not self.is_ended(without) or is_own:
            return text
        more = self.text([*messages, {"role": "user", "content": "x"}])
        return without if more.startswith(without) and not more.startswith(text) else text

    def is_ended(self, text):
        return any(text.endswith(token) for token in self.specials)

    def turn(self, index):
        """What was read, and what was written."""
        before, message = self.messages[:index], self.messages[index]
        prompt, text = self.text(before, True), self.through([*before, message])
        if not text.startswith(prompt):
            if alone := self.alone(message, prompt, text):
                return prompt, alone
            head = prompt.removesuffix(OPEN_THOUGHT)
            if head == prompt or not text.startswith(head) or "reasoning_content" not in message:
                raise Refused
            return prompt, message["reasoning_content"].strip() + "\n</think>\n\n" + text[len(head) :]
        written = text[len(prompt) :]
        content, calls = message["content"].strip(), message.get("tool_calls")
        ended = [written.removesuffix(token).rstrip() for token in self.specials if written.endswith(token)]
        is_own = content and not calls and written.endswith(content) and not any(text.endswith(content) for text in ended)
        tail = "" if self.is_ended(written) and not is_own else self.tag(index)
        empty = None if "reasoning_content" in message or not content and not calls else EMPTY_THOUGHT.match(written)
        if empty:
            written = written[empty.end() :]
            if not self.text([*before, message, self.next(index)]).startswith(prompt + written):
                raise Refused
        return prompt, written + tail

    def alone(self, message, prompt, text):
        """What is written behind a short prompt, if it is also how this text ends, behind how the prompt ends."""
        asked = [{"role": "user", "content": "x"}]
        short = self.text(asked, True)
        header = short.removeprefix(self.text(asked))
        written = self.through([*asked, message]).removeprefix(short)
        return written if prompt.endswith(header) and text.endswith(header + written) else None

    def next(self, index):
        more = self.messages[index + 1 : index + 2]
        calls = self.messages[index].get("tool_calls")
        if more and more[0]["role"] in ("user", "tool"):
            return more[0]
        return {"role": "tool", "content": "y", "tool_call_id": calls[-1]["id"]} if calls else {"role": "user", "content": "y"}

    def tag(self, index):
        """What the next speaker is announced with."""
        calls = [{"id": "call00000", "type": "function", "function": {"name": "act", "arguments": "{}"}}]
        is_tool = self.next(index)["role"] == "tool"
        asked = {"role": "user", "content": "x"}
        said = {"role": "assistant", "content": "y", **({"tool_calls": calls} if is_tool else {})}
        reply = {"role": "tool", "content": "z", "tool_call_id": "call00000"} if is_tool else asked
        whole, more = self.text([asked, said]).rstrip(), self.text([asked, said, reply])
        tag = next((token for token in self.specials if more.startswith(whole + token)), None)
        if tag is None:
            raise Refused
        return tag

    def rows(self):
        left, rows = [self.turn(index) for index in self.learned], []
        while left:
            prompt, written = left[-1]
            taken = [turn for turn in left if turn == left[-1] or prompt.startswith("".join(turn))]
            left = [turn for turn in left if turn not in taken]
            encoded = self.tokenizer(prompt + written, add_special_tokens=False, return_offsets_mapping=True)
            ids, labels = encoded["input_ids"], [CONTEXT] * len(encoded["input_ids"])
            for read, answer in taken:
                for at, (start, end) in enumerate(encoded["offset_mapping"]):
                    if start >= len(read) and end <= len(read) + len(answer):
                        labels[at] = ids[at]
            rows.insert(0, {"ids": ids, "labels": labels})
        return rows

    def answer(self):
        try:
            text = self.text(self.messages[:-1], True)
            prompt = self.tokenizer(text, add_special_tokens=False)["input_ids"]
        except Exception:
            prompt = None
        try:
            return {"prompt": prompt, "rows": self.rows()}
        except Exception as error:
            return {"prompt": prompt, "rows": None, "error": f"{type(error).__name__}: {error}"}


def answer(job):
    from transformers.utils import chat_template_utils
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(job["folder"], local_files_only=True)
    Clock.day, chat_template_utils.datetime = job["date"], Clock
    return [Chat(tokenizer, job["variables"], chat).answer() for chat in job["chats"]]


question = json.load(sys.stdin)
print(json.dumps(shipped() if question is None else [answer(job) for job in question]))
