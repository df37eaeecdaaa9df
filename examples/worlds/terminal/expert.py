"""An expert for the terminal, made to err, and the log of what it does.

    python expert.py LOG [--split train] [--tasks 300] [--errors 0.2] [--seed 1]

It does the jobs of a task one after the other. At each job, with the chance --errors, it goes wrong as people do: it takes a command
that looks like the right one, forgets a command, or takes the work for done and submits. After a command that failed it does the
right thing every second time. It never looks back otherwise. With --errors 0 it solves every task.
"""

import argparse
import json
import random

from terminal import Terminal

SLIPS, FORGETS, SUBMITS = 0.6, 0.2, 0.2


def played(world, task, errors, chance):
    """One episode: its steps, each with what was seen before it, and whether it was won."""
    steps = []
    seen = world.reset(task, 0)
    reward = 0.0

    def do(action):
        nonlocal seen, reward
        steps.append({"observation": seen, "action": action})
        seen, reward, _ = world.step(action)

    def do_all(commands):
        for command in commands:
            do(command)
            if "[exit status" in seen:
                return False
        return True

    for job in world.jobs:
        if chance.random() >= errors:
            do_all(job.way)
            continue
        what = chance.choices(["slip", "forget", "submit"], [SLIPS, FORGETS, SUBMITS])[0]
        if what == "submit":
            break
        if what == "forget":
            gone = chance.randrange(len(job.way))
            do_all(job.way[:gone] + job.way[gone + 1 :])
        elif not do_all(chance.choice(job.slips)) and chance.random() < 0.5:
            do_all(job.way)
    do("submit")
    return {"steps": steps, "finalObservation": seen, "success": reward == 1}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("log")
    parser.add_argument("--split", default="train")
    parser.add_argument("--tasks", type=int, default=300)
    parser.add_argument("--errors", type=float, default=0.2)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    world = Terminal(**{given.split: given.tasks})
    won = 0
    with open(given.log, "w", encoding="utf-8") as log:
        for task in world.tasks()[given.split]:
            chance = random.Random(f"{given.seed} {given.split} {task['id']}")
            episode = played(world, task, given.errors, chance)
            won += episode["success"]
            log.write(json.dumps({"task": f"{given.split}/{task['id']}", **episode}) + "\n")
    print(f"{won} of {given.tasks} won")


if __name__ == "__main__":
    main()
