"""BabyAI's levels as a text world for gleaner: --env babyai.py:BabyAI. Its observations are made by one rule, `look`."""

import gymnasium
import minigrid  # registers the levels
from minigrid.core.constants import IDX_TO_COLOR, IDX_TO_OBJECT

ACTIONS = {"turn left": 0, "turn right": 1, "go forward": 2, "pick up": 3, "drop": 4, "toggle": 5}
DOORS = ["open", "closed", "locked"]
UNNAMED = ("unseen", "empty", "wall", "floor")


class BabyAI:
    name = "babyai"
    instructions = f"You are in a grid of rooms and see what is before you. Actions: {', '.join(ACTIONS)}."

    def __init__(self, levels=("PutNextLocalS5N3", "UnlockLocal"), train=150, test=50, max_steps=24):
        self.levels, self.level = levels, None
        self.seeds = {"train": range(train), "test": range(1_000_000, 1_000_000 + test)}
        self.max_steps = max_steps

    def tasks(self):
        return {split: [self.task(level, seed) for level in self.levels for seed in seeds] for split, seeds in self.seeds.items()}

    def task(self, level, seed):
        """A level says its goal when it is reset."""
        goal = self.entered(level, seed)["mission"]
        return {"id": f"{level}-{seed}", "level": level, "seed": seed, "category": level, "instruction": f"{goal}."}

    def reset(self, task, seed):
        """A task is a level and its seed: `seed` changes nothing."""
        self.seen = self.entered(task["level"], task["seed"])["image"]
        return self.look()

    def entered(self, level, seed):
        if level != self.level:
            self.env, self.level = gymnasium.make(f"BabyAI-{level}-v0", max_steps=self.max_steps).unwrapped, level
        return self.env.reset(seed=seed)[0]

    def step(self, action):
        if action not in ACTIONS:
            return f"There is no action {action!r}. {self.look()}", 0, False
        seen, reward, won_or_lost, truncated, _ = self.env.step(ACTIONS[action])
        self.seen = seen["image"]
        # BabyAI pays less the later a level is won; here a win is 1.
        return self.look(), float(reward > 0), won_or_lost, truncated, {}

    def actions(self):
        return list(ACTIONS)

    def look(self):
        """What is carried, the free cells straight ahead, then what is seen, the nearest first, each with its place."""
        cells = {(i - 3, 6 - j): [int(n) for n in self.seen[i][j]] for i in range(7) for j in range(7)}
        here = cells.pop((0, 0))
        carried = f"You carry {named(here)}. " if IDX_TO_OBJECT[here[0]] not in UNNAMED else ""
        free = next(n for n in range(7) if n == 6 or not is_free(cells[0, n + 1]))
        things = [at for at, cell in cells.items() if IDX_TO_OBJECT[cell[0]] not in UNNAMED]
        things.sort(key=lambda at: (abs(at[0]) + at[1], at[0]))
        told = [f"{named(cells[at])} {place(*at)}" for at in things]
        return f"{carried}Free ahead: {free}. You see {', '.join(told) or 'nothing'}."


def named(cell):
    kind, colour = IDX_TO_OBJECT[cell[0]], IDX_TO_COLOR[cell[1]]
    return f"a {DOORS[cell[2]]} {colour} door" if kind == "door" else f"a {colour} {kind}"


def is_free(cell):
    return IDX_TO_OBJECT[cell[0]] in ("empty", "floor") or (IDX_TO_OBJECT[cell[0]] == "door" and cell[2] == 0)


def place(side, ahead):
    aside = f"{abs(side)} {'left' if side < 0 else 'right'}"
    return " ".join(([f"{ahead} ahead"] if ahead else []) + ([aside] if side else []))
