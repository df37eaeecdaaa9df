"""ScienceWorld's official Python wrapper, driven by JSON lines.

Each line of standard input is one of
    {"load": ["<task>", <variation>, "<simplifications>"], "listing": true}
    {"step": "<action>"}
    {"list": true}
    {"history": true}
and is answered by one line: what reset or step return, {"valid": […]} or {"history": …}, with ms, the time that it took.

With "listing": false the wrapper's own reset and step run as they are but for one thing: the list of valid actions that
they ask for at every step stays empty. Making it draws from the simulator's random generator.
"""

import json
import sys
import time
from pathlib import Path

# This file is called as the package it drives, which must be found first.
sys.path = [path for path in sys.path if Path(path).resolve() != Path(__file__).resolve().parent]


def main():
    from scienceworld import ScienceWorldEnv

    answers = sys.stdout
    sys.stdout = sys.stderr
    env = ScienceWorldEnv(envStepLimit=1_000_000)
    listed = env.get_valid_action_object_combinations
    for line in sys.stdin:
        request = json.loads(line)
        start = time.perf_counter()
        if "load" in request:
            env.get_valid_action_object_combinations = listed if request["listing"] else list
            env.load(*request["load"])
            observation, info = env.reset()
            answer = {"observation": observation, **info}
        elif "step" in request:
            observation, reward, done, info = env.step(request["step"])
            answer = {"observation": observation, "done": done, **info, "reward": reward}
        elif "list" in request:
            answer = {"valid": listed()}
        else:
            answer = {"history": env.get_run_history()}
        if "valid" in answer:
            answer["valid"] = list(answer["valid"])
        answer["ms"] = (time.perf_counter() - start) * 1000
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
    env.close()


main()
