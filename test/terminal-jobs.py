"""Does every job of the terminal's tasks as it should be done, and in each way in which it goes wrong: only the first is right.

    python test/terminal-jobs.py DRAWS
"""

import os
import random
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "examples", "worlds", "terminal"))
from terminal import JOBS, Terminal  # noqa: E402

world = Terminal(train=1, test=1)
count = 0
for kind, make in JOBS.items():
    for draw in range(int(sys.argv[1])):
        job = make(random.Random(f"{kind} {draw}"))
        for commands, is_right in [(job.way, True), *((slip, False) for slip in job.slips)]:
            world.reset(world.task("train", 0), 0)
            world.jobs, world.tree = [job], dict(job.files)
            seen = [world.step(command)[0] for command in commands]
            if (world.step("submit")[1] == 1) != is_right:
                sys.exit(f"{kind}, draw {draw}: {commands} is {'not ' if is_right else ''}right: {seen}\n{job.files}")
            count += 1
print(count)
