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
are seeds. With the render mode "ansi" an observation is what render() returns. Observations that are no text are written as
JSON: arrays as lists, members in their order.
"""

import copy
import importlib.util
import inspect
import json
import math
import os
import re
import sys
import threading
import time
import traceback

# Whose lines tell a user nothing: this program's and Python's way to a module.
NOT_THE_USERS = re.compile(re.escape(__file__) + r"$|^<frozen|[\\/]importlib[\\/]")
LONGEST_OBSERVATION = 1_000_000
MOST_COPIES = 256


class Refused(Exception):
    """What the environment is or says cannot be used; the message says why."""


def plain(value):
    """What JSON cannot write by itself: numbers and arrays of numpy, sets never."""
    if callable(getattr(value, "tolist", None)):
        return value.tolist()
    raise TypeError(f"{type(value).__module__}.{type(value).__name__}")


def as_json(value, what):
    try:
        return json.dumps(value, default=plain, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise Refused(f"{what} cannot be written as text: {error}") from error


def as_text(value, what):
    """`value` as text: a text as it is, all else as JSON."""
    if value is None:
        raise Refused(f"{what} is None, expected an observation")
    text = value if isinstance(value, str) else as_json(value, what)
    if len(text) > LONGEST_OBSERVATION:
        raise Refused(f"{what} has {len(text)} characters, expected at most {LONGEST_OBSERVATION}")
    return text


class Named:
    """An environment that knows its tasks. Its public methods are what can be asked, by name; `world` is the user's object."""

    def __init__(self, world):
        self.world = world
        self.copies = {}
        self.last_copy = 0
        found = world.tasks()
        if not isinstance(found, dict) or not found:
            raise Refused(f"tasks() returned {type(found).__name__}, expected a dict of splits: {{'train': […], 'test': […]}}")
        self.splits = {str(split): list(tasks) for split, tasks in found.items()}

    def describe(self):
        give = lambda name, default: getattr(self.world, name, default)
        described = {
            "name": give("name", type(self.world).__name__.lower()),
            "maxSteps": give("max_steps", None),
            "successReturn": give("success_return", 1),
            "instructions": give("instructions", ""),
            "instruction": give("instruction", ""),
            "splits": list(self.splits),
            "ownSnapshots": all(callable(give(name, None)) for name in ("snapshot", "restore")),
        }
        return json.loads(as_json(described, "what the environment says of itself"))

    def tasks(self, split):
        return {"tasks": json.loads(as_json(self.splits[split], "the list of tasks"))}

    def reset(self, task, seed):
        result = self.world.reset(task, seed)
        observation = result[0] if isinstance(result, tuple) and len(result) == 2 else result
        return {"observation": as_text(observation, "the observation of reset()")}

    def step(self, action):
        result = self.world.step(action)
        if not isinstance(result, tuple) or len(result) not in (3, 4, 5):
            given = f"a tuple of {len(result)}" if isinstance(result, tuple) else type(result).__name__
            expected = "a tuple of 3, 4 or 5: observation, reward, whether the episode is over, then anything"
            raise Refused(f"step() returned {given}, expected {expected}")
        observation, reward, terminated, *more = result
        try:
            number = float(reward)
        except (TypeError, ValueError):
            number = math.nan
        if not math.isfinite(number):
            raise Refused(f"step() returned the reward {reward!r}, expected a finite number")
        text = as_text(observation, "the observation of step()")
        truncated = len(result) == 5 and bool(more[0])
        return {"observation": text, "reward": number, "terminated": bool(terminated), "truncated": truncated}

    def actions(self):
        listing = getattr(self.world, "actions", None)
        listed = None if listing is None else listing()
        return {"actions": None if listed is None else [str(action) for action in listed]}

    def snapshot(self):
        return {"state": json.loads(as_json(self.world.snapshot(), "what snapshot() returned"))}

    def restore(self, state):
        self.world.restore(state)
        return {}

    def copy(self):
        """Keeps the environment as it is; the oldest copies are forgotten."""
        self.last_copy += 1
        self.copies[self.last_copy] = copy.deepcopy(self.world)
        if len(self.copies) > MOST_COPIES:
            del self.copies[min(self.copies)]
        return {"copy": self.last_copy}

    def paste(self, number):
        if number not in self.copies:
            return {"isKept": False}
        self.world = copy.deepcopy(self.copies[number])
        return {"isKept": True}


