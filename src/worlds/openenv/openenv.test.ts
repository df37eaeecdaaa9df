// An OpenEnv server as a world, against servers that speak its protocol and err. The real one: test/slow/openenv-client.test.ts.
import assert from "node:assert/strict";
import { after, type TestContext, test } from "node:test";
import { environmentContract } from "../../../test/contract/environment.ts";
import { openenvStub, type StubOptions } from "../../../test/openenv-stub.ts";
import type { Environment } from "../../core/environment.ts";
import { CliError, EnvironmentError } from "../../core/errors.ts";
import type { Task } from "../../core/task.ts";
import { openBenchmark } from "../open.ts";

const FIELDS = { observationField: "text", actionsField: "moves" };
const TASKS = { train: ["a", "b", { id: "c", instruction: "Get out." }], test: [{ id: 7 }] };

const opened = async (context: TestContext, stub: StubOptions, options: object = {}) =>
  openBenchmark({ name: `openenv:${(await openenvStub(context, stub)).url}`, seeds: 3, ...FIELDS, ...options });

async function started(context: TestContext, stub: StubOptions, options: object = {}): Promise<[Environment, Task]> {
  const benchmark = await opened(context, stub, options);
  const [task] = await benchmark.tasks("train");
  const world = await benchmark.open();
  context.after(() => world.close());
  return [world, task!];
}

for (const capacity of [1, 4]) {
  const stub = openenvStub({ after }, { capacity, tasks: TASKS });
  const served = async () => openBenchmark({ name: "openenv", url: (await stub).url, ...FIELDS });
  environmentContract(`OpenEnv, room for ${capacity}`, served, { tasks: 3, runs: 15, depth: 6 });
}

test("tasks are those that the server lists, or seeds, or what resets are given", async (t) => {
  const { url } = await openenvStub(t, { tasks: TASKS });
  const listed = await openBenchmark({ name: `openenv:${url}` });
  assert.equal(listed.name, "corridor");
  assert.deepEqual(
    (await listed.tasks("train")).map(({ id, instruction, data }) => [id, instruction, data]),
    [
      ["corridor/train/a", "Do what the world asks for.", { split: "train", index: 0 }],
      ["corridor/train/b", "Do what the world asks for.", { split: "train", index: 1 }],
      ["corridor/train/c", "Get out.", { split: "train", index: 2 }],
    ],
  );
  assert.deepEqual((await listed.tasks("test"))[0]!.id, "corridor/test/7");
  assert.match(listed.instructions, /^Find the way out\.\nEvery turn, answer with one action\.$/);
  const seeds = await openBenchmark({ name: "openenv", url, seeds: { train: [3, 5], test: [9, 10] } });
  assert.deepEqual(
    [...(await seeds.tasks("train")), ...(await seeds.tasks("test"))].map(({ id, data }) => [id, data]),
    [
      ["corridor/train/3", { seed: 3 }],
      ["corridor/train/4", { seed: 4 }],
      ["corridor/test/9", { seed: 9 }],
    ],
  );
  const resets = await openBenchmark({ name: "openenv", url, resets: [{ seed: 4, level: "hard" }] });
  assert.deepEqual((await resets.tasks("train"))[0]!.data, { seed: 4, level: "hard" });
});

