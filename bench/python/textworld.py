"""The real ALFWorld engine (TextWorld's PddlEnv with ALFWorld's names), driven by JSON lines.

Each line of standard input is one of
    {"load": "<path of a game.tw-pddl>"}
    {"step": "<command>"}
and is answered by one line: {"observation", "admissible", "won", "ms"}, ms being the time that the engine took.

Needs textworld[pddl] 1.7.0 and alfworld 0.4.2. The latter may be installed without its dependencies (torch, vision
models): of all that, only the class that gives objects their names is loaded here, from its source file.
"""

import importlib.util
import json
import sys
import time
import types
from pathlib import Path

# This file is called as the package it drives, which must be found first.
sys.path = [path for path in sys.path if Path(path).resolve() != Path(__file__).resolve().parent]


def load_demangler():
    root = Path(importlib.util.find_spec("alfworld").origin).parent

    def stub(name, **members):
        module = types.ModuleType(name)
        module.__dict__.update(members)
        sys.modules[name] = module

    def load(name, path):
        spec = importlib.util.spec_from_file_location(name, root / path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
        return module

    for package in ["alfworld", "alfworld.agents", "alfworld.agents.utils", "alfworld.gen"]:
        stub(package, __path__=[])
    for unused in ["goal_library", "constants"]:
        stub(f"alfworld.gen.{unused}")
        setattr(sys.modules["alfworld.gen"], unused, sys.modules[f"alfworld.gen.{unused}"])
    stub("alfworld.agents.expert", HandCodedTWAgent=None, HandCodedAgentTimeout=Exception)
    for missing, members in {"tqdm": {"tqdm": iter}, "termcolor": {"colored": str}}.items():
        if importlib.util.find_spec(missing) is None:
            stub(missing, **members)
    load("alfworld.agents.utils.misc", "agents/utils/misc.py")
    return load("alfworld.agents.environment", "agents/environment/alfred_tw_env.py").AlfredDemangler


def main():
    import textworld

    demangler = load_demangler()
    infos = textworld.EnvInfos(feedback=True, admissible_commands=True, won=True)
    # The answers have standard output for themselves, whatever the engine prints.
    answers = sys.stdout
    sys.stdout = sys.stderr
    env = None
    for line in sys.stdin:
        request = json.loads(line)
        start = time.perf_counter()
        if "load" in request:
            if env is not None:
                env.close()
            env = textworld.start(request["load"], infos, wrappers=[demangler()])
            state = env.reset()
        else:
            state, _, _ = env.step(request["step"])
        answer = {
            "observation": state.feedback,
            "admissible": list(state.admissible_commands),
            "won": bool(state.won),
            "ms": (time.perf_counter() - start) * 1000,
        }
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


main()
