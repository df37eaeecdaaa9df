// What a Python class says of itself, and how what is wrong with one is told.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { ROOT } from "../../../test/command.ts";
import { skipWithoutPython } from "../../../test/python.ts";
import { CliError, EnvironmentError } from "../../core/errors.ts";
import { openBenchmark } from "../open.ts";

const WORLDS = join(ROOT, "test", "python-worlds.py");

const skip = skipWithoutPython();

test("a class says its name, tasks and limits; options reach it, and what is not text is written as JSON", {
  skip,
}, async () => {
  const corridor = await openBenchmark({ name: "python", module: `${WORLDS}:Corridor`, options: { length: 5 } });
  assert.deepEqual([corridor.name, corridor.maxSteps, corridor.successReturn], ["corridor", 12, 1]);
  assert.deepEqual(corridor.splits, ["train", "test"]);
  assert.deepEqual(
    (await corridor.tasks("test")).map(({ id }) => id),
    ["corridor/test/7", "corridor/test/8"],
  );
  const [seventh] = await corridor.tasks("test");
  assert.deepEqual(await corridor.target!(seventh!), seventh!.data);
  const seeded = await openBenchmark({ name: `${WORLDS}:Seeded`, options: { actions: ["go on", "grab", "open"] } });
  const world = await seeded.open();
  const first = await world.reset((await seeded.tasks("train"))[1]!, 0);
  assert.match(first, /^\{"place": 0, "view": \["/);
  assert.deepEqual(await world.actions(), ["go on", "grab", "open"]);
  assert.match((await world.step("go on")).observation, /"place": 1/);
  await world.close();
});

test("an object as Gymnasium knows them: actions from its first number, pictures as text, no space of several", {
  skip,
}, async () => {
  const drawn = await openBenchmark({ name: `${WORLDS}:Drawn` });
  assert.deepEqual([drawn.name, drawn.instructions], ["drawn", "Actions: 1, 2, 3."]);
  const world = await drawn.open();
  assert.equal(await world.reset((await drawn.tasks("train"))[1]!, 0), "at 0");
  assert.equal((await world.step("1")).observation, "at 1");
  await world.close();
  await assert.rejects(openBenchmark({ name: `${WORLDS}:Switches` }), /expected a discrete one or one of texts/);
  await assert.rejects(
    openBenchmark({ name: `${WORLDS}:Seeded`, options: { actions: ["go on"] } }),
    /actions: expected 3 names, got 1/,
  );
});

test("a process that dies between two steps fails the episode: no other one's state is taken for it", {
  skip,
}, async (t) => {
  const own = "def snapshot(self): return {}\ndef restore(self, state): pass\n";
  const body = `${TASKS}def step(self, action):\n    os.system(f"(sleep 0.2; kill -9 {os.getpid()}) &")\n    return "fine", 0, False`;
  for (const [more, options] of [
    ["", { restore: "copy" }],
    [own, {}],
  ] as const) {
    const { world, task } = await opened(t, more + body, options);
    for (const then of [() => world.snapshot(), () => world.step("go"), () => world.actions()]) {
      await world.reset(task, 0);
      await world.step("go");
      await sleep(1000);
      await assert.rejects(
        then,
        (error) => error instanceof EnvironmentError && /was killed \(SIGKILL\)/.test(error.message),
      );
    }
  }
});

test("no state is saved behind a step that broke, and a copy that is not kept is made again by replay", {
  skip,
}, async (t) => {
  const step = 'self.at += 1\n    if action == "bad": raise ValueError("no")\n    return f"at {self.at}", 0, False';
  const body = `def tasks(self): return {"train": ["a"]}\ndef reset(self, task, seed):\n    self.at = 0\n    return "at 0"\ndef step(self, action):\n    ${step}`;
  const { world, task } = await opened(t, body, { restore: "copy" });
  await world.reset(task, 0);
  await world.step("go");
  const early = await world.snapshot();
  await assert.rejects(world.step("bad"), /ValueError: no/);
  await assert.rejects(world.snapshot(), EnvironmentError);
  await world.restore(task, early);
  for (let copies = 0; copies < 257; copies++) {
    await world.step("go");
    await world.snapshot();
  }
  assert.equal(await world.restore(task, early), "at 1");
  assert.equal((await world.step("go")).observation, "at 2");
});

test("what a class says of itself is checked", { skip }, async (t) => {
  const step = "def step(self, action): return 1\n";
  for (const [member, expected] of [
    ["max_steps = 0", /max_steps: expected a whole number from 1, got 0/],
    ['max_steps = "12"', /max_steps: expected a whole number from 1, got "12"/],
    ['success_return = "1"', /success_return: expected a number, got "1"/],
    ["instructions = 3", /instructions: expected a text, got 3/],
    ["name = print", /cannot be written as text/],
  ] as const) {
    await assert.rejects(opened(t, TASKS + step + member), expected);
  }
});

/** A module with one class, whose body is `body`. */
function moduleOf(t: TestContext, body: string): string {
  const folder = mkdtempSync(join(tmpdir(), "gleaner-python-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "mine.py");
  writeFileSync(file, `import os, sys, time\nclass World:\n${body.replace(/^/gm, "    ")}\n`);
  return file;
}

async function opened(t: TestContext, body: string, more: object = {}) {
  const benchmark = await openBenchmark({ name: `${moduleOf(t, body)}:World`, ...more });
  const world = await benchmark.open();
  t.after(() => world.close());
  const [task] = await benchmark.tasks("train");
  return { benchmark, world, task: task! };
}

const TASKS = 'def tasks(self): return {"train": ["a"]}\ndef reset(self, task, seed): return "start"\n';

test("numbers reach reset() and restore() as Python wrote them", { skip }, async (t) => {
  const body = `def tasks(self): return {"train": [{"id": 12345678901234567891, "share": 2.0, "seed": 2**64 + 1}]}
def reset(self, task, seed):
    given, task["id"] = repr(task), 0
    return given
def step(self, action): return repr(self.state), 0, False
def snapshot(self): return {"state": 2**127 + 1, "share": 3.0}
def restore(self, state): self.state = state`;
  const { world, task } = await opened(t, body);
  assert.equal(task.id, "world/train/12345678901234567891");
  const given = "{'id': 12345678901234567891, 'share': 2.0, 'seed': 18446744073709551617}";
  assert.equal(await world.reset(task, 0), given);
  const snapshot = JSON.parse(JSON.stringify(await world.snapshot()));
  assert.equal(await world.restore(task, snapshot), given);
  assert.equal(
    (await world.step("look")).observation,
    "{'state': 170141183460469231731687303715884105729, 'share': 3.0}",
  );
  assert.equal(await world.reset(task, 0), given, "an earlier reset changed its task");
});

test("a text or a dict is no list of actions", { skip }, async (t) => {
  for (const [listed, shown] of [
    ['"north"', /actions\(\) returned 'north', expected a list of texts/],
    ['{"go": 1}', /actions\(\) returned \{'go': 1\}, expected a list of texts/],
  ] as const) {
    const body = `${TASKS}def step(self, action): return "", 0, False\ndef actions(self): return ${listed}`;
    const { world, task } = await opened(t, body);
    await world.reset(task, 0);
    await assert.rejects(world.actions(), shown);
  }
});

test("what is wrong with a class is said before anything is played", { skip }, async (t) => {
  const cases: readonly (readonly [body: string, expected: RegExp])[] = [
    ["def reset(self, task, seed): return ''", /World has no step\(\)/],
    [
      `${TASKS}def step(self, action): return 1\ndef __init__(self): raise ValueError("no data")`,
      /ValueError: no data \(mine\.py:\d+ __init__\)/,
    ],
    [
      "def tasks(self): return []\ndef reset(self, task, seed): pass\ndef step(self): pass",
      /tasks\(\) returned \[\], expected a dict of splits, \{'train'/,
    ],
    [
      'def tasks(self): return {"train": "abc"}\ndef reset(self, task, seed): pass\ndef step(self, action): pass',
      /tasks\(\) returned \{'train': 'abc'\}, expected a dict of splits/,
    ],
    ["def reset(self): pass\ndef step(self): pass", /World: no tasks\(\), and action_space is None, expected/],
    [
      'def tasks(self): return {"train": ["a"]}\ndef reset(self, task): pass\ndef step(self): pass',
      /found reset\(task\), expected reset\(task, seed\)/,
    ],
    ["import no_such_package", /No module named 'no_such_package' \(mine\.py:\d+ <module>, mine\.py:\d+ World\)$/],
    [
      'def tasks(self): return {"train": [None]}\ndef reset(self, task, seed): pass\ndef step(self): pass',
      /expected a text, a number, or a dict with "id", got null/,
    ],
    [
      "action_space = 3\ndef reset(self): pass\ndef step(self): pass",
      /action_space is 3, expected a discrete one or one of texts/,
    ],
  ];
  for (const [body, expected] of cases) await assert.rejects(opened(t, body), expected);
  await assert.rejects(
    openBenchmark({ name: `${WORLDS}:Nothing` }),
    /python-worlds\.py has no Nothing; it has Corridor/,
  );
  await assert.rejects(opened(t, "os._exit(4)"), /^CliError: the world World's process ended with status 4$/);
  await assert.rejects(openBenchmark({ name: "missing.py:World" }), /missing\.py: no such file/);
  await assert.rejects(
    openBenchmark({ name: `${WORLDS}:Corridor`, python: "no-such-python" }),
    /^CliError: there is no Python at no-such-python/,
  );
  const noClass = /module: expected a file and its class, my_env\.py:World, got ".*python-worlds\.py"/;
  await assert.rejects(
    openBenchmark({ name: WORLDS }),
    (error) => error instanceof CliError && noClass.test(error.message),
  );
  await assert.rejects(
    openBenchmark({ name: "no_such.package:World" }),
    /World: ModuleNotFoundError: No module named 'no_such'$/,
  );
});

test("a step that breaks, hangs, floods or dies is an error of the episode, and the next one is played", {
  skip,
}, async (t) => {
  const step = (does: string) =>
    `${TASKS}def step(self, action):\n    if action == "bad":\n        ${does}\n    return "fine", 0, False`;
  const cases: readonly (readonly [does: string, expected: RegExp])[] = [
    ['raise KeyError("lamp")', /^world\/train\/a, after 1 action: World: KeyError: 'lamp' \(mine\.py:\d+ step\)$/],
    ['return "x", float("nan"), False', /returned the reward nan, expected a finite number/],
    ['return "x", "1", False', /returned the reward '1', expected a finite number/],
    ['return "x", [0, 1], False', /returned the reward \[0, 1\], expected a finite number/],
    ['return "x", 10**400, False', /returned the reward 1000.*, expected a finite number/],
    ['return "x", True, 0.0', /returned 0\.0 for whether the episode is over, expected True or False/],
    ['return "x", 0, "no"', /returned 'no' for whether the episode is over, expected True or False/],
    ['return "x", 0, False, None, {}', /returned None for whether the episode is over, expected True or False/],
    ['return {"x": float("inf")}, 0, False', /the observation of step\(\) cannot be written as text: Out of range/],
    [
      "loop = []\n        loop.append(loop)\n        return loop, 0, False",
      /cannot be written as text: Circular reference/,
    ],
    ["return None, 0, False", /the observation of step\(\) is None/],
    ["return {1, 2}, 0, False", /cannot be written as text: 'set' object/],
    ["return 'x' * 2000000, 0, False", /has 2000000 characters, expected at most 1000000/],
    ["return 'x', 0", /step\(\) returned \('x', 0\), expected a tuple of 3, 4 or 5: observation, reward, whether/],
    ["return {'observation': 'x'}", /step\(\) returned \{'observation': 'x'\}, expected a tuple/],
    ["input('which way? ')", /EOFError: .* \(mine\.py:\d+ step\)/],
    ["os._exit(3)", /^world\/train\/a, after 1 action: the world World's process ended with status 3/],
    ["sys.exit('no more')", /^world\/train\/a, after 1 action: World: SystemExit: no more \(mine\.py:\d+ step\)$/],
    ["raise KeyboardInterrupt", /after 1 action: World: KeyboardInterrupt \(mine\.py:\d+ step\)$/],
    ["raise type('Odd', (Exception,), {'__str__': lambda self: 1 / 0})", /World: Odd: <\S.*> \(mine\.py:\d+ step\)$/],
    [
      "raise ValueError('x' * 10**7)",
      /World: ValueError: x{1400,1500} … \(99\d{5} characters left out\) … x+ \(mine\.py:\d+ step\)$/,
    ],
    ["os.kill(os.getpid(), 11)", /process was killed \(SIGSEGV\)/],
    ["time.sleep(60)", /^world\/train\/a, after 1 action: .* gave no answer to 'step' within 1000 ms and was stopped/],
    ["while True: print('x' * 1000)", /gave no answer to 'step' within 1000 ms and was stopped/],
  ];
  for (const [does, expected] of cases) {
    const { world, task } = await opened(t, step(does), { timeout: 1 });
    await world.reset(task, 0);
    await world.step("good");
    await assert.rejects(
      world.step("bad"),
      (error) => error instanceof EnvironmentError && expected.test(error.message),
    );
    assert.equal(await world.reset(task, 0), "start");
    assert.equal((await world.step("good")).observation, "fine");
  }
});

test("what a world prints is no reply, and a limit of its own ends the episode", { skip }, async (t) => {
  const body = `${TASKS}def step(self, action):\n    print('{"id": 1, "observation": "no"}')\n    os.write(1, b"noise\\n")\n    return "fine", 0, False, True, {"a": 1}`;
  const { world, task } = await opened(t, body);
  assert.equal(await world.reset(task, 0), "start");
  assert.deepEqual(await world.step("go"), {
    observation: "fine",
    reward: 0,
    terminated: true,
    info: { truncated: true },
  });
});

test("a class may print megabytes", { skip }, async (t) => {
  const body = `${TASKS}def step(self, action):\n    for stream in (sys.stdout, sys.stderr): stream.write("x" * 20_000_000)\n    return "fine", 0, False`;
  const { world, task } = await opened(t, body);
  await world.reset(task, 0);
  assert.equal((await world.step("go")).observation, "fine");
});

test("a goal that is known at reset alone stands before the first observation", { skip }, async (t) => {
  const body = `def tasks(self): return {"train": ["a"]}
def reset(self, task, seed): return "A door.", {"instruction": "Open the door.", "more": 1}
def step(self, action): return "It opens.", 1, True`;
  const { world, task } = await opened(t, body);
  assert.equal(await world.reset(task, 0), "Open the door.\n\nA door.");
  const start = await world.snapshot();
  assert.deepEqual(await world.step("open"), { observation: "It opens.", reward: 1, terminated: true });
  assert.equal(await world.restore(task, start), "Open the door.\n\nA door.");
});

test("options of any name reach a class with tasks", { skip }, async (t) => {
  const body = `${TASKS}def step(self, action): return self.seeds, 0, False
def __init__(self, seeds, actions): self.seeds, self.actions = seeds, actions`;
  const { world, task } = await opened(t, body, { options: { seeds: "sown", actions: ["go"] } });
  await world.reset(task, 0);
  assert.equal((await world.step("go")).observation, "sown");
  assert.deepEqual(await world.actions(), ["go"]);
});

test("a world is closed when its requests end", { skip }, (t) => {
  const body = `${TASKS}def step(self, action): return "", 0, False\ndef close(self): sys.stderr.write("closed")`;
  const place = `${moduleOf(t, body)}:World`;
  const program = join(ROOT, "python", "gleaner-world", "gleaner_world.py");
  const { stdout, stderr, status } = spawnSync("python3", [program, place], { input: "", encoding: "utf8" });
  assert.match(stdout, /^\{"id": 0, "python": "3\..*", "protocol": 2\}\n$/);
  assert.deepEqual([stderr, status], ["closed", 0]);
});

test("episodes that share a process are apart, and a death ends all of them by name", { skip }, async (t) => {
  const body = `def tasks(self): return {"train": ["a"]}
def reset(self, task, seed):
    self.at = seed
    return f"at {self.at}"
def step(self, action):
    if action == "die": os._exit(3)
    if action == "late": time.sleep(0.3)
    self.at += 10
    return f"at {self.at} of {os.getpid()}", 0, False`;
  const { benchmark, task } = await opened(t, body, { together: 3 });
  const worlds = await Promise.all([0, 1, 2, 3].map(() => benchmark.open()));
  t.after(() => Promise.all(worlds.map((world) => world.close())));
  const starts = await Promise.all(worlds.map((world, seed) => world.reset(task, seed)));
  assert.deepEqual(starts, ["at 0", "at 1", "at 2", "at 3"]);
  const seen = await Promise.all(worlds.map((world, place) => world.step(place === 0 ? "late" : "go")));
  const [places, processes] = [0, 1].map((part) => seen.map(({ observation }) => observation.split(" of ")[part]!));
  assert.deepEqual(places, ["at 10", "at 11", "at 12", "at 13"]);
  assert.equal(new Set(processes).size, 2);
  const hurt = worlds.filter((_, place) => processes![place] === processes![1]);
  const [last, ...others] = hurt.toReversed();
  const ends = await Promise.allSettled([last!.step("die"), ...others.map((world) => world.step("go"))]);
  for (const end of ends) {
    assert(end.status === "rejected");
    assert.match(
      end.reason.message,
      /^world\/train\/a, after 1 action: the world World's process ended with status 3$/,
    );
  }
  for (const world of hurt) assert.equal(await world.reset(task, 5), "at 5");
  const alone = worlds.find((world) => !hurt.includes(world));
  if (alone) assert.match((await alone.step("go")).observation, /^at 2[0-3] of/);
});

test("an episode that is given up in the middle of a step leaves its place to the next one", { skip }, async (t) => {
  const body = `${TASKS}def step(self, action):\n    time.sleep(0.3)\n    return "fine", 0, False`;
  const { benchmark, task } = await opened(t, body, { together: 2 });
  const [one, other] = [await benchmark.open(), await benchmark.open()];
  await one.reset(task, 0);
  await other.reset(task, 0);
  const [given, step] = [one.step("go").catch(() => {}), other.step("go")];
  await one.close();
  await given;
  assert.deepEqual(await step, { observation: "fine", reward: 0, terminated: false });
  assert.equal((await other.step("go")).observation, "fine");
  await other.close();
});
