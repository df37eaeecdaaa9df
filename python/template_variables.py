"""Template variables for transformers: what a chat template is given beside each conversation, and the day that it writes."""

from datetime import datetime


def with_variables(tokenizer, variables):
    """The tokenizer with its chat template given `variables` (a dict, or None); `date` in it is today for every template."""
    if not variables:
        return tokenizer
    if "date" in variables:
        fix_day(tokenizer, variables["date"])
    return Templated(tokenizer, variables)


class Templated:
    """What of a tokenizer is needed to render conversations and to tokenise texts."""

    def __init__(self, tokenizer, variables):
        self.tokenizer, self.variables = tokenizer, variables

    def apply_chat_template(self, messages, **given):
        return self.tokenizer.apply_chat_template(messages, **given, **self.variables)

    def __call__(self, *args, **given):
        return self.tokenizer(*args, **given)

    def decode(self, ids):
        return self.tokenizer.decode(ids)


def fix_day(tokenizer, date):
    """Makes `date` (YYYY-MM-DD) today for chat templates.

    transformers has no setting for it, and lets no function through to a template: `strftime_now` asks `datetime` for today,
    so its module gets another `datetime`. What it then writes is looked at, since another version may ask otherwise.
    """
    from transformers.utils import chat_template_utils

    day = datetime.fromisoformat(date)

    class OneDay(datetime):
        @classmethod
        def now(cls, tz=None):
            return day

    chat_template_utils.datetime = OneDay
    asked = "{{ strftime_now('%Y-%m-%d') }}"
    message = {"role": "user", "content": ""}
    written = tokenizer.apply_chat_template([message], chat_template=asked, tokenize=False)
    if written != date:
        raise RuntimeError(f"this version of transformers writes {written} as today, whatever the day is set to")
