"""Plays a Python environment for gleaner: one JSON object a line on standard input, one on standard output.

    python gleaner_world.py my_env.py:World '{"an option": 1}'

An environment is a class (or a function that returns an object) with

    tasks()             -> {"train": [task, ...], "test": [...]}; a task is a text, a number, or a dict with "id"
    reset(task, seed)   -> the first observation, or (observation, {"instruction": "a goal that was not known before"})
    step(action)        -> (observation, reward, done), (observation, reward, done, info), or Gymnasium's five values
    actions()           -> what it would accept now
    snapshot()          -> the whole state as JSON, and restore(state), which puts it back
    close(), name, instructions, max_steps, success_return

of which all but the first three may be missing; or an object as Gymnasium knows them, whose tasks are seeds.
"""

import contextlib
import copy
import importlib
import inspect
import json
import math
import os
import sys
import threading
import time
import traceback

LONGEST_OBSERVATION = 1_000_000
encode, decode = json.JSONEncoder(allow_nan=False).encode, json.JSONDecoder().raw_decode


class Refused(Exception):
    """What the environment is or says cannot be used; the message says why."""


def as_json(value, what):
    try:
        return json.dumps(value, default=lambda of_numpy: of_numpy.tolist(), ensure_ascii=False, allow_nan=False)
    except (AttributeError, TypeError, ValueError, RecursionError) as error:
        raise Refused(f"{what} cannot be written as text: {error}") from error


def as_text(value, what):
    if value is None:
        raise Refused(f"{what} is None, expected an observation")
    text = value if isinstance(value, str) else as_json(value, what)
    if len(text) > LONGEST_OBSERVATION:
        raise Refused(f"{what} has {len(text)} characters, expected at most {LONGEST_OBSERVATION}")
    return text


def as_reward(value):
    try:
        if math.isfinite(value):
            return float(value)
    except (TypeError, ValueError, OverflowError):
        pass
    raise Refused(f"step() returned the reward {value!r}, expected a finite number")


def as_ending(value):
    if isinstance(value, float) or value not in (False, True):
        raise Refused(f"step() returned {value!r} for whether the episode is over, expected True or False")
    return "true" if value else "false"


class Played:
    """An environment and its tasks. The public methods are what can be asked, by name; `world` is the user's object."""

    def __init__(self, world, splits):
        if not isinstance(splits, dict) or not splits or any(isinstance(each, (str, bytes, dict)) for each in splits.values()):
            raise Refused(f"tasks() returned {splits!r:.100}, expected a dict of splits, {{'train': […], 'test': […]}}")
        self.world, self.copies, self.last_copy, self.known = world, {}, 0, {}
        self.splits = {str(split): list(tasks) for split, tasks in splits.items()}

    def greet(self):
        return {"python": sys.version.split()[0], "protocol": 2}

    def describe(self):
        give = lambda name, default: getattr(self.world, name, default)
        said = {
            "name": give("name", type(self.world).__name__.lower()),
            "splits": list(self.splits),
            **{"maxSteps": give("max_steps", None), "successReturn": give("success_return", 1)},
            **{"instructions": give("instructions", ""), "instruction": give("instruction", "")},
            "ownSnapshots": all(callable(give(name, None)) for name in ("snapshot", "restore")),
        }
        return json.loads(as_json(said, "what the environment says of itself"))

    def tasks(self, split):
        """With the keys by which reset() is asked: whoever reads the tasks may round their numbers."""
        tasks = json.loads(as_json(self.splits.get(split, []), "the list of tasks"))
        keys = [str(task["id"] if isinstance(task, dict) and "id" in task else task) for task in tasks]
        self.known[split] = dict(zip(keys, tasks))
        return {"tasks": tasks, "keys": keys}

    def reset(self, split, key, seed):
        if split not in self.known:
            self.tasks(split)
        result = self.world.reset(copy.deepcopy(self.known[split][key]), seed)
        observation, info = result if isinstance(result, tuple) and len(result) == 2 else (result, None)
        text, goal = as_text(observation, "the observation of reset()"), isinstance(info, dict) and info.get("instruction")
        return {"observation": f"{goal}\n\n{text}" if goal else text}

    def step(self, action):
        result = self.world.step(action)
        if not isinstance(result, tuple) or len(result) not in (3, 4, 5):
            expected = "a tuple of 3, 4 or 5: observation, reward, whether the episode is over, then anything"
            raise Refused(f"step() returned {result!r:.100}, expected {expected}")
        observation, reward, terminated, *more = result
        text = as_text(observation, "the observation of step()")
        truncated = more[0] if len(result) == 5 or (more and isinstance(more[0], bool)) else False
        ends = f'"terminated": {as_ending(terminated)}, "truncated": {as_ending(truncated)}'
        return f'"observation": {encode(text)}, "reward": {as_reward(reward)!r}, {ends}'  # A dict takes longer.

    def actions(self):
        listing = getattr(self.world, "actions", None)
        listed = listing() if callable(listing) else listing
        if isinstance(listed, (str, bytes, dict)):
            raise Refused(f"actions() returned {listed!r:.100}, expected a list of texts")
        return {"actions": None if listed is None else [str(action) for action in listed]}

    def snapshot(self):
        return {"state": as_json(self.world.snapshot(), "what snapshot() returned")}

    def restore(self, state):
        self.world.restore(json.loads(state))
        return {"isRestored": True}

    def copy(self, most):
        self.last_copy += 1
        self.copies[self.last_copy] = copy.deepcopy(self.world)
        self.copies.pop(self.last_copy - most, None)  # The oldest.
        return {"copy": self.last_copy}

    def paste(self, number):
        kept = self.copies.get(number)
        self.world = self.world if kept is None else copy.deepcopy(kept)
        return {"isKept": kept is not None}


