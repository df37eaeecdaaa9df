"""One command in a box: bash under bubblewrap, without a network, in a copy of the task's folder, always at the same time.

Each command has a fresh bash and a fresh box. What lives on is the folder and where the shell stood in it; variables, functions
and processes do not. Nothing but /usr and the folder is in the box; only the folder can be written. libfaketime stops the clock.
"""

import atexit
import fcntl
import glob
import json
import os
import platform
import random
import selectors
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass

import folder

HOME = "/home/agent"
LONGEST_COMMAND = 4_000
# Of what a command prints: what is shown of it, half from the beginning and half from the end, and what is read at most.
SHOWN = 2_000
MOST_OUTPUT = 1_000_000
TOO_MUCH = f"it left more than {folder.MOST_BYTES:,} bytes or {folder.MOST_ENTRIES} files"
# Files of at most 2 MB, 100 processes, 1 GiB of memory each. All other processes are waited for, so that a command is over when
# it is over. What it leaves behind must not depend on which of two processes is quicker.
WAIT = r"wait; set +f; set -- /proc/[0-9]*; while [ \$# -gt 2 ]; do command sleep 0.02; set -- /proc/[0-9]*; done"
SHELL = f'umask 022; ulimit -c 0 -f 2000 -u 100 -v 1048576; cd "$2" || cd; trap "pwd -P >&99 2>/dev/null; {WAIT}" EXIT; eval "$1"'
# The same numbers in every process: an agent can see them.
INFO, ARGUMENTS, PLACE = 97, 98, 99
VARIABLES = {
    "PATH": "/usr/local/bin:/usr/bin:/usr/sbin",
    "HOME": HOME,
    "TMPDIR": HOME,
    "USER": "agent",
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
    "BASH_ENV": "/etc/bash-env",
    # What takes its chances elsewhere than from the clock.
    "FAKERANDOM_SEED": "0x5EED5EED5EED5EED",
    "PERL_HASH_SEED": "0",
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    # ls asks the kernel for dates, past libfaketime, and tar for those of files that were just made.
    "TIME_STYLE": "+Jan  5 09:00",
    "TAR_OPTIONS": f"--mtime=@{folder.NOW}",
}
ETC = {
    "faketimerc": "2026-01-05 09:00:00\n",
    "passwd": f"agent:x:1000:1000::{HOME}:/bin/bash\n",
    "group": "agent:x:1000:\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
    "hosts": "127.0.0.1 localhost\n",
    "bash-env": "RANDOM=1\n",
}


@dataclass
class Done:
    """What a command said, and what it left behind. `stopped`: why it was stopped; then it left nothing behind."""

    output: str
    status: int
    tree: dict
    cwd: str
    left_out: list
    stopped: str = ""


class Box:
    def __init__(self, seconds=5):
        self.seconds = seconds
        if not shutil.which("bwrap"):
            raise RuntimeError("the terminal needs bwrap: apt install bubblewrap")
        self.root = own_folder()
        self.etc = os.path.join(self.root, "etc")
        os.mkdir(self.etc)
        chance = random.Random(1)
        noise = bytes(chance.randrange(256) for _ in range(65_536))
        for name, text in {**ETC, "ld.so.preload": clock() + "\n", "ld.so.cache": ""}.items():
            with open(os.path.join(self.etc, name), "w", encoding="ascii") as file:
                file.write(text)
        os.mkdir(os.path.join(self.etc, "alternatives"))
        with open(os.path.join(self.root, "noise"), "wb") as file:
            file.write(noise)
        self.count = 0
        tried = self.run("true", {}, HOME)
        if tried.status != 0 or tried.output:
            raise RuntimeError(f"bwrap cannot make a box here; in a container, user namespaces must be allowed: {tried.output.strip()}")

    def __deepcopy__(self, memo):
        """A box keeps nothing of what is played in it."""
        return self

    def run(self, command, tree, cwd):
        """`command` in a folder made of `tree`, with the shell at `cwd`."""
        self.count += 1
        place = os.path.join(self.root, f"home-{self.count}")
        folder.write(place, tree)
        try:
            output, status, at, stopped = self.watched(command, place, cwd)
            if not stopped:
                after, left_out = folder.read(place)
                return Done(output, status, after, within(at, after, cwd), left_out)
        except folder.TooMuch:
            stopped = TOO_MUCH
        finally:
            folder.remove(place)
        # How far it came depends on the machine: nobody sees it.
        return Done("", 1, tree, cwd, [], stopped)

    def watched(self, command, place, cwd):
        """Runs it until all of its processes are gone. Returns its output, its status, where the shell ended, and why it was stopped."""
        reader, writer = os.pipe()
        arguments, given = os.pipe()
        os.write(given, b"".join(part.encode() + b"\0" for part in self.arguments(place)))
        os.close(given)
        informed, info = os.pipe()
        for pipe, number in ((info, INFO), (arguments, ARGUMENTS), (writer, PLACE)):
            os.dup2(pipe, number)
            os.close(pipe)
        shell = ["bwrap", "--info-fd", str(INFO), "--args", str(ARGUMENTS), "bash", "-c", SHELL, "bash", command, cwd]
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        process = subprocess.Popen(shell, pass_fds=[INFO, ARGUMENTS, PLACE], start_new_session=True, **pipes)
        os.close(INFO)
        os.close(ARGUMENTS)
        os.close(PLACE)
        first = first_process(informed)
        try:
            read, stopped = self.heard(process, reader, place)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            status = process.wait()
            wait_for(first)
            process.stdout.close()
            os.close(reader)
        output, at = (b"".join(parts).decode("utf-8", "replace") for parts in read)
        return output, status, at.removesuffix("\n"), stopped

    def heard(self, process, reader, place):
        """What is written to both pipes until nobody can write any more, or why this was not waited for."""
        read, size = ([], []), 0
        deadline, look = time.monotonic() + self.seconds, 0.1
        with selectors.DefaultSelector() as open_pipes:
            open_pipes.register(process.stdout, selectors.EVENT_READ, 0)
            open_pipes.register(reader, selectors.EVENT_READ, 1)
            while open_pipes.get_map():
                for key, _ in open_pipes.select(look):
                    part = os.read(key.fd, 65_536)
                    read[key.data].append(part)
                    size += len(part)
                    if not part:
                        open_pipes.unregister(key.fileobj)
                if size > MOST_OUTPUT:
                    return read, f"it printed more than {MOST_OUTPUT:,} bytes"
                now = time.monotonic()
                if now > deadline:
                    return read, f"it or a background job of it was not over after {self.seconds} seconds"
                if now > deadline - self.seconds + look and outgrown(place):
                    return read, TOO_MUCH
        return read, ""

    def arguments(self, place):
        """Of bwrap. They are handed over in a pipe, since `ps` in the box would show them."""
        parts = ["--unshare-all", "--die-with-parent", "--cap-drop", "ALL", "--uid", "1000", "--gid", "1000", "--hostname", "box"]
        parts += ["--ro-bind", "/usr", "/usr", *system_folders(), "--ro-bind", self.etc, "/etc"]
        for file in ("/etc/alternatives", "/etc/ld.so.cache"):
            parts += ["--ro-bind-try", file, file]
        parts += ["--proc", "/proc", "--dev", "/dev"]
        for name in ("random", "urandom"):
            parts += ["--ro-bind", os.path.join(self.root, "noise"), f"/dev/{name}"]
        parts += ["--remount-ro", "/dev", "--bind", place, HOME, "--remount-ro", "/", "--chdir", HOME, "--clearenv"]
        for name, value in VARIABLES.items():
            parts += ["--setenv", name, value]
        return parts


