"""The jobs of which tasks are made: what lies in the folder, what is wanted, how a shell does it, how one goes wrong, and a check.

No two kinds use the same names, so that a task can have a job of each. Goals name files apart from punctuation.
"""

import gzip
import io
import tarfile
import zlib
from dataclasses import dataclass, field
from typing import Callable

import folder
from box import HOME

PEOPLE = "ada ben cleo dana emil fred gina hugo iris jon kim lena mia nils olga paul rosa sam tess uwe".split()
CITIES = "bern delft essen genoa jena kiel lyon oslo paris porto quito rome turin vienna york zurich".split()
WORDS = "apple brick candle drum engine fence glove hammer island jacket kettle ladder mirror needle orange paper".split()


@dataclass
class Job:
    goal: str
    # The commands that do it, and sets of commands that look as if they did.
    way: list[str]
    slips: list[list[str]]
    check: Callable[[dict, object], bool]
    files: dict[str, dict] = field(default_factory=dict)


def file(content, mode=0o644):
    return {"mode": mode, **folder.packed(content if isinstance(content, bytes) else content.encode())}


def within(name, files):
    """A folder with files."""
    return {name: {"mode": 0o755}, **{f"{name}/{path}": entry for path, entry in files.items()}}


def lines(items):
    return "".join(f"{item}\n" for item in items)


def content(tree, path):
    """The text of a file without spaces at its end, or None."""
    entry = tree.get(path, {})
    return folder.unpacked(entry).decode("utf-8", "replace").rstrip() if folder.is_file(entry) else None


def says(path, text):
    """A check that the file has this text; blanks around lines do not matter."""
    wanted = [line.strip() for line in text.strip().split("\n")]
    return lambda tree, box: [line.strip() for line in (content(tree, path) or "").split("\n")] == wanted


def files_in(tree, name):
    return {path[len(name) + 1 :]: entry for path, entry in tree.items() if path.startswith(f"{name}/")}


def count(chance):
    """Count the lines with a word."""
    log, out = f"logs/{chance.choice(['app', 'web', 'mail', 'db'])}.log", f"{chance.choice(['count', 'number', 'hits'])}.txt"
    levels = ["ERROR", "WARN", "INFO", "DEBUG"]
    word, other = chance.sample(levels, 2)
    rows = [f"10:{minute:02d} {chance.choice(levels)} {chance.choice(WORDS)}" for minute in range(chance.randint(8, 20))]
    rows += [f"11:00 {other} {chance.choice(WORDS)}"]
    # No two words are as frequent as each other.
    rows += [f"11:{minute:02d} {word} last" for minute in range(1, 1 + max(sum(level in row for row in rows) for level in levels))]
    found = sum(f" {word} " in row for row in rows)
    return Job(
        goal=f"Count the lines of {log} that have the word {word} and write the number into {out}",
        way=[f"grep -c {word} {log} > {out}"],
        slips=[[f"grep {word} {log} > {out}"], [f"grep -c {other} {log} > {out}"], [f"wc -l {log} > {out}"]],
        check=says(out, str(found)),
        files=within("logs", {log[5:]: file(lines(rows))}),
    )


def column(chance):
    """Extract a column whose place is in the header."""
    name = f"{chance.choice(['people', 'guests', 'staff'])}.csv"
    out = f"{chance.choice(['column', 'field', 'part'])}.txt"
    header = chance.sample(["name", "city", "age"], 3)
    mark, quoted = chance.choice([(",", ","), (":", ":")])
    rows = [
        {"name": person, "city": chance.choice(CITIES), "age": str(chance.randint(20, 70))}
        for person in chance.sample(PEOPLE, chance.randint(3, 6))
    ]
    wanted = chance.choice(header)
    at = header.index(wanted) + 1
    table = [mark.join(header)] + [mark.join(row[key] for key in header) for row in rows]
    other = at % 3 + 1
    return Job(
        goal=f"Write the {wanted} column of {name} without its header into {out}",
        way=[f"head -n 1 {name}", f"tail -n +2 {name} | cut -d {quoted} -f {at} > {out}"],
        slips=[
            [f"tail -n +2 {name} | cut -d {quoted} -f {other} > {out}"],
            [f"head -n 1 {name}", f"cut -d {quoted} -f {at} {name} > {out}"],
            [f"head -n 1 {name}", f"tail -n +2 {name} | cut -f {at} > {out}"],
        ],
        check=says(out, lines(row[wanted] for row in rows)),
        files={name: file(lines(table))},
    )


