"""Clients of OpenEnv, its own, driven by JSON lines: one line is answered by one, in order. Each `env` is a connection."""

import json
import sys

from openenv import GenericEnvClient
from openenv.core.mcp_client import MCPToolClient

clients = {}


def client(env, url, kind):
    if env not in clients:
        made = MCPToolClient if kind == "mcp" else GenericEnvClient
        clients[env] = made(base_url=url).sync()
        clients[env].connect()
    return clients[env]


def shown(result):
    observation = result.observation
    return {
        "observation": observation if isinstance(observation, dict) else observation.model_dump(),
        "reward": result.reward,
        "done": result.done,
        "metadata": result.metadata,
    }


def answer(op, env, url=None, kind="env", **given):
    if op == "validate":
        from openenv.cli._validation import validate_running_environment

        return validate_running_environment(url)
    if op == "close":
        clients.pop(env).close()
        return {}
    asked = client(env, url, kind)
    if op == "reset":
        return shown(asked.reset(**given["with"]))
    if op == "step":
        return shown(asked.step(given["action"]))
    if op == "tools":
        return {"tools": [tool.name for tool in asked.list_tools()]}
    if op == "call":
        return {"result": asked.call_tool(given["tool"], **given["arguments"])}
    return asked.state()


for line in sys.stdin:
    try:
        said = answer(**json.loads(line))
    except Exception as error:  # the test says which errors it expects
        said = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(said, default=str), flush=True)
