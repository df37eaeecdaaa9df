"""A terminal: bash in a folder, with tasks made by a generator and checked by programs. An action is a command, or `submit`.

    gleaner env terminal.py:Terminal
"""

import random

from box import HOME, LONGEST_COMMAND, Box, shown
from jobs import JOBS, Job

INSTRUCTIONS = f"""You work in a Linux terminal, in {HOME}. Each action is one bash command, or submit when all is done.
Only what is in {HOME} can be changed, and there is no network. Every command has a fresh shell where the last one stood: variables
and processes end with it. A command that runs for more than 5 seconds is undone."""
MOST_JOBS = 4


class Terminal:
    name = "terminal"
    instructions = INSTRUCTIONS
    max_steps = 20

    def __init__(self, train=300, test=100, jobs=(1, 2, 3, 4), kinds=None, seconds=5):
        """Tasks of each split; of how many jobs, in turn; of which kinds (default: all); seconds for one command."""
        self.sizes = {"train": train, "test": test}
        self.counts = list(jobs)
        self.kinds = sorted(JOBS) if kinds is None else list(kinds)
        unknown = [kind for kind in self.kinds if kind not in JOBS]
        if unknown:
            raise ValueError(f"kinds: there is no {unknown[0]}; there are {', '.join(sorted(JOBS))}")
        if not self.counts or not all(1 <= count <= len(self.kinds) for count in self.counts):
            raise ValueError(f"jobs: expected numbers from 1 to {len(self.kinds)}, the number of kinds")
        self.box = Box(seconds)
        self.jobs, self.tree, self.cwd, self.over = [], {}, HOME, False

    def tasks(self):
        return {split: [self.task(split, number) for number in range(size)] for split, size in self.sizes.items()}

    def task(self, split, number):
        jobs = self.jobs_of(split, number)
        goals = "\n".join(f"{index}) {job.goal}" for index, job in enumerate(jobs, 1))
        return {
            "id": str(number),
            "instruction": f"Do this, then submit.\n{goals}" if len(jobs) == 1 else f"Do all of this, then submit.\n{goals}",
            "category": f"{len(jobs)} {'job' if len(jobs) == 1 else 'jobs'}",
            "split": split,
        }

    def jobs_of(self, split, number) -> list[Job]:
        """The same for the same split and number, whatever else is asked for."""
        chance = random.Random(f"{split} {number}")
        kinds = chance.sample(self.kinds, self.counts[number % len(self.counts)])
        return [JOBS[kind](chance) for kind in kinds]

    def reset(self, task, seed):
        self.jobs = self.jobs_of(task["split"], int(task["id"]))
        self.tree = {path: entry for job in self.jobs for path, entry in job.files.items()}
        self.cwd, self.over = HOME, False
        return f"This is bash in {HOME}."

    def step(self, action):
        if self.over:
            return "The work was submitted.", 0.0, True
        command = action.strip()
        if command == "submit":
            self.over = True
            right = all(job.check(self.tree, self.box) for job in self.jobs)
            return ("Everything is right." if right else "Not everything is right."), float(right), True
        refused = refusal(command)
        return (f"[refused: {refused}]" if refused else self.do(command)), 0.0, False

    def do(self, command):
        done = self.box.run(command, self.tree, self.cwd)
        moved = done.cwd != self.cwd
        self.tree, self.cwd = done.tree, done.cwd
        if done.stopped:
            return f"[stopped and undone: {done.stopped}]"
        said = [shown(done.output)] if done.output.strip() else []
        said += [f"[not kept, since it is neither a file, a folder nor a link: {path}]" for path in done.left_out]
        said += [f"[now in {self.cwd}]"] if moved else []
        said += [f"[exit status {done.status}]"] if done.status else []
        return "\n".join(said) or "[done]"

    def snapshot(self):
        return {"tree": self.tree, "cwd": self.cwd, "over": self.over}

    def restore(self, state):
        self.tree, self.cwd, self.over = state["tree"], state["cwd"], state["over"]


def refusal(command):
    """Why this cannot be given to bash."""
    if not command:
        return "expected a command"
    if len(command) > LONGEST_COMMAND:
        return f"a command of {len(command):,} characters, expected at most {LONGEST_COMMAND:,}"
    if "\0" in command or any("\ud800" <= character <= "\udfff" for character in command):
        return "a command cannot have this character"
    return ""
