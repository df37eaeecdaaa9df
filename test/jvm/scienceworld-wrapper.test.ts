/**
 * The same paths through the official Python wrapper and through ours, same release and same flags of the JVM: everything both
 * tell must be the same to the letter. The wrapper asks for the valid actions at every step, which draws from the simulator's
 * random generator, so that questions change what happens later; here its own reset and step run without that one question,
 * and the lists are compared where each path ends, as is what our reader makes of the wrapper's own log. How fast both are is measured with the question, as their users have it.
 */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { installWrapper, startWrapper, type Wrapper } from "../../bench/python/scienceworld.ts";
import type { Environment } from "../../src/core/environment.ts";
import type { Decision } from "../../src/core/policy.ts";
import { random } from "../../src/core/random.ts";
import type { Task } from "../../src/core/task.ts";
import type { Step } from "../../src/core/trajectory.ts";
import { swiftsage } from "../../src/importers/readers/swiftsage.ts";
import { scienceworld } from "../../src/worlds/scienceworld/index.ts";
import { idOf, TASK_KINDS, type TaskKind } from "../../src/worlds/scienceworld/tasks.ts";
import { skip as noSimulator } from "./scienceworld.ts";

const VARIATION = 4;
const GOLD_STEPS = 45;
const RANDOM_STEPS = 8;
/** Slow: the wrapper makes some 5 steps/s. */
const RATED_PATHS = 5;
const RATED_STEPS = 12;

const [python, skip] = await pythonOr(noSimulator);

async function pythonOr(skip: string | false): Promise<[python: string, skip: string | false]> {
  if (skip) return ["", skip];
  try {
    return [await installWrapper(), false];
  } catch (error) {
    if (process.env.CI) throw error;
    return ["", `needs the wrapper (python3, pip): ${(error as Error).message.split("\n")[0]}`];
  }
}

interface Path {
  readonly task: Task;
  readonly simplifications: "" | "easy";
  readonly actions: readonly string[];
}

const worlds = skip
  ? undefined
  : {
      "": await scienceworld({ processes: 1, info: ["look", "inventory"] }),
      easy: await scienceworld({ processes: 1, info: ["look", "inventory"], simplifications: "easy" }),
    };
const open: Environment[] = [];
after(() => Promise.all(open.map((environment) => environment.close())));

/** The gold path, or as much of it as is compared, then random actions, now and then a wrong focus. */
async function pathOf(kind: TaskKind, simplifications: "" | "easy"): Promise<Path> {
  const benchmark = worlds![simplifications];
  const environment = await opened(benchmark);
  const task = await benchmark.task(idOf(kind, VARIATION));
  const draw = random("scienceworld wrapper", task.id);
  const steps: Step[] = [];
  let observation = await environment.reset(task, 0);
  let isOver = false;
  const act = async (decision: Decision) => {
    const result = await environment.step(decision.action);
    steps.push({ ...decision, observation, reward: result.reward });
    observation = result.observation;
    isOver = result.terminated;
  };
  const turn = () => ({ task, steps, observation, actions: () => environment.actions(), seed: 0 });
  while (!isOver && steps.length < GOLD_STEPS) await act(await benchmark.expert!.act(turn()));
  for (let step = 0; !isOver && step < RANDOM_STEPS; step++) {
    const kinds = Map.groupBy((await environment.actions())!, (action) => action.split(" ")[0]);
    const action = draw.pick(draw.pick([...kinds.values()]));
    await act({ thought: "", action, completion: action, usage: null });
  }
  return { task, simplifications, actions: steps.map(({ action }) => action) };
}

async function opened(benchmark: { open(): Promise<Environment> }): Promise<Environment> {
  const environment = await benchmark.open();
  open.push(environment);
  return environment;
}

/** Every task once, in both worlds at a time. */
const paths = skip
  ? []
  : await Promise.all(TASK_KINDS.map((kind, index) => pathOf(kind, index % 2 === 0 ? "" : "easy")));

test("30 paths are the same in the official wrapper", { skip, timeout: 900_000 }, async (context) => {
  const wrapper = startWrapper(python);
  context.after(() => wrapper.close());
  assert.equal(paths.length, 30);
  let steps = 0;
  for (const { task, simplifications, actions } of paths) {
    const { task: name, variation } = task.data as { task: string; variation: number };
    const environment = await opened(worlds![simplifications]);
    const first = await wrapper.load(name, variation, simplifications, false);
    const room = await environment.reset(task, 0);
    // The wrapper's reset looks around, which takes no time.
    assert.equal((await environment.step("look around")).observation, first.observation, task.id);
    assert.equal(room, first.look.trim(), task.id);
    assert.equal(task.instruction, first.taskDesc.replace(/^Task Description:\n/, "").trim());
    const played: { action: string; observation: string }[] = [];
    for (const [index, action] of actions.entries()) {
      const theirs = await wrapper.step(action);
      const { observation, reward, terminated, info } = await environment.step(action);
      const { score, moves, look, inv, done } = theirs;
      assert.deepEqual(
        { observation, reward, terminated, info },
        {
          observation: theirs.observation,
          reward: theirs.reward,
          terminated: done,
          info: { score, moves, look, inventory: inv },
        },
        `${task.id}, step ${index}: ${action}`,
      );
      played.push({ action, observation });
      steps += 1;
    }
    const logged = swiftsage.read(await wrapper.history());
    assert.equal(logged.taskKey, `${name}/${variation}`);
    assert.deepEqual([logged.instruction, logged.firstObservation], [task.instruction, room]);
    assert.deepEqual(
      logged.steps.map(({ action, observation }) => ({ action, observation })),
      // The simulator does not record what is no step to it.
      played.filter(({ action }) => action !== "task"),
    );
    const listed = await environment.actions();
    assert.deepEqual([...listed!].sort(), [...new Set(await wrapper.list())].sort(), `${task.id}: the list at its end`);
  }
  context.diagnostic(`${paths.length} paths, ${steps} steps: 0 differences`);
  context.diagnostic(await ratesOf(wrapper));
});

/** How fast both are on the same actions. */
async function ratesOf(wrapper: Wrapper): Promise<string> {
  const rated = paths.slice(-RATED_PATHS).map((path) => ({ ...path, actions: path.actions.slice(0, RATED_STEPS) }));
  const count = rated.reduce((sum, { actions }) => sum + actions.length, 0);
  const theirs = await theirMilliseconds(wrapper, rated);
  const [plain, listing] = [await ourMilliseconds(rated, false), await ourMilliseconds(rated, true)];
  const rate = (ms: number) => `${((1000 * count) / ms).toFixed(1)} steps/s`;
  return `official wrapper ${rate(theirs)}; gleaner ${rate(plain)}, listing actions at every step ${rate(listing)} (${count} steps)`;
}

/** The wrapper as it is, listing included; its own time alone, without the pipe to it. */
async function theirMilliseconds(wrapper: Wrapper, rated: readonly Path[]): Promise<number> {
  let total = 0;
  for (const { task, simplifications, actions } of rated) {
    const { task: name, variation } = task.data as { task: string; variation: number };
    await wrapper.load(name, variation, simplifications, true);
    for (const action of actions) total += (await wrapper.step(action)).ms;
  }
  return total;
}

async function ourMilliseconds(rated: readonly Path[], listing: boolean): Promise<number> {
  let total = 0;
  for (const { task, simplifications, actions } of rated) {
    const environment = await opened(worlds![simplifications]);
    await environment.reset(task, 0);
    const start = performance.now();
    for (const action of actions) {
      await environment.step(action);
      if (listing) await environment.actions();
    }
    total += performance.now() - start;
  }
  return total;
}
