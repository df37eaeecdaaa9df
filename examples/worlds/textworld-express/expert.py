"""An expert for TextWorld-Express: each game's own gold path, made to err, and the log of what it does.

    .venv/bin/python expert.py LOG [--games sorting twc] [--split train] [--tasks 100] [--errors 0.1] [--seed 1]

At each step, with the chance --errors, it goes wrong: it does the same with another thing, or leaves the step out. It follows its
path in any case, and gives up at its end. With --errors 0 it wins every game.
"""

import argparse
import json
import random

from express import GAMES, Express


def slip(chance, action, listed):
    """Another action with the same verb, if there is one."""
    verb = action.split(" ")[0]
    return chance.choice([each for each in listed if each != action and each.split(" ")[0] == verb] or listed)


def played(world, task, errors, chance):
    """One episode: its steps, each with what was seen before it, and whether it was won."""
    gold = world.gold(task)
    seen, steps, score, over = world.reset(task, 0), [], 0.0, False
    for action in gold:
        errs = chance.random() < errors
        if errs and chance.random() < 0.3:
            continue
        action = slip(chance, action, world.listed) if errs else action
        steps.append({"observation": seen, "action": action})
        seen, reward, over = world.step(action)
        score += reward
        if over:
            break
    won = score >= world.success_return
    return {"steps": steps, "finalObservation": seen, "success": won, "outcome": "terminated" if over else "truncated"}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("log")
    parser.add_argument("--games", nargs="+", default=GAMES)
    parser.add_argument("--split", default="train")
    parser.add_argument("--tasks", type=int, default=50, help="of each game")
    parser.add_argument("--errors", type=float, default=0.1)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    world = Express(given.games, **{given.split: given.tasks})
    with open(given.log, "w", encoding="utf-8") as log:
        for game in given.games:
            tasks = [task for task in world.tasks()[given.split] if task["category"] == game]
            won = 0
            for task in tasks:
                episode = played(world, task, given.errors, random.Random(f"{given.seed} {given.split} {task['id']}"))
                won += episode["success"]
                if episode["steps"]:
                    log.write(json.dumps({"task": f"{given.split}/{task['id']}", **episode}) + "\n")
            print(f"{game}: {won} of {len(tasks)} won")


if __name__ == "__main__":
    main()