def unique(chance):
    """Sort and dedupe."""
    name, out = f"{chance.choice(['words', 'tags', 'items'])}.list", f"{chance.choice(['unique', 'sorted', 'once'])}.list"
    some = chance.sample(WORDS, 5)
    rows = some + [some[0], some[1], chance.choice(some)]
    chance.shuffle(rows)
    return Job(
        goal=f"Write the lines of {name} into {out} sorted and each only once",
        way=[f"sort -u {name} > {out}"],
        slips=[[f"sort {name} > {out}"], [f"uniq {name} > {out}"], [f"sort -u {name} > {name}", f"mv {name} {out}"]],
        check=says(out, lines(sorted(set(rows)))),
        files={name: file(lines(rows))},
    )


def largest(chance):
    """The largest numbers."""
    name, out = f"{chance.choice(['scores', 'sizes', 'prices'])}.num", f"{chance.choice(['top', 'best', 'largest'])}.num"
    # As text, the small ones come first.
    numbers = [*chance.sample(range(7, 10), 2), *chance.sample(range(10, 70), 3), *chance.sample(range(100, 700), 4)]
    chance.shuffle(numbers)
    many = chance.choice([2, 3, 4])
    return Job(
        goal=f"Write the {many} largest numbers of {name} into {out} with the largest first",
        way=[f"sort -rn {name} | head -n {many} > {out}"],
        slips=[
            [f"sort -r {name} | head -n {many} > {out}"],
            [f"sort -n {name} | tail -n {many} > {out}"],
            [f"sort -rn {name} | head -n {many + 1} > {out}"],
        ],
        check=says(out, lines(sorted(numbers, reverse=True)[:many])),
        files={name: file(lines(numbers))},
    )


def rename(chance):
    """Rename by a rule, from within the folder."""
    name = chance.choice(["drafts", "notes", "pages"])
    before, after = chance.sample(["txt", "md", "bak", "old"], 2)
    stems = chance.sample(PEOPLE, chance.randint(2, 4))
    wanted = {f"{stem}.{after}": stem for stem in stems}
    loop = f"for f in *.{before} ; do mv $f ${{f%.{before}}}.{after} ; done"
    right = lambda tree, box: {path: content(tree, f"{name}/{path}") for path in files_in(tree, name)} == wanted
    return Job(
        goal=f"Rename every .{before} file in the folder {name} to end in .{after}",
        way=[f"cd {name}", loop, "cd .."],
        slips=[
            [f"cd {name}", loop.replace("mv", "cp"), "cd .."],
            [f"cd {name}", f"for f in *.{before} ; do mv $f $f.{after} ; done", "cd .."],
            [f"cd {name}", f"mv *.{before} *.{after}", "cd .."],
        ],
        check=right,
        files=within(name, {f"{stem}.{before}": file(stem + "\n") for stem in stems}),
    )


def move(chance):
    """Move what has a word in it."""
    inbox, target = chance.choice(["inbox", "mail", "letters"]), chance.choice(["todo", "later", "important"])
    word, other = chance.sample(["urgent", "invoice", "party", "meeting"], 2)
    names = chance.sample(CITIES, 5)
    texts = {f"{name}.msg": f"dear {chance.choice(PEOPLE)} {word if at < 2 else other}\n" for at, name in enumerate(names)}
    moved = {name for name, text in texts.items() if word in text}
    right = lambda tree, box: set(files_in(tree, target)) == moved and set(files_in(tree, inbox)) == set(texts) - moved
    return Job(
        goal=f"Make the folder {target} and move the files of {inbox} that have the word {word} there",
        way=[f"mkdir {target}", f"mv $( grep -l {word} {inbox}/* ) {target}"],
        slips=[
            [f"mv $( grep -l {word} {inbox}/* ) {target}"],
            [f"mkdir {target}", f"mv $( grep -L {word} {inbox}/* ) {target}"],
            [f"mkdir {target}", f"cp $( grep -l {word} {inbox}/* ) {target}"],
            [f"mkdir {target}", f"mv {inbox}/* {target}"],
        ],
        check=right,
        files=within(inbox, {name: file(text) for name, text in texts.items()}),
    )


def empty(chance):
    """Delete the empty files."""
    name = chance.choice(["cache", "spool", "queue"])
    names = chance.sample(WORDS, 6)
    kept = {f"{stem}.tmp" for stem in names[:3]}
    return Job(
        goal=f"Delete the empty files in {name} and keep the others",
        way=[f"find {name} -type f -empty -delete"],
        slips=[[f"rm {name}/*"], [f"find {name} -type f -empty"], [f"find {name} -type f -delete"], [f"rm -r {name}"]],
        check=lambda tree, box: set(files_in(tree, name)) == kept,
        files=within(name, {f"{stem}.tmp": file(stem if f"{stem}.tmp" in kept else "") for stem in names}),
    )