class Gymnasium:
    """An environment as Gymnasium knows them, which takes a seed for a task, and whose actions have names."""

    def __init__(self, env, names):
        self.env = env
        inner, spec, space = getattr(env, "unwrapped", env), getattr(env, "spec", None), getattr(env, "action_space", None)
        is_text = type(space).__name__ == "Text"
        if not is_text and (getattr(space, "n", None) is None or getattr(space, "shape", None)):
            raise Refused(f"no tasks(), and action_space is {space!r}, expected a discrete one or one of texts")
        if names is None and inspect.isclass(getattr(inner, "actions", None)):
            names = [member.name.replace("_", " ") for member in inner.actions]
        self.first = int(getattr(space, "start", 0))
        self.actions = None if is_text else [str(name) for name in names or range(self.first, self.first + int(space.n))]
        if self.actions is not None and len(self.actions) != space.n:
            raise Refused(f"actions: expected {space.n} names, got {len(self.actions)}")
        self.name = getattr(spec, "id", type(inner).__name__.lower()).replace("/", "-")
        self.instructions = "" if is_text else f"Actions: {', '.join(self.actions)}."
        self.max_steps = getattr(spec, "max_episode_steps", None) or getattr(inner, "max_steps", None) or None
        own = ("name", "instructions", "instruction", "max_steps", "success_return", "close")
        vars(self).update({member: getattr(env, member) for member in own if hasattr(env, member)})

    def reset(self, task, seed):
        observation, info = self.env.reset(seed=task)
        return self.seen(observation), info

    def step(self, action):
        if self.actions is not None and action not in self.actions:
            return f"There is no action {action!r}. {self.instructions}", 0.0, False
        result = self.env.step(action if self.actions is None else self.first + self.actions.index(action))
        return (self.seen(result[0]), *result[1:]) if isinstance(result, tuple) and result else result

    def seen(self, observation):
        return self.env.render() if getattr(self.env, "render_mode", None) == "ansi" else observation


def opened(place, options):
    """The environment at `my_env.py:World` or `package.module:World`."""
    file, _, name = place.rpartition(":")
    if file.endswith(".py"):
        sys.path.insert(0, os.path.dirname(os.path.abspath(file)))
    module = importlib.import_module(os.path.basename(file)[:-3] if file.endswith(".py") else file)
    made = getattr(module, name, None)
    if made is None:
        classes = [each for each, value in vars(module).items() if getattr(value, "__module__", None) == module.__name__]
        raise Refused(f"{file} has no {name}; it has {', '.join(classes) or 'no class'}")
    own = {key: value for key, value in options.items() if hasattr(made, "tasks") or key not in ("seeds", "actions")}
    world = made(**own) if callable(made) else made
    for needed in ("reset", "step"):
        if not callable(getattr(world, needed, None)):
            raise Refused(f"{name} has no {needed}()")
    if callable(getattr(world, "tasks", None)):
        with contextlib.suppress(ValueError):  # A function of C may not tell what it takes.
            takes = inspect.signature(world.reset)
            if len(takes.parameters) < 2 and "*" not in str(takes):
                raise Refused(f"found reset{takes}, expected reset(task, seed)")
        return Played(world, world.tasks())
    seeds = options.get("seeds") or {"train": [0, 200], "test": [10_000, 10_100]}
    return Played(Gymnasium(world, options.get("actions")), {split: range(*bounds) for split, bounds in seeds.items()})


def told(error):
    """The error in a line, with names of files and no folders: `ValueError: no key (my_env.py:12 step, keys.py:3 find)`."""
    whole = traceback.TracebackException.from_exception(error)  # Has a text even where the error's own raises.
    frames = [each for each in whole.stack if each.filename != __file__ and "importlib" not in each.filename]
    places = ", ".join(f"{os.path.basename(each.filename)}:{each.lineno} {each.name}" for each in frames[-6:])
    said = str(whole) if isinstance(error, Refused) else ": ".join(filter(None, [type(error).__name__, str(whole)]))
    return said + (f" ({places})" if places else "")


def end_with(parent):
    """With all that the world has started: a world in the middle of a step does not see that its parent was killed."""
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(0 if os.getsid(0) == os.getpid() else os.getpid(), 9)


def main(place, options="{}"):
    # What the environment prints goes to standard error, and input() finds the end: these two are for us alone.
    replies, requests = os.fdopen(os.dup(1), "wb"), os.dup(0)
    os.dup2(2, 1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.stdout.reconfigure(line_buffering=True)
    threading.Thread(target=end_with, args=[os.getppid()], daemon=True).start()
    worlds, data, rest = {}, b'{"id": 0, "op": "greet"}\n', b""
    while data:
        began = time.monotonic()
        *lines, rest = (rest + data).split(b"\n")
        for line in lines:
            request, _ = decode(line.decode())
            id, op, number = request.pop("id"), request.pop("op"), request.pop("world", 0)
            try:
                worlds[number] = worlds.get(number) or opened(place, json.loads(options))
                reply = getattr(worlds[number], op)(**request)
            except BaseException as error:
                reply = {"error": {"message": told(error)}}
            written = reply if isinstance(reply, str) else encode(reply)[1:-1]
            replies.write(f'{{"id": {id}, {written}}}\n'.encode())
            if time.monotonic() > began + 0.1:
                replies.flush()  # The next ones may take long, too.
        replies.flush()
        data = os.read(requests, 1 << 16)
    for played in worlds.values():
        getattr(played.world, "close", lambda: None)()
    time.sleep(0 if rest == b"bye" else 2)  # A parent that was killed does not say it, and all ends in end_with().


if __name__ == "__main__":
    main(*sys.argv[1:])