class Gymnasium:
    """An environment as Gymnasium knows them, with tasks, which are seeds, and with actions that have names."""

    def __init__(self, env, seeds, names):
        self.env = env
        inner, spec, space = getattr(env, "unwrapped", env), getattr(env, "spec", None), getattr(env, "action_space", None)
        is_text = type(space).__name__ == "Text"
        # A space of several choices at once has a shape.
        if not is_text and (getattr(space, "n", None) is None or getattr(space, "shape", None)):
            raise Refused(f"action_space is {space!r}, expected a discrete one or one of texts")
        if names is None and inspect.isclass(getattr(inner, "actions", None)):
            names = [member.name.replace("_", " ") for member in inner.actions]
        self.first = int(getattr(space, "start", 0))
        self.names = None if is_text else [str(name) for name in names or range(self.first, self.first + int(space.n))]
        if self.names is not None and len(self.names) != space.n:
            raise Refused(f"actions: expected {space.n} names, got {len(self.names)}")
        self.seeds = {split: list(range(*bounds)) for split, bounds in seeds.items()}
        self.name = getattr(spec, "id", type(inner).__name__.lower()).replace("/", "-")
        self.instructions = "" if is_text else f"Actions: {', '.join(self.names)}."
        self.max_steps = getattr(spec, "max_episode_steps", None) or getattr(inner, "max_steps", None) or None
        for member in ("name", "instructions", "instruction", "max_steps", "success_return"):
            if hasattr(env, member):
                setattr(self, member, getattr(env, member))

    def tasks(self):
        return self.seeds

    def reset(self, task, seed):
        observation, _ = self.env.reset(seed=task)
        return self.seen(observation)

    def step(self, action):
        if self.names is not None and action not in self.names:
            return f"There is no action {action!r}. {self.instructions}", 0.0, False
        result = self.env.step(action if self.names is None else self.first + self.names.index(action))
        return (self.seen(result[0]), *result[1:]) if isinstance(result, tuple) and result else result

    def seen(self, observation):
        return self.env.render() if getattr(self.env, "render_mode", None) == "ansi" else observation

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
        raise Refused(f"{module_name} has no {name}; it has {', '.join(classes) or 'no class'}")
    own = {key: value for key, value in options.items() if key not in ("seeds", "actions")}
    world = made(**own) if callable(made) else made
    for needed in ("reset", "step"):
        if not callable(getattr(world, needed, None)):
            raise Refused(f"{name} has no {needed}()")
    if callable(getattr(world, "tasks", None)):
        named = Named(world)
        takes_task_and_seed(world.reset)
        return named
    if not hasattr(world, "action_space"):
        raise Refused(f"{name} has no tasks(), and no action_space as Gymnasium's objects have")
    seeds = options.get("seeds") or {"train": [0, 200], "test": [10_000, 10_100]}
    return Named(Gymnasium(world, seeds, options.get("actions")))


def takes_task_and_seed(reset):
    try:
        inspect.signature(reset).bind({}, 0)
    except ValueError:
        return  # A function of C may not tell.
    except TypeError:
        raise Refused(f"found reset{inspect.signature(reset)}, expected reset(task, seed)") from None


def told(error):
    """The error in a line, with names of files and no folders: `ValueError: no key (my_env.py:12 step, keys.py:3 find)`."""
    if isinstance(error, Refused):
        return str(error)
    frames = [each for each in traceback.extract_tb(error.__traceback__) if not NOT_THE_USERS.search(each.filename)]
    places = ", ".join(f"{os.path.basename(each.filename)}:{each.lineno} {each.name}" for each in frames[-6:])
    return f"{type(error).__name__}: {error}" + (f" ({places})" if places else "")


def answer(world, id, op, **given):
    try:
        return {"id": id, **getattr(world, op)(**given)}
    except Exception as error:
        return {"id": id, "error": {"message": told(error)}}


def end_with(parent):
    """A parent that was killed closes standard input, which a world in the middle of a step does not see."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def main(place, options):
    # What the environment prints goes to standard error: standard output is for replies alone.
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
    os.dup2(2, 1)
    # Nor does it read requests: input() finds the end at once.
    requests = os.fdopen(os.dup(0), "rb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    threading.Thread(target=end_with, args=[os.getppid()], daemon=True).start()
    say = lambda reply: print(json.dumps(reply, allow_nan=False), file=replies, flush=True)
    try:
        world = opened(place, json.loads(options))
    except Exception as error:
        return say({"id": 0, "error": {"message": told(error)}})
    say({"id": 0, "python": ".".join(map(str, sys.version_info[:3])), "protocol": 1})
    for line in requests:
        say(answer(world, **json.loads(line)))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "{}")
