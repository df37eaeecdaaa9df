/**
 * Everything that goes wrong around the simulator, and what is said then: section by section what a user may do wrong,
 * what a JVM may do wrong, and what a rollout makes of it. What needs no simulator is beside the sources.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { materialOf } from "../../src/analysis/material.ts";
import { evaluationOf } from "../../src/analysis/success.ts";
import type { Benchmark } from "../../src/core/environment.ts";
import { CliError, EnvironmentError } from "../../src/core/errors.ts";
import { type TaskId, taskId } from "../../src/core/ids.ts";
import type { Policy } from "../../src/core/policy.ts";
import { expertRollouts } from "../../src/engine/experiment/expert.ts";
import { silent } from "../../src/engine/experiment/progress.ts";
import { openSqlite } from "../../src/store/sqlite.ts";
import { GoneError } from "../../src/worlds/child.ts";
import { scienceworld } from "../../src/worlds/scienceworld/index.ts";
import { startRuntime } from "../../src/worlds/scienceworld/java.ts";
import { RefusedError } from "../../src/worlds/scienceworld/jvm.ts";
import { freeze, kill, newWorld, runtime, skip, taskOf, type World } from "./scienceworld.ts";

const TASK = taskOf("find-plant", 0);
const usual = { heapMb: 512, timeoutMs: 60_000 };
/** Long enough for loading a task on a busy machine. */
const SHORT_MS = 8_000;

