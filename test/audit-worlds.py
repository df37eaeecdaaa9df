"""A game of picking up numbered stones, once as it should be, and with ten faults planted one by one."""

import copy
import random
import threading
import time

RNG = random.Random(0)
SEEN = []


class Good:
    name = "stones"
    max_steps = 12

    def tasks(self):
        return {"train": [str(number) for number in range(8)]}

    def reset(self, task, seed):
        self.rng = random.Random(f"{task} {seed}")
        self.stones = []
        self.over = False
        self.moves = 0
        return "Nothing in the bag."

    def step(self, action):
        if self.over:
            return "You have left.", 0, True
        self.moves += 1
        reward = 0
        if action == "take a stone":
            self.stones.append(self.rng.randrange(10))
        elif action == "drop a stone" and self.stones:
            reward = self.stones.pop() / 10
        elif action == "leave" and len(self.stones) > 3:
            self.over, reward = True, 1
        return f"In the bag: {self.stones}", reward, self.over

    def actions(self):
        return ["take a stone", "drop a stone", "leave"]

    def snapshot(self):
        version, internal, gauss = self.rng.getstate()
        return {"rng": [version, list(internal), gauss], "stones": self.stones, "over": self.over, "moves": self.moves}

    def restore(self, state):
        version, internal, gauss = state["rng"]
        self.rng.setstate((version, tuple(internal), gauss))
        self.stones = state["stones"]
        self.over = state["over"]
        self.moves = state["moves"]


class ClockInText(Good):
    def step(self, action):
        observation, reward, over = super().step(action)
        return f"{time.strftime('%H:%M:%S')} {observation}", reward, over


class Unseeded(Good):
    def step(self, action):
        observation, reward, over = super().step(action)
        return f"{observation} A bird says {random.randrange(1000)}.", reward, over


class GlobalRandom(Good):
    def step(self, action):
        observation, reward, over = super().step(action)
        return f"{observation} A bird says {RNG.randrange(1000)}.", reward, over


class HashOrder(Good):
    def actions(self):
        return list({"take a stone", "drop a stone", "leave", "sing", "wait", "look"})


class ListingSteps(Good):
    def actions(self):
        self.rng.random()
        return super().actions()


class ListShrinks(Good):
    """Each time it is asked within a turn, it lists one action less."""

    asked = 0

    def reset(self, task, seed):
        self.asked = 0
        return super().reset(task, seed)

    def step(self, action):
        self.asked = 0
        return super().step(action)

    def actions(self):
        self.asked += 1
        return super().actions()[: 4 - self.asked]


class SharedCopy(Good):
    snapshot = None
    restore = None

    def __deepcopy__(self, memo):
        other = copy.copy(self)
        other.rng = copy.deepcopy(self.rng)
        return other


class Uncopyable(Good):
    snapshot = None
    restore = None

    def __init__(self):
        self.lock = threading.Lock()


class RewardDrift(Good):
    def reset(self, task, seed):
        self.bonus = 0
        return super().reset(task, seed)

    def step(self, action):
        observation, reward, over = super().step(action)
        self.bonus += 1
        return observation, reward + self.bonus / 100, over


class LimitRunsOn(Good):
    def reset(self, task, seed):
        self.left = 9
        return super().reset(task, seed)

    def step(self, action):
        observation, reward, over = super().step(action)
        self.left -= 1
        return observation, reward, over or self.left == 0


class CutsOff(Good):
    """As Gymnasium tells a limit."""

    def step(self, action):
        observation, reward, over = super().step(action)
        return observation, reward, over, self.moves == 9 and not over, {}


class HiddenState(Good):
    def reset(self, task, seed):
        self.lamp = False
        return super().reset(task, seed)

    def step(self, action):
        observation, reward, over = super().step(action)
        self.lamp = self.lamp or action == "drop a stone"
        return f"{observation} The lamp is {'on' if self.lamp else 'off'}.", reward, over


class EndingStays(Good):
    def restore(self, state):
        over = self.over
        super().restore(state)
        self.over = over


class SavingDraws(Good):
    def snapshot(self):
        state = super().snapshot()
        self.rng.random()
        return state


class NoWayBack(Good):
    """Neither snapshots nor copies, and it does not begin twice as it did."""

    BEGUN = 0
    snapshot = None
    restore = None

    def __init__(self):
        self.lock = threading.Lock()

    def reset(self, task, seed):
        NoWayBack.BEGUN += 1
        return f"{super().reset(task, seed)} This is visit {NoWayBack.BEGUN}."


class HalfSurrogate(Good):
    """Halves of surrogate pairs in what is seen, of which a snapshot loses one."""

    def reset(self, task, seed):
        self.half = "\ud83d"
        return super().reset(task, seed)

    def step(self, action):
        observation, reward, over = super().step(action)
        return f"{observation} {self.half}", reward, over

    def restore(self, state):
        super().restore(state)
        self.half = "\ud83e"


class BreaksAtOnce(Good):
    def step(self, action):
        raise ValueError("the bag is shut")


class Breaks(Good):
    def step(self, action):
        if len(self.stones) == 2:
            raise ValueError("the bag \x1b[31mtears")
        return super().step(action)
