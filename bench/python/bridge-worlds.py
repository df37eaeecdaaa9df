"""Worlds of bench/bridge.ts. They also tell their processor time, and play episodes in a loop inside Python."""

import json
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "examples", "worlds", "babyai"))


class Trivial:
    """As little as a world can do."""

    name = "trivial"

    def tasks(self):
        return {"train": [str(number) for number in range(64)]}

    def reset(self, task, seed):
        self.at = 0
        return "You are at 0."

    def step(self, action):
        self.at += 1
        return f"You are at {self.at}.", 0, False


def timed(world):
    """A class with two more actions: "time", and a list of episodes, [[task, actions], ...], which is played at once."""

    class Timed(world):
        def step(self, action):
            if action == "time":
                return f"{os.getpid()} {time.process_time()}", 0, False
            if action.startswith("["):
                return self.played(json.loads(action)), 0, False
            return super().step(action)

        def played(self, episodes):
            begin = time.process_time()
            step = super().step
            for task, actions in episodes:
                self.reset(task, 0)
                for action in actions:
                    step(action)
            return str(time.process_time() - begin)

    return Timed


TimedTrivial = timed(Trivial)


def TimedBabyAI(**options):
    from babyai import BabyAI

    return timed(BabyAI)(**options)
