"""Plays a Python environment for gleaner: one JSON object a line on standard input, one on standard output.

    python gleaner_world.py my_env.py:World '{"an option": 1}'

Only the standard library is needed. The protocol is docs/stdio-protocol.md, with this program as the server.

An environment is a class (or a function that returns an object) with

    tasks()             -> {"train": [task, ...], "test": [...]}; a task is a text, a number, or a dict with "id" and, where
                           wanted, "instruction", "category", "subject" and "data"
    reset(task, seed)   -> the first observation; `task` is what tasks() said
    step(action)        -> (observation, reward, done), (observation, reward, done, info), or Gymnasium's five values
    actions()           -> what it would accept now; may be missing
    snapshot()          -> the whole state as JSON, and
    restore(state)      -> puts it back; both may be missing
    name, instructions, max_steps, success_return   may be missing, too

or an object as Gymnasium knows them, with reset(seed=...), five values a step and a discrete or text action space. Its tasks
are seeds. Observations that are no text are written as JSON: arrays as lists, members in their order.
"""

import collections
import copy
import importlib
import importlib.util
import inspect
import json
import math
import os
import sys
import traceback

LONGEST_OBSERVATION = 1_000_000
MOST_COPIES = 256


class Refused(Exception):
    """A request that cannot be answered; `kind` as in the protocol."""

    def __init__(self, kind, message):
        super().__init__(message)
        self.kind = kind


def plain(value):
    """What JSON cannot write by itself: numbers and arrays of numpy, sets never."""
    for name in ("tolist", "item"):
        convert = getattr(value, name, None)
        if callable(convert):
            return convert()
    raise TypeError(f"{type(value).__module__}.{type(value).__name__}")


def written(value, what):
    """`value` as text: a text as it is, all else as JSON."""
    if isinstance(value, str):
        text = value
    elif value is None:
        raise Refused("environment", f"{what} is None, expected an observation")
    else:
        try:
            text = json.dumps(value, default=plain, ensure_ascii=False, allow_nan=False)
        except (TypeError, ValueError) as error:
            raise Refused("environment", f"{what} cannot be written as text: {error}") from error
    if len(text) > LONGEST_OBSERVATION:
        raise Refused("environment", f"{what} has {len(text)} characters, expected at most {LONGEST_OBSERVATION}")
    return text


def as_json(value, what):
    try:
        return json.loads(json.dumps(value, default=plain, allow_nan=False))
    except (TypeError, ValueError) as error:
        raise Refused("environment", f"{what} is no JSON value: {error}") from error


def stepped(result):
    """(observation, reward, terminated, truncated) of whatever step() returned."""
    if not isinstance(result, tuple) or len(result) not in (3, 4, 5):
        raise Refused("environment", f"step() returned {type(result).__name__}, expected 3, 4 or 5 values")
    observation, reward, terminated, *more = result
    truncated = bool(more[0]) if len(result) == 5 else False
    try:
        number = float(reward)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise Refused("environment", f"step() returned the reward {reward!r}, expected a finite number")
    return written(observation, "the observation of step()"), number, bool(terminated), truncated


class Named:
    """An environment that knows its tasks."""

    def __init__(self, world):
        self.world = world
        self.own_snapshots = all(callable(getattr(world, name, None)) for name in ("snapshot", "restore"))
        found = world.tasks()
        if not isinstance(found, dict) or not found:
            raise Refused("environment", f"tasks() returned {type(found).__name__}, expected a dict of splits")
        self.splits = {str(split): list(tasks) for split, tasks in found.items()}

    def describe(self):
        give = lambda name, default: getattr(self.world, name, default)
        return {
            "name": give("name", type(self.world).__name__.lower()),
            "maxSteps": give("max_steps", None),
            "successReturn": give("success_return", 1),
            "instructions": give("instructions", ""),
            "instruction": give("instruction", ""),
        }

    def reset(self, task, seed):
        result = self.world.reset(task, seed)
        return result[0] if isinstance(result, tuple) and len(result) == 2 else result

    def step(self, action):
        return stepped(self.world.step(action))

    def actions(self):
        listed = getattr(self.world, "actions", None)
        return None if listed is None else [str(action) for action in listed()]


class Seeded(Named):
    """An object as Gymnasium knows them: a task is a seed."""

    def __init__(self, world, splits, actions):
        self.world = world
        self.own_snapshots = False
        self.splits = {split: list(range(*bounds)) for split, bounds in splits.items()}
        space = getattr(world, "action_space", None)
        count = getattr(space, "n", None)
        inner = getattr(world, "unwrapped", world)
        if actions is None and inspect.isclass(getattr(inner, "actions", None)):
            actions = [member.name.replace("_", " ") for member in inner.actions]
        if count is None and type(space).__name__ != "Text":
            raise Refused("environment", f"action_space is {space!r}, expected a discrete one or one of texts")
        self.names = None if count is None else [str(name) for name in actions or range(int(count))]

    def describe(self):
        limit = getattr(getattr(self.world, "spec", None), "max_episode_steps", None)
        described = super().describe()
        listed = "" if self.names is None else f"Actions: {', '.join(self.names)}."
        return {**described, "maxSteps": described["maxSteps"] or limit, "instructions": described["instructions"] or listed}

    def reset(self, task, seed):
        self.seen, _ = self.world.reset(seed=task)
        return self.seen

    def step(self, action):
        if self.names is None:
            return stepped(self.world.step(action))
        if action not in self.names:
            return f"There is no action {action!r}. Actions: {', '.join(self.names)}.", 0.0, False, False
        return stepped(self.world.step(self.names.index(action)))

    def actions(self):
        return self.names


