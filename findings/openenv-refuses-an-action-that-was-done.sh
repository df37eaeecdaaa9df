#!/usr/bin/env bash
# openenv 0.10.0: a mistake in a world's observation is told as "Invalid message", as a wrong action is, after the world moved.
#
# Seen (the lines that are printed below): an action without the field that its model needs is answered with VALIDATION_ERROR,
# and the world has done nothing. An action that is right, but whose observation the world fills wrongly, is answered with the
# same code and the same message, and the world has done it: its counter went up. One would expect the first to be told as a
# mistake of the client, the second as one of the world. The server catches every ValidationError of pydantic's alike. So a
# client that tells its agent "that was no action, try again" goes on in another state than it believes. What tells them apart
# is `input` in the list of errors: it must be what was sent.
# A reward that is NaN is in the same place: the server writes it as null, which says that there was none.
#
# Needs python3 with venv, and the network to install. Ends with 1 where the behaviour has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet openenv==0.10.0
cat > check.py <<'PY'
import math
import sys
from importlib.metadata import version

from fastapi.testclient import TestClient
from openenv.core.env_server import create_app
from openenv.core.env_server.interfaces import Environment
from openenv.core.env_server.types import Action, Observation, State


class Move(Action):
    move: str


class Seen(Observation):
    text: str


class World(Environment):
    def reset(self, seed=None, episode_id=None):
        self.steps = 0
        return Seen(text="start")

    def step(self, action, timeout_s=None):
        self.steps += 1
        if action.move == "wrongly told":
            return Seen(text=3)
        return Seen(text=f"{self.steps} steps done", reward=math.nan)

    @property
    def state(self):
        return State()


def asked(socket, type, data):
    socket.send_json({"type": type, "data": data})
    return socket.receive_json()


def code_and_words(answer):
    return answer["data"]["code"], answer["data"]["message"]


with TestClient(create_app(World, Move, Seen, env_name="world")) as client:
    with client.websocket_connect("/ws") as socket:
        asked(socket, "reset", {})
        no_action = code_and_words(asked(socket, "step", {"way": "north"}))
        after_none = asked(socket, "step", {"move": "on"})["data"]
        asked(socket, "reset", {})
        done = code_and_words(asked(socket, "step", {"move": "wrongly told"}))
        after_done = asked(socket, "step", {"move": "on"})["data"]
texts = [after["observation"]["text"] for after in (after_none, after_done)]
print("openenv", version("openenv"))
print("no action at all:       ", *no_action, "| then", texts[0])
print("done, but wrongly told: ", *done, "| then", texts[1])
print("the reward that was NaN:", after_none["reward"])
same = no_action == done and texts == ["1 steps done", "2 steps done"] and after_none["reward"] is None
sys.exit(0 if same else 1)
PY
venv/bin/python check.py 2> /dev/null
