"""The example world of a terminal with a menu of commands: for walks at random, which need a list to choose from."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "examples", "worlds", "terminal"))
from terminal import Terminal  # noqa: E402

# What could tell one time, process or folder from another, and what changes and loses things.
MENU = [
    "ls -la",
    "date +%s.%N; echo $EPOCHREALTIME $SECONDS",
    "echo $RANDOM $$; shuf -i 1-1000000 -n 1; head -c 4 /dev/urandom | od -c; mktemp -u",
    "find . -type f | sort | xargs cat",
    "find .; ls -U",
    "stat -c '%n %s %A %Y' *",
    "cd *; pwd",
    "cd ..",
    "x=1; export y=2; mkdir -p d; cd d",
    "echo $x $y; ps -o pid,args",
    "touch a b; echo more >> a; ls -l",
    "tar -czf packed.tgz --exclude=packed.tgz . ; md5sum packed.tgz",
    "printf '\\377\\000' > bytes; ln -sf bytes link; mkfifo pipe; chmod 0 a; ls -l",
    "rm -rf *",
    "sleep 0.2 & echo started",
    "seq 3000",
    "for f in * ; do mv $f $f.x ; done",
    "exit 3",
    "submit",
]


class Menu(Terminal):
    max_steps = 20

    def actions(self):
        return MENU