def replace(chance):
    """Replace a word wherever it stands."""
    name = f"{chance.choice(['letter', 'report', 'story'])}.doc"
    old, new = chance.sample(["red", "green", "blue", "black", "white"], 2)
    text = lines(f"the {old} {first} and the {old} {second}" for first, second in [chance.sample(WORDS, 2) for _ in range(3)])
    return Job(
        goal=f"Replace the word {old} by {new} everywhere in {name}",
        way=[f"sed -i s/{old}/{new}/g {name}"],
        slips=[[f"sed -i s/{old}/{new}/ {name}"], [f"sed s/{old}/{new}/g {name}"], [f"sed s/{old}/{new}/g {name} > {name}"]],
        check=says(name, text.replace(old, new)),
        files={name: file(text)},
    )


def join(chance):
    """Join two tables that are not sorted."""
    left, right = f"{chance.choice(['users', 'members'])}.tab", f"{chance.choice(['homes', 'places'])}.tab"
    out = f"{chance.choice(['joined', 'both'])}.tab"
    names = chance.sample(PEOPLE, 4)
    ages, homes = {name: chance.randint(20, 70) for name in names}, {name: chance.choice(CITIES) for name in names}
    # Sorted, but for some of the first, which come last.
    turned = lambda rows, by: file(lines(rows[by:] + rows[:by]))
    return Job(
        goal=f"Join {left} and {right} on their first column and write the lines into {out} sorted",
        way=[f"sort -o {left} {left}", f"sort -o {right} {right}", f"join {left} {right} > {out}"],
        slips=[
            [f"sort -o {left} {left}", f"join {left} {right} > {out}"],
            [f"sort -o {left} {left}", f"sort -o {right} {right}", f"paste {left} {right} > {out}"],
            [f"cat {left} {right} > {out}"],
        ],
        check=says(out, lines(f"{name} {ages[name]} {homes[name]}" for name in sorted(names))),
        files={
            left: turned([f"{name} {ages[name]}" for name in sorted(names)], chance.randint(1, 3)),
            right: turned([f"{name} {homes[name]}" for name in sorted(names)], chance.randint(1, 3)),
        },
    )


def members(entry):
    """Names and contents of the files in a compressed archive, or None."""
    try:
        with tarfile.open(fileobj=io.BytesIO(folder.unpacked(entry)), mode="r:gz") as archive:
            return {each.name.removeprefix("./"): archive.extractfile(each).read() for each in archive if each.isfile()}
    except (KeyError, OSError, EOFError, ValueError, tarfile.TarError, zlib.error):
        return None


def pack(chance):
    """Make a compressed archive."""
    name, out = chance.choice(["photos", "songs", "films"]), f"{chance.choice(['backup', 'archive', 'bundle'])}.tar.gz"
    files = {f"{stem}.raw": chance.choice(WORDS) for stem in chance.sample(CITIES, 3)}
    wanted = {f"{name}/{path}": text.encode() for path, text in files.items()}
    return Job(
        goal=f"Pack the folder {name} into the compressed archive {out} and keep the folder",
        way=[f"tar -czf {out} {name}"],
        slips=[[f"tar -cf {out} {name}"], [f"gzip -r {name}"], [f"cd {name}", f"tar -czf {out} *", "cd .."]],
        check=lambda tree, box: members(tree.get(out, {})) == wanted and set(files_in(tree, name)) == set(files),
        files=within(name, {path: file(text) for path, text in files.items()}),
    )


def unpack(chance):
    """Unpack an archive into a folder of its own."""
    name, out = f"{chance.choice(['release', 'source', 'data'])}.tgz", chance.choice(["build", "work", "unpacked"])
    files = {f"{stem}.c": f"/* {chance.choice(WORDS)} */" for stem in chance.sample(WORDS, 3)}
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for path, text in files.items():
            member = tarfile.TarInfo(path)
            member.size, member.mtime = len(text), folder.NOW
            archive.addfile(member, io.BytesIO(text.encode()))
    right = lambda tree, box: {path: content(tree, f"{out}/{path}") for path in files_in(tree, out)} == files
    return Job(
        goal=f"Make the folder {out} and unpack {name} there",
        way=[f"mkdir {out}", f"tar -xzf {name} -C {out}"],
        slips=[[f"tar -xzf {name}"], [f"tar -xzf {name} -C {out}"], [f"mkdir {out}", f"mv {name} {out}"]],
        check=right,
        files={name: file(gzip.compress(packed.getvalue(), mtime=0))},
    )


# What a script should print of its file, what stands in it, how that is mended, and another change, which does not.
SCRIPTS = [
    ("the number of lines of FILE", "wc -c < $1", "s/-c/-l/", "s/wc/cat/", lambda rows: [str(len(rows))]),
    ("the lines of FILE from the last to the first", "tac $2", "s/2/1/", "s/tac/cat/", lambda rows: rows[::-1]),
    ("the first line of FILE", "tail -n 1 $1", "s/tail/head/", "s/1/2/", lambda rows: rows[:1]),
    ("the lines of FILE sorted", "sort -r $1", "s/-r//", "s/sort/wc/", sorted),
]


