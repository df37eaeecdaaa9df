"""Small worlds for the server of openenv 0.10.0: `python openenv-worlds.py WORLD PORT SESSIONS`.

The tests play them through gleaner's client (test/slow/openenv-client.test.ts).
"""

import math
import random
import sys

import uvicorn
from fastmcp import FastMCP
from openenv.core.env_server import create_app
from openenv.core.env_server.interfaces import Environment
from openenv.core.env_server.mcp_environment import MCPEnvironment
from openenv.core.env_server.mcp_types import CallToolAction, CallToolObservation
from openenv.core.env_server.types import Action, Observation, State


class Move(Action):
    move: str
    loud: bool = False


class Seen(Observation):
    text: str
    moves: list[str] = []


class Corridor(Environment):
    """A door at the end of a corridor, whose length the seed decides."""

    SUPPORTS_CONCURRENT_SESSIONS = True

    def reset(self, seed=None, episode_id=None, split="train", index=0):
        self.at, self.length = 0, 1 + (seed + index) % 5
        return self.seen()

    def step(self, action, timeout_s=None):
        if action.move == "broken":
            return Seen(text=3)
        if action.move == "boom":
            raise RuntimeError("the world broke")
        if action.move == "open" and self.at == self.length:
            return Seen(text="outside", reward=True, done=True)
        way = {"forward": 1, "back": -1}.get(action.move, 0)
        self.at = max(0, min(self.length, self.at + way))
        return self.seen(reward=math.nan if action.move == "nan" else 0)

    def seen(self, **more):
        text = "a door" if self.at == self.length else f"the corridor at {self.at}"
        return Seen(text=text, moves=["forward", "back", "open"], **more)

    def list_splits(self):
        return ["train", {"name": "test", "type": "test"}]

    def list_tasks(self, split):
        return [{"id": f"{split}-{index}", "index": index} for index in range(self.num_tasks(split))]

    def num_tasks(self, split):
        return {"train": 6, "test": 2}[split]

    @property
    def state(self):
        return State()


class Unseeded(Corridor):
    """Its reset names no seed, which openenv drops with success."""

    def reset(self, episode_id=None):
        self.at, self.length = 0, random.randint(1, 1_000_000)
        return Seen(text=f"{self.length} steps to the door")

    def list_splits(self):
        raise NotImplementedError


class Tools(MCPEnvironment):
    """A counter that two tools move and tell."""

    SUPPORTS_CONCURRENT_SESSIONS = True

    def __init__(self):
        server = FastMCP("counter")
        self.count = 0

        @server.tool
        def add(number: int) -> str:
            """Adds to the counter."""
            self.count += number
            return f"the counter is at {self.count}"

        @server.tool
        def reach(number: int) -> str:
            """Says that the counter is there."""
            return "right" if self.count == number else "wrong"

        super().__init__(server)

    def reset(self, seed=None, episode_id=None, goal=3):
        self.count, self.goal = 0, goal
        return Observation(metadata={"goal": f"Reach {goal}."})

    def _step_impl(self, action, timeout_s=None, **more):
        raise ValueError("expected a call of a tool")

    async def step_async(self, action, timeout_s=None, **more):
        seen = await super().step_async(action, timeout_s=timeout_s, **more)
        if isinstance(action, CallToolAction) and action.tool_name == "reach":
            seen.done, seen.reward = True, float(self.count == self.goal)
        return seen

    @property
    def state(self):
        return State()


WORLDS = {
    "corridor": (Corridor, Move, Seen),
    "unseeded": (Unseeded, Move, Seen),
    "tools": (Tools, CallToolAction, CallToolObservation),
}

if __name__ == "__main__":
    name, port, sessions = sys.argv[1:]
    app = create_app(*WORLDS[name], env_name=name, max_concurrent_envs=int(sessions))
    uvicorn.run(app, host="127.0.0.1", port=int(port), log_level="warning")
