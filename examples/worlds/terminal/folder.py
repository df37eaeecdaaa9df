"""A folder as a value: read into a dict that JSON can write, and written out again.

    {"logs": {"mode": 493}, "logs/app.log": {"mode": 420, "text": "…"}, "latest": {"link": "logs/app.log"}}

What is no text in UTF-8 is base64. Everything is written in the order of its name and gets the same date, so that two folders
made of one value cannot be told apart by what lists files in the order in which they were made, or by their dates.
"""

import base64
import os
import shutil
import stat

# 2026-01-05 09:00:00 UTC, the only time there is in the terminal.
NOW = 1_767_603_600
MOST_ENTRIES = 500
MOST_BYTES = 2_000_000


class TooMuch(Exception):
    """There is more in the folder than a value may hold."""


def read(root):
    """What is in `root`, and the names of what cannot be kept: pipes, sockets."""
    loosened = {}
    unlock(root, loosened)
    tree, left_out, size = {}, [], 0
    for path in paths_in(root):
        place = os.path.join(root, path)
        status = os.lstat(place)
        mode = loosened.get(place, stat.S_IMODE(status.st_mode)) & 0o777
        if stat.S_ISLNK(status.st_mode):
            tree[path] = {"link": os.readlink(place)}
        elif stat.S_ISDIR(status.st_mode):
            tree[path] = {"mode": mode}
        elif stat.S_ISREG(status.st_mode):
            size += status.st_size
            if size <= MOST_BYTES:
                with open(place, "rb") as file:
                    tree[path] = {"mode": mode, **packed(file.read())}
        else:
            left_out.append(path)
        if size > MOST_BYTES or len(tree) > MOST_ENTRIES:
            raise TooMuch
    return tree, left_out


def write(root, tree):
    """Makes the folder `root`, which is not there yet."""
    os.mkdir(root, 0o755)
    for path in sorted(tree):
        entry, place = tree[path], os.path.join(root, path)
        if "link" in entry:
            os.symlink(entry["link"], place)
        elif is_file(entry):
            with open(place, "wb") as file:
                file.write(unpacked(entry))
        else:
            os.mkdir(place)
    # From within outwards: what is made in a folder changes its date, and nothing can be made in one that is locked.
    for path in sorted(tree, reverse=True):
        place = os.path.join(root, path)
        if "link" not in tree[path]:
            os.chmod(place, tree[path]["mode"])
        os.utime(place, (NOW, NOW), follow_symlinks=False)
    os.utime(root, (NOW, NOW))


def remove(root):
    unlock(root, {})
    shutil.rmtree(root, ignore_errors=True)


def size_of(root):
    """Bytes and entries at this moment, while others may be writing."""
    size = entries = 0
    for folder, folders, files in os.walk(root):
        entries += len(folders) + len(files)
        for name in files:
            try:
                size += os.lstat(os.path.join(folder, name)).st_size
            except OSError:
                pass
    return size, entries


def paths_in(root):
    found = []
    for folder, folders, files in os.walk(root):
        found += [os.path.relpath(os.path.join(folder, name), root) for name in folders + files]
    return sorted(found)


def unlock(folder, before):
    """Makes everything readable for us; `before` gets the modes that were changed."""
    for entry in os.scandir(folder):
        if entry.is_symlink():
            continue
        is_folder = entry.is_dir(follow_symlinks=False)
        mode, needed = stat.S_IMODE(entry.stat(follow_symlinks=False).st_mode), 0o700 if is_folder else 0o400
        if mode & needed != needed:
            before[entry.path] = mode
            os.chmod(entry.path, mode | needed)
        if is_folder:
            unlock(entry.path, before)


def is_file(entry):
    return "text" in entry or "base64" in entry


def packed(content):
    try:
        return {"text": content.decode("utf-8")}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(content).decode("ascii")}


def unpacked(entry):
    return entry["text"].encode("utf-8") if "text" in entry else base64.b64decode(entry["base64"])
