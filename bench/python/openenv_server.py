"""The world of bench/parts/counting-world.ts, served by openenv's own server. Its argument: how many sessions."""

import socket
import sys

import uvicorn
from openenv.core.env_server import Action, Environment, Observation, State, create_fastapi_app


class Count(Action):
    action: str


class Counted(Observation):
    text: str
    actions: list[str] | None
    instruction: str


class Counting(Environment):
    SUPPORTS_CONCURRENT_SESSIONS = True

    def __init__(self):
        super().__init__()
        self.at = 0

    def shown(self, reward):
        told = {"task": "counting/train/0", "seed": 0, "step": self.at, "max_steps": 1000000}
        return Counted(
            text=str(self.at), actions=["count"], instruction="Count.", done=False, reward=reward, metadata=told
        )

    def reset(self, seed=None, episode_id=None, **others):
        self.at = 0
        return self.shown(None)

    def step(self, action, timeout_s=None, **others):
        self.at += 1
        return self.shown(0.0)

    @property
    def state(self):
        return State(step_count=self.at)


app = create_fastapi_app(Counting, Count, Counted, max_concurrent_envs=int(sys.argv[1]))
listening = socket.socket()
listening.bind(("127.0.0.1", 0))
print(f"http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listening])
