"""
AgentGym's own client against `gleaner serve ENV --protocol agentgym`, to be run by hand: it is on no package registry.

    git clone https://github.com/WooooDyy/AgentGym
    pip install requests numpy jsonlines
    python3 test/agentgym-client.py AgentGym webshop http://127.0.0.1:8000 3 "search[red mug]" "click[Back to Search]"

The rest are the task's index and actions, as the client takes them. Its modules also import torch, transformers and others,
which its environments do not use: where they are not installed, empty modules stand in.
"""

import importlib
import importlib.abc
import importlib.machinery
import sys
from unittest.mock import MagicMock

UNUSED = ("torch", "transformers", "openai", "vllm", "accelerate", "trl", "datasets", "wandb", "tqdm", "scipy", "jsonlines")


class Unused(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Empty modules, asked last."""

    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in UNUSED:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        module = MagicMock(name=spec.name)
        module.__path__ = []
        return module

    def exec_module(self, module):
        pass


CLIENTS = {
    "webshop": ("agentenv.envs.webshop", "WebshopEnvClient"),
    "alfworld": ("agentenv.envs.alfworld", "AlfWorldEnvClient"),
    "scienceworld": ("agentenv.envs.sciworld", "SciworldEnvClient"),
}

clone, world, url, index, *actions = sys.argv[1:]
sys.meta_path.append(Unused())
sys.path.insert(0, f"{clone}/agentenv")
module, name = CLIENTS[world]
client = getattr(importlib.import_module(module), name)(env_server_base=url, data_len=1)
client.reset(int(index))
print(client.observe())
for action in actions:
    output = client.step(f"Thought:\nI go on.\n\nAction:\n{action}")
    print(f"> {action}\n{output.state}\n[reward {output.reward}, done {output.done}]")
print(f"closed: {client.close()}")
