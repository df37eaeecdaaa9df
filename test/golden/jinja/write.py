"""Writes what Python makes of the templates in templates.json: expected.json, null where it raises.

    python write.py [> nothing]

Needs transformers (python/requirements.txt), whose own environment for chat templates renders them.
"""

import json
from pathlib import Path

from transformers.utils.chat_template_utils import _compile_jinja_template

HERE = Path(__file__).resolve().parent
VARIABLES = {
    "messages": [{"role": "system", "content": "Play."}, {"role": "user", "content": "Well?"}],
    "tools": None,
    "documents": None,
    "add_generation_prompt": True,
    "eos_token": "</s>",
}


def rendered(template):
    try:
        return _compile_jinja_template(template).render(**VARIABLES)
    except Exception:
        return None


def main():
    templates = json.loads((HERE / "templates.json").read_text(encoding="utf-8"))
    expected = json.dumps([rendered(each) for each in templates], ensure_ascii=True, indent=0)
    (HERE / "expected.json").write_text(expected + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