def script(chance):
    """Mend a script; it is tried on another file."""
    name = f"{chance.choice(['run', 'tool', 'show'])}.sh"
    wanted, body, mended, not_mended, prints = chance.choice(SCRIPTS)
    rows = chance.sample(WORDS, 5)

    def check(tree, box):
        tried = box.run(f"bash {name} hidden.in", {**tree, "hidden.in": file(lines(rows))}, HOME)
        return tried.output.split() == prints(rows)

    return Job(
        goal=f"Mend {name} so that bash {name} FILE prints {wanted}",
        way=[f"cat {name}", f"sed -i {mended} {name}"],
        slips=[[f"cat {name}", f"sed {mended} {name}"], [f"cat {name}", f"sed -i {not_mended} {name}"], [f"cat {name}"]],
        check=check,
        files={name: file(f"{body}\n")},
    )


def executable(chance):
    """Set a bit of some files."""
    name = chance.choice(["bin", "scripts", "jobs"])
    names = chance.sample(CITIES, 4)
    endings = {f"{stem}.{'sh' if at < 2 else 'conf'}": None for at, stem in enumerate(names)}

    def check(tree, box):
        modes = {path: entry.get("mode", 0) & 0o111 != 0 for path, entry in files_in(tree, name).items()}
        return modes == {path: path.endswith(".sh") for path in endings}

    return Job(
        goal=f"Make the .sh files in {name} executable and nothing else",
        way=[f"chmod +x {name}/*.sh"],
        slips=[[f"chmod +x {name}/*"], [f"chmod +x {name}"], [f"chmod -x {name}/*.sh"]],
        check=check,
        files=within(name, {path: file("echo hello\n") for path in endings}),
    )


def minus(chance):
    """The lines of one file that are not in another."""
    first, second = f"{chance.choice(['all', 'every'])}.set", f"{chance.choice(['done', 'seen'])}.set"
    out = f"{chance.choice(['open', 'rest', 'missing'])}.set"
    rows = chance.sample(WORDS, 6)
    gone = chance.sample(rows, 3)
    return Job(
        goal=f"Write the lines of {first} that are not in {second} into {out}",
        way=[f"grep -vxFf {second} {first} > {out}"],
        slips=[
            [f"grep -vxFf {first} {second} > {out}"],
            [f"grep -xFf {second} {first} > {out}"],
            [f"diff {first} {second} > {out}"],
        ],
        check=says(out, lines(row for row in rows if row not in gone)),
        files={first: file(lines(rows)), second: file(lines(gone))},
    )


def total(chance):
    """Add up a column."""
    name, out = f"{chance.choice(['bills', 'hours', 'steps'])}.dat", f"{chance.choice(['sum', 'total'])}.dat"
    at = chance.choice([2, 3])
    rows = [(person, chance.randint(1, 50), chance.randint(1, 50)) for person in chance.sample(PEOPLE, 4)]
    ways = [f"awk '{{s+=${column}}} END {{print s}}' {name} > {out}" for column in (at, 5 - at)]
    return Job(
        goal=f"Add up column {at} of {name} and write the sum into {out}",
        way=[ways[0]],
        slips=[[ways[1]], [f"awk '{{print ${at}}}' {name} > {out}"], [f"awk '{{s+=${at}}}' {name} > {out}"]],
        check=says(out, str(sum(row[at - 1] for row in rows))),
        files={name: file(lines(" ".join(map(str, row)) for row in rows))},
    )


def frequent(chance):
    """Find the most frequent line, and write it down."""
    name, out = f"{chance.choice(['visits', 'votes', 'calls'])}.txt", f"{chance.choice(['most', 'winner', 'first'])}.txt"
    some = chance.sample(CITIES, 4)
    rows = [some[0]] * 5 + [some[1]] * 3 + [some[2]] * 2 + [some[3]]
    chance.shuffle(rows)
    return Job(
        goal=f"Find the most frequent line of {name} and write it into {out}",
        way=[f"sort {name} | uniq -c | sort -rn | head -n 1", f"echo {some[0]} > {out}"],
        slips=[
            [f"sort {name} | uniq -c | sort -rn | head -n 1 > {out}"],
            [f"sort {name} | uniq -c | sort -n | head -n 1", f"echo {some[3]} > {out}"],
            [f"head -n 1 {name} > {out}"] if rows[0] != some[0] else [f"tail -n 2 {name} > {out}"],
        ],
        check=says(out, some[0]),
        files={name: file(lines(rows))},
    )


KINDS = [count, column, unique, largest, rename, move, empty, replace, join, pack, unpack, script, executable, minus, total, frequent]
JOBS = {kind.__name__: kind for kind in KINDS}