test("what a user can mend is told before anything is played", async (t) => {
  const refused = async (stub: StubOptions, options: object, message: RegExp) => {
    await assert.rejects(opened(t, stub, options), (error) => error instanceof CliError && message.test(error.message));
  };
  await refused({}, { seeds: undefined }, /lists no tasks; say what they are: --option seeds=100/);
  await refused({}, { resets: [{}] }, /expected seeds or resets, got both/);
  await refused({}, { seeds: { train: [5, 5] } }, /the first below the second/);
  await refused(
    { tasks: TASKS, claimed: 9e15 },
    { seeds: undefined },
    /says that it has 9000000000000000 tasks, expected at most 1,000,000/,
  );
  await refused({ hasSocket: false }, {}, /answered 403: Forbidden; it offers no WebSocket \/ws/);
  await refused({}, { observationField: "said" }, /there is no "said" in the observation/);
  await refused({}, { actionField: "go" }, /expected a field of the server's actions \(move\), got "go"/);
  await refused({}, { restore: "state" }, /writes no snapshots/);
  await refused({ action: { properties: {} } }, {}, /no fields, and it lists no tools/);
  await assert.rejects(openBenchmark({ name: "openenv:http://127.0.0.1:65533", seeds: 1 }), /is the server running\?/);
  await assert.rejects(openBenchmark({ name: "openenv", url: "http://u:p@here", seeds: 1 }), /no user or password/);
});

test("a world that begins differently each time is refused, unless it need not be put back", async (t) => {
  let begun = 0;
  const world = () => ({
    reset: () => ({ observation: { text: `start ${begun++}` }, done: false }),
    step: () => ({ observation: { text: "on" }, reward: 0, done: false }),
  });
  await assert.rejects(opened(t, { world }), /begin differently: "start 0", then "start 1".*drops what.*restore=none/s);
  const [environment, task] = await started(t, { world }, { restore: "none" });
  assert.match(await environment.reset(task, 0), /^start/);
  await assert.rejects(environment.snapshot(), EnvironmentError);
});

test("a state that is not reached again is refused, naming the step", async (t) => {
  let steps = 0;
  const world = () => ({
    reset: () => ({ observation: { text: "start" }, done: false }),
    step: () => ({ observation: { text: `step ${steps++}` }, reward: 0, done: false }),
  });
  const [environment, task] = await started(t, { world });
  await environment.reset(task, 0);
  await environment.step("go");
  const snapshot = await environment.snapshot();
  await assert.rejects(
    environment.restore(task, snapshot),
    /replay differs before step 1: expected "step 0", got "step 1"/,
  );
});

test("a server that errs fails the episode, and names task and step", async (t) => {
  const observation = (data: object) => JSON.stringify({ type: "observation", data });
  const cases: readonly (readonly [string | readonly string[], RegExp])[] = [
    ["close", /closed the connection \(1011: the world crashed\)/],
    ["nothing", /gave no answer within 0\.3 s/],
    ["so?", /its answer is no JSON: "so\?"/],
    [`{"type":"observation","data":{"observation":{"text":"x"},"reward":NaN,"done":false}}`, /is no JSON/],
    [observation({ observation: { text: "x" }, reward: "1" }), /reward: expected a finite number, got "1"/],
    [observation({ observation: { text: "x" }, reward: 1, done: 1 }), /done: expected true or false, got 1/],
    [observation({ observation: "x" }), /observation: expected an object, got "x"/],
    [observation({ observation: { said: "x" } }), /there is no "text" in the observation/],
    [
      observation({ observation: { text: "x".repeat(1_000_001) } }),
      /has 1000001 characters, expected at most 1,000,000/,
    ],
    [
      `{"type":"observation","data":{"observation":{"text":${"[".repeat(600)}${"]".repeat(600)}}}}`,
      /its answer is nested more than 500 deep/,
    ],
    [
      JSON.stringify({ type: "error", data: { code: "EXECUTION_ERROR", message: "z".repeat(9_000) } }),
      /step 1: z{1500} … \(7000 characters left out\) … z{500} \(EXECUTION_ERROR\)/,
    ],
    [JSON.stringify({ type: "state", data: {} }), /it told its state/],
    [JSON.stringify({ type: "error", data: { code: "EXECUTION_ERROR", message: "boom" } }), /boom \(EXECUTION_ERROR\)/],
  ];
  for (const [wrong, message] of cases) {
    const err = (type: string, { move }: Readonly<Record<string, unknown>>) =>
      type === "step" && move === "wrong" ? wrong : undefined;
    const [world, task] = await started(t, { err }, { timeout: 0.3 });
    await world.reset(task, 0);
    await world.step("forward");
    await assert.rejects(world.step("wrong"), (error) => {
      assert(error instanceof EnvironmentError);
      assert.match(error.message, /^Corridor\/train\/0: step 1: /);
      assert.match(error.message, message);
      return true;
    });
    // Nothing of it is left: the next episode is sound.
    await assert.rejects(world.step("forward"), /used before reset/);
    assert.equal(await world.reset(task, 0), "the corridor at 0");
    assert.equal((await world.step("forward")).observation, "a door");
  }
});

test("answers that nobody asked for end the connection, and are taken for no other answer", async (t) => {
  const said = JSON.stringify({ type: "observation", data: { observation: { text: "another's" }, reward: 1 } });
  const err = (type: string, { move }: Readonly<Record<string, unknown>>) =>
    type === "step" && move === "wrong" ? [said, said, said] : undefined;
  const [world, task] = await started(t, { err });
  await world.reset(task, 0);
  assert.equal((await world.step("wrong")).observation, "another's");
  await assert.rejects(
    (async () => {
      for (;;) await world.step("forward");
    })(),
    /step 1: .*a message that nobody asked for/,
  );
});

test("an error of the server in the world's own observation is none of the action's", async (t) => {
  const about = (input: unknown) =>
    JSON.stringify({
      type: "error",
      data: {
        ...{ code: "VALIDATION_ERROR", message: "Invalid message" },
        errors: [{ type: "string_type", loc: ["move"], msg: "Input should be shorter", input }],
      },
    });
  const err = (type: string, { move }: Readonly<Record<string, unknown>>) =>
    type === "step" && move !== "forward" ? about(move === "long" ? "long" : 3) : undefined;
  const [world, task] = await started(t, { err });
  await world.reset(task, 0);
  assert.deepEqual(await world.step("long"), {
    ...{ observation: "Invalid message: move: Input should be shorter", reward: 0, terminated: false },
  });
  assert.equal((await world.step("forward")).observation, "a door");
  await assert.rejects(world.step("other"), /Invalid message \(VALIDATION_ERROR\)/);
});

test("many episodes at once share a bounded number of connections, which are closed behind them", async (t) => {
  const { url, opened: made } = await openenvStub(t, { capacity: 2, tasks: TASKS });
  const benchmark = await openBenchmark({ name: "openenv", url, ...FIELDS });
  const tasks = await benchmark.tasks("train");
  const episodes = Array.from({ length: 12 }, async (_, index) => {
    const world = await benchmark.open();
    const task = tasks[index % tasks.length]!;
    const seen = [await world.reset(task, index)];
    for (let done = false; !done; ) {
      const { observation, terminated } = await world.step(seen.at(-1) === "a door" ? "open" : "forward");
      seen.push(observation);
      done = terminated;
    }
    await world.close();
    return seen;
  });
  for (const [index, seen] of (await Promise.all(episodes)).entries()) {
    const length = 1 + ((index + (index % 3)) % 5);
    assert.equal(seen.length, length + 2);
    assert.equal(seen.at(-1), "outside");
  }
  assert.equal(made(), 2);
});

test("a server that stays full is waited for, and then named", async (t) => {
  const { url } = await openenvStub(t, { capacity: 0 });
  const full = openBenchmark({ name: "openenv", url, seeds: 1, timeout: 0.2 });
  await assert.rejects(
    full,
    (error) => error instanceof CliError && /no session within 0\.2 s: Server at capacity/.test(error.message),
  );
});