def opened(place, options):
    """The environment at `my_env.py:World` or `package.module:World`."""
    module_name, _, name = place.rpartition(":")
    if module_name.endswith(".py"):
        sys.path.insert(0, os.path.dirname(os.path.abspath(module_name)))
        spec = importlib.util.spec_from_file_location(os.path.basename(module_name)[:-3], module_name)
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
    else:
        module = importlib.import_module(module_name)
    made = getattr(module, name, None)
    if made is None:
        classes = [each for each, value in vars(module).items() if inspect.isclass(value) and value.__module__ == module.__name__]
        raise Refused("environment", f"{module_name} has no {name}; it has {', '.join(classes) or 'no class'}")
    own = {key: value for key, value in options.items() if key not in ("seeds", "actions")}
    world = made(**own) if callable(made) else made
    for needed in ("reset", "step"):
        if not callable(getattr(world, needed, None)):
            raise Refused("environment", f"{name} has no {needed}()")
    if callable(getattr(world, "tasks", None)):
        return Named(world)
    seeds = options.get("seeds") or {"train": [0, 200], "test": [10_000, 10_100]}
    return Seeded(world, seeds, options.get("actions"))


class Session:
    """One episode at a time, and copies of states that it was in."""

    def __init__(self, environment):
        self.environment = environment
        self.copies = collections.OrderedDict()
        self.last_copy = 0

    def describe(self, _):
        splits = list(self.environment.splits)
        return {**self.environment.describe(), "splits": splits, "ownSnapshots": self.environment.own_snapshots}

    def tasks(self, request):
        listed = self.environment.splits.get(request["split"])
        if listed is None:
            raise Refused("task", f"unknown split {request['split']!r}")
        return {"tasks": as_json(listed, "the list of tasks")}

    def reset(self, request):
        observation = self.environment.reset(request["task"], request["seed"])
        return {"observation": written(observation, "the observation of reset()")}

    def step(self, request):
        observation, reward, terminated, truncated = self.environment.step(request["action"])
        return {"observation": observation, "reward": reward, "terminated": terminated, "truncated": truncated}

    def actions(self, _):
        return {"actions": self.environment.actions()}

    def snapshot(self, _):
        return {"state": as_json(self.environment.world.snapshot(), "what snapshot() returned")}

    def restore(self, request):
        self.environment.world.restore(request["state"])
        return {}

    def copy(self, _):
        """Keeps the environment as it is; the oldest copies are forgotten."""
        self.last_copy += 1
        self.copies[self.last_copy] = copy.deepcopy(self.environment.world)
        if len(self.copies) > MOST_COPIES:
            self.copies.popitem(last=False)
        return {"copy": self.last_copy}

    def paste(self, request):
        kept = self.copies.get(request["copy"])
        if kept is None:
            raise Refused("state", "this copy is not kept any more")
        self.environment.world = copy.deepcopy(kept)
        return {}


OPERATIONS = ("describe", "tasks", "reset", "step", "actions", "snapshot", "restore", "copy", "paste")


def told(error):
    """The traceback in a line, with names of files and no folders: `ValueError: no key (my_env.py:12 step, keys.py:3 find)`."""
    frames = [each for each in traceback.extract_tb(error.__traceback__) if each.filename != __file__]
    places = ", ".join(f"{os.path.basename(each.filename)}:{each.lineno} {each.name}" for each in frames[-6:])
    return f"{type(error).__name__}: {error}" + (f" ({places})" if places else "")


def answer(session, line):
    request = json.loads(line)
    number = request.get("id")
    try:
        if request["op"] not in OPERATIONS:
            raise Refused("request", f"unknown op {request['op']!r}")
        return {"id": number, **getattr(session, request["op"])(request)}
    except Refused as refused:
        return {"id": number, "error": {"kind": refused.kind, "message": str(refused)}}
    except Exception as error:
        return {"id": number, "error": {"kind": "environment", "message": told(error)}}


def main(place, options):
    # What the environment prints goes to standard error: standard output is for replies alone.
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
    os.dup2(2, 1)
    say = lambda reply: print(json.dumps(reply, ensure_ascii=True, allow_nan=False), file=replies, flush=True)
    try:
        session = Session(opened(place, json.loads(options)))
    except Refused as refused:
        return say({"id": 0, "error": {"kind": refused.kind, "message": str(refused)}})
    except Exception as error:
        return say({"id": 0, "error": {"kind": "environment", "message": told(error)}})
    say({"id": 0, "python": ".".join(map(str, sys.version_info[:3])), "protocol": 1})
    for line in sys.stdin.buffer:
        if line.strip():
            say(answer(session, line))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "{}")