test("the simulator refuses what it would take in silence: tasks, variations, simplifications", { skip }, async () => {
  const jvm = startRuntime(await runtime(), usual);
  const load = (start: object) =>
    jvm.ask({ op: "load", state: "a", task: "boil", variation: 0, simplifications: "", ...start });
  const refused = (start: object, code: string, message: RegExp) =>
    assert.rejects(load(start), (error) => {
      assert(error instanceof RefusedError);
      assert.equal(error.code, code);
      assert.match(error.message, message);
      return true;
    });
  await refused({ task: "boiling" }, "unknown_task", /^unknown task 'boiling': expected one of \[boil, .*\bmelt\b/);
  for (const variation of [-1, 30, 100_000])
    await refused({ variation }, "unknown_variation", /^task boil has variations 0 to 29, not /);
  const simplifications = "openDoors,teleport";
  await refused({ simplifications }, "unknown_simplification", /^unknown simplification 'teleport': .*teleportAction/);
  await refused({ task: 7 }, "bad_request", /expected a text as 'task'/);
  await load({});
  await jvm.close();
});

test("the same mistakes in a config or an id are the user's, with what would be right", { skip }, async () => {
  await assert.rejects(scienceworld({ tasks: ["boiling"] }), /^CliError: unknown task "boiling": expected one of boil/);
  await assert.rejects(scienceworld({ simplifications: "teleport" }), /^CliError: simplifications: unknown "teleport"/);
  await assert.rejects(scienceworld({ variations: 0 }), /^CliError: variations: expected an integer ≥ 1, got 0$/);
  const benchmark = await scienceworld();
  await assert.rejects(benchmark.task(taskId("scienceworld/boil/30")), /boil has the variations 0 to 29$/);
  await assert.rejects(benchmark.tasks("valid"), CliError);
  const environment = await benchmark.open();
  await assert.rejects(environment.reset(taskOf("boil", 30), 0), /^EnvironmentError: task boil has variations 0 to 29/);
  await environment.close();
});

test("a JVM that is killed over a request says so; what was waiting behind is asked elsewhere", { skip }, async () => {
  const world = await newWorld({ processes: 1 });
  const [first, second] = [world.open(), world.open()];
  await first.reset(TASK, 0);
  await second.reset(TASK, 0);
  const observation = (await second.step("look around")).observation;
  freeze(world);
  const message = /^EnvironmentError: the simulator's process was killed \(SIGKILL\)$/;
  const [refused, waiting] = [assert.rejects(first.step("wait1"), message), second.step("look around")];
  await kill(world);
  await refused;
  assert.equal((await waiting).observation, observation);
  await assert.rejects(first.step("wait1"), /used before reset/, "an episode that broke is over");
  assert.equal(typeof (await first.reset(TASK, 0)), "string");
});

test("a JVM that hangs is killed, with what it hung over", { skip }, async () => {
  const world = await newWorld({ processes: 1, timeoutMs: SHORT_MS });
  const environment = world.open();
  await environment.reset(TASK, 0);
  const { pid } = world.pool.hosts[0]!.jvm;
  freeze(world);
  await assert.rejects(
    environment.step("wait1"),
    /^EnvironmentError: the simulator gave no answer to 'play' within 8000 ms and was stopped$/,
  );
  await environment.reset(TASK, 0);
  assert.notEqual(world.pool.hosts[0]!.jvm.pid, pid);
});

test("a JVM that runs out of memory says how to give it more", { skip }, async () => {
  const world = await newWorld({ heapMb: 20 });
  await assert.rejects(
    world.open().reset(TASK, 0),
    /^EnvironmentError: the simulator ran out of memory: give it more than 20 MB \(heapMb; 512 is usual, 256 the least\)$/,
  );
  assert.equal(world.pool.hosts.length, 0);
});

test("saved states that fill the memory cost a JVM and time, but no episode", { skip }, async () => {
  const world = await newWorld({ processes: 1, heapMb: 32, states: 1_000 });
  const environment = world.open();
  await environment.reset(TASK, 0);
  const { jvm } = world.pool.hosts[0]!;
  let snapshot = await environment.snapshot();
  while (jvm.isAlive) {
    await environment.step("look around");
    snapshot = await environment.snapshot();
  }
  const { observation } = await environment.step("look around");
  assert.equal(await environment.restore(TASK, snapshot), observation);
});

test("a JVM that cannot be started says why, and what waited for it is told", { skip }, async () => {
  const prepared = await runtime();
  for (const [other, message] of [
    [{ java: "/nowhere/java" }, /there is no Java at \/nowhere\/java$/],
    [{ shim: "/nowhere/shim.jar", archive: null }, /ended with status 1: .*could not find.* main class/i],
  ] as const) {
    const jvm = startRuntime({ ...prepared, ...other }, usual);
    await assert.rejects(
      jvm.ask({ op: "tasks" }),
      (error) => error instanceof GoneError && message.test(error.message),
    );
    await assert.rejects(jvm.ready, EnvironmentError);
    assert(!jvm.isAlive);
  }
  const withoutJar = startRuntime({ ...prepared, folder: import.meta.dirname, archive: null }, usual);
  await assert.rejects(withoutJar.ready, /^EnvironmentError: cannot start the simulator from the class path /);
});

test("a Java without equal hashes is refused, since episodes could not be repeated", { skip }, async () => {
  const world = await newWorld({ flags: ["-XX:hashCode=5"] });
  await assert.rejects(
    world.open().reset(TASK, 0),
    /^EnvironmentError: Java \S+ \(.*\) does not accept -XX:hashCode=2, .*: use OpenJDK \(HotSpot\)$/,
  );
});

test("a wrong focus ends the task at -100 points, or at the best before it", { skip }, async () => {
  for (const [scoring, expected] of [
    ["final", -100],
    ["best", 17],
  ] as const) {
    const environment = (await newWorld({ processes: 1, scoring })).open();
    await environment.reset(taskOf("find-plant", 0), 0);
    const actions = ["open door to greenhouse", "go to greenhouse", "focus on sink"];
    const results = [];
    for (const action of actions) results.push(await environment.step(action));
    assert.deepEqual(
      results.map(({ terminated }) => terminated),
      [false, false, true],
    );
    assert.equal(
      results.reduce((sum, { reward }) => sum + reward, 0),
      expected,
    );
    assert.equal((results.at(-1)!.info as { score: number }).score, -100);
  }
});

/** Runs a program that opens a JVM and prints its process's number; then does `then`. */
function programWithJvm(then: string) {
  const script = `
    import { prepareRuntime, startRuntime } from "./src/worlds/scienceworld/java.ts";
    import { scienceworldCache, installedFolder } from "./src/worlds/scienceworld/files.ts";
    const runtime = await prepareRuntime(scienceworldCache(), installedFolder(scienceworldCache(), "1.2.3"));
    const jvm = startRuntime(runtime, { heapMb: 512, timeoutMs: 60_000 });
    await jvm.ask({ op: "load", state: "a", task: "boil", variation: 0, simplifications: "" });
    console.log(jvm.pid);
    ${then}`;
  const cwd = new URL("../..", import.meta.url);
  return spawn(process.execPath, ["--input-type=module", "-e", script], { cwd, stdio: ["ignore", "pipe", "inherit"] });
}

/** False for a process that has ended, also if nobody took note of it. */
function isRunning(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8") !== "";
  } catch {
    return false;
  }
}