def first_process(informed):
    """A handle of the first process in the box, as bwrap tells it; None where there is none."""
    with open(informed, "rb") as pipe:
        told = pipe.read()
    try:
        return os.pidfd_open(json.loads(told)["child-pid"])
    except (ValueError, ProcessLookupError):
        return None  # bwrap could not make the box, or all is over.


def wait_for(first):
    """bwrap is gone before its box is: until then what was left running could change the folder while it is read."""
    if first is None:
        return
    with selectors.DefaultSelector() as end:
        end.register(first, selectors.EVENT_READ)
        end.select()
    os.close(first)


def system_folders():
    """/bin and the like: links into /usr, or folders of their own on older systems."""
    parts = []
    for name in ("bin", "sbin", "lib", "lib32", "lib64"):
        if os.path.islink(f"/{name}"):
            parts += ["--symlink", os.readlink(f"/{name}"), f"/{name}"]
        elif os.path.isdir(f"/{name}"):
            parts += ["--ro-bind", f"/{name}", f"/{name}"]
    return parts


def clock():
    """The library that stops the clock, of this machine's processor."""
    places = [f"/usr/lib/{platform.machine()}-linux-gnu", "/usr/lib/*", "/usr/lib64", "/usr/lib"]
    found = [file for place in places for file in sorted(glob.glob(f"{place}/faketime/libfaketime.so.1"))]
    if not found:
        raise RuntimeError("the terminal needs libfaketime, which stops the clock: apt install libfaketime")
    return found[0]


def outgrown(place):
    size, entries = folder.size_of(place)
    return size > folder.MOST_BYTES or entries > folder.MOST_ENTRIES


def within(at, tree, before):
    """Where the shell stands: a folder that is still there, in HOME."""
    inner = at[len(HOME) + 1 :]
    if at == HOME or (at.startswith(f"{HOME}/") and "mode" in tree.get(inner, {}) and not folder.is_file(tree[inner])):
        return at
    return before if at == "" else HOME


def own_folder():
    """A folder of this process, which holds it locked. Those of processes that were killed are removed."""
    for left in glob.glob(os.path.join(tempfile.gettempdir(), "gleaner-terminal-*")):
        try:
            lock = os.open(left, os.O_RDONLY)
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            folder.remove(left)
            os.close(lock)
        except OSError:
            continue  # It is in use, or somebody else's.
    made = tempfile.mkdtemp(prefix="gleaner-terminal-")
    fcntl.flock(os.open(made, os.O_RDONLY), fcntl.LOCK_EX)
    atexit.register(folder.remove, made)
    return made


def shown(output):
    """What an agent sees of it: all, or its beginning and its end."""
    text = output.rstrip("\n")
    if len(text) <= SHOWN:
        return text
    half = SHOWN // 2
    return f"{text[:half]}\n[{len(text) - SHOWN:,} characters left out]\n{text[-half:]}"
