"""Plays the training tasks with BabyAI's own bot, which errs at every `rate`-th decision or so: python expert.py 0.3 > log.jsonl"""

import json
import os
import random
import sys

from babyai import ACTIONS, BabyAI
from minigrid.utils.baby_ai_bot import BabyAIBot

log, sys.stdout = sys.stdout, open(os.devnull, "w")  # BabyAI prints each level that it draws and drops.
NAMES = {number: name for name, number in ACTIONS.items()} | {6: "toggle"}


def played(world, task, rate):
    chance = random.Random(f"{task['id']} {rate}")
    observation, reward, done, taken, steps = world.reset(task, 0), 0, False, None, []
    bot = BabyAIBot(world.env)
    while not done:
        try:
            advice = NAMES[bot.replan(taken)]
        except Exception:
            break  # It gives up: a box was opened, or something is where its plan has nothing.
        action = chance.choice(list(ACTIONS)) if chance.random() < rate else advice
        steps.append({"observation": observation, "action": action})
        taken = world.env.actions(ACTIONS[action])
        observation, reward, won_or_lost, truncated, _ = world.step(action)
        done = won_or_lost or truncated
    return {"task": f"babyai/train/{task['id']}", "steps": steps, "finalObservation": observation}


def main(rate, options="{}"):
    world = BabyAI(**json.loads(options))
    for task in world.tasks()["train"]:
        print(json.dumps(played(world, task, float(rate))), file=log)


if __name__ == "__main__":
    main(*sys.argv[1:])
