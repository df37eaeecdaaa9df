"""Worlds for tests: one game, a corridor with a key and a door, in the forms that users bring."""

import random

ACTIONS = ["forward", "take key", "open door"]


class Corridor:
    """Everything by hand; saves and puts back its own state."""

    name = "corridor"
    instructions = "Actions: forward, take key, open door."
    max_steps = 12

    def __init__(self, length=3):
        self.length = length

    def tasks(self):
        doors = [{"id": f"{door}", "door": door, "instruction": "Open the door."} for door in range(1, 4 + self.length)]
        return {"train": doors[:-2], "test": doors[-2:]}

    def reset(self, task, seed):
        self.door = task["door"]
        self.key = random.Random(f"{self.door} {seed}").randrange(self.door)
        self.at = 0
        self.carried = False
        return self.look()

    def look(self):
        if self.at == self.key and not self.carried:
            return "A key lies here."
        return "You stand at the door." if self.at == self.door else f"You walk along. {self.at}"

    def step(self, action):
        if action == "forward":
            self.at = min(self.at + 1, self.door)
        elif action == "take key" and self.at == self.key:
            self.carried = True
        elif action == "open door":
            won = self.carried and self.at == self.door
            return ("It opens." if won else "The alarm rings."), float(won), True
        elif action not in ACTIONS:
            return "That is nothing to do here.", 0, False
        return self.look(), 0, False

    def actions(self):
        return ACTIONS

    def snapshot(self):
        return [self.door, self.key, self.at, self.carried]

    def restore(self, state):
        self.door, self.key, self.at, self.carried = state


class Plain(Corridor):
    """Cannot save its state."""

    snapshot = None
    restore = None


class Discrete:
    """What Gymnasium calls a space of n actions."""

    n = 3


class FromOne(Discrete):
    """Its actions are 1, 2 and 3."""

    start = 1


class Several(Discrete):
    """Three switches at once."""

    shape = (3,)


class Seeded:
    """An object as Gymnasium knows them: numbers for actions, a dict for an observation, seeds for tasks."""

    action_space = Discrete()

    def __init__(self):
        self.game = Corridor()

    def reset(self, seed=None, options=None):
        self.game.reset({"door": 1 + seed % 4}, seed)
        return self.seen(), {}

    def seen(self):
        return {"place": self.game.at, "view": [self.game.look(), self.game.carried]}

    def step(self, action):
        _, reward, terminated = self.game.step(ACTIONS[action])
        return self.seen(), reward, terminated, False, {}


class Drawn(Seeded):
    """Shows itself in pictures, and numbers its actions from 1."""

    action_space = FromOne()
    render_mode = "ansi"

    def step(self, action):
        return super().step(action - 1)

    def render(self):
        return f"at {self.game.at}"


class Switches(Seeded):
    action_space = Several()