const skipWithoutProc = skip || (process.platform === "linux" ? false : "needs /proc");

test("JVMs end when the program that started them is killed", { skip: skipWithoutProc }, async () => {
  const program = programWithJvm("setInterval(() => {}, 1000);");
  const [line] = await once(program.stdout, "data");
  const pid = Number(line);
  assert(isRunning(pid));
  program.kill("SIGKILL");
  while (isRunning(pid)) await setTimeout(20);
});

test("a program whose work is done ends, and its JVMs with it, although nobody closed them", {
  skip: skipWithoutProc,
}, async () => {
  const program = programWithJvm("");
  const [line] = await once(program.stdout, "data");
  const [status] = await once(program, "close");
  assert.equal(status, 0);
  while (isRunning(Number(line))) await setTimeout(20);
});

/** Waits ten times; at the given turn of one task something happens to its JVM while the answer is awaited. */
function waiting(disturbed: TaskId, disturb: () => void): Policy {
  return {
    name: "expert/waiting",
    async act({ task, steps }) {
      if (task.id === disturbed && steps.length === 3) disturb();
      return { thought: "", action: "wait1", completion: "wait1", usage: null };
    },
    async close() {},
  };
}

async function rollOut(world: World, disturb: () => void) {
  const tasks = [0, 1, 2, 3].map((variation) => taskOf("find-plant", variation));
  const benchmark: Benchmark = {
    name: "scienceworld",
    splits: ["train"],
    maxSteps: 10,
    successReturn: 100,
    instructions: "",
    tasks: async () => tasks,
    task: async (id) => tasks.find((task) => task.id === id)!,
    open: async () => world.open(),
  };
  const repository = openSqlite(":memory:");
  repository.addRun({ name: "run", kind: "expert", config: {} });
  const made = await expertRollouts({
    run: "run",
    repository,
    benchmark,
    policy: waiting(tasks[1]!.id, disturb),
    tasks,
    concurrency: 2,
    progress: silent,
    seed: 1,
  });
  const stored = made.map(({ id }) => repository.trajectory(id)!);
  const played = materialOf(repository, ["run"])
    .episodes(made.map(({ id }) => id))
    .map((episode) => ({ seed: 1, episode }));
  return { stored, evaluation: evaluationOf(played) };
}

let alone: ReturnType<typeof rollOut> | undefined;
/** The same rollouts when nothing happens. */
const undisturbedRollouts = async () => (alone ??= rollOut(await newWorld({ processes: 1 }), () => {}));

for (const [what, message, disturb] of [
  ["dies", /was killed \(SIGKILL\)/, (world: World) => void kill(world)],
  ["hangs", /no answer to 'play' within 8000 ms/, () => {}],
] as const) {
  test(`a rollout whose JVM ${what} is recorded as failed and not counted; the others are as ever`, {
    skip,
  }, async () => {
    const undisturbed = await undisturbedRollouts();
    assert(undisturbed.stored.every(({ outcome }) => outcome.kind === "truncated"));
    const world = await newWorld({ timeoutMs: SHORT_MS, processes: 1 });
    const { stored, evaluation } = await rollOut(world, () => {
      freeze(world);
      disturb(world);
    });
    const [failed, ...more] = stored.filter(({ outcome }) => outcome.kind === "failed");
    assert.equal(more.length, 0);
    assert(failed?.outcome.kind === "failed");
    assert.equal(failed.outcome.error.name, "EnvironmentError");
    assert.match(failed.outcome.error.message, message);
    const { steps } = undisturbed.stored.find(({ id }) => id === failed.id)!;
    assert.deepEqual(failed.steps, steps.slice(0, failed.steps.length), "what was played before is kept");
    const others = ({ id }: { readonly id: string }) => id !== failed.id;
    assert.deepEqual(stored.filter(others), undisturbed.stored.filter(others));
    assert.equal(evaluation.failed, 1);
    assert.equal(evaluation.success.tasks, 3);
  });
}
