/**
 * What every environment must keep, whatever its world: the promises of core/environment.ts. Run by each environment
 * with its own benchmark; worlds that need data pass the reason for which they are skipped.
 */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import type { Benchmark, Environment } from "../../src/core/environment.ts";
import { CliError, EnvironmentError } from "../../src/core/errors.ts";
import type { TaskId } from "../../src/core/ids.ts";
import type { Task } from "../../src/core/task.ts";
import { anyCharacter } from "../any-character.ts";

export interface ContractOptions {
  /** Why this world cannot be tested here. */
  readonly skip?: string | false;
  /** Another way to open the world, e.g. wrapped. */
  readonly open?: (benchmark: Benchmark) => Promise<Environment>;
  /** Tasks that the properties draw from (the first of the first split). */
  readonly tasks?: number;
  /** Cases for each property. */
  readonly runs?: number;
  /** Longest walk from the start to the state under test. */
  readonly depth?: number;
  /** How this world answers an action that it does not accept; listed actions must never be answered so. */
  readonly refusal?: RegExp;
}

interface World {
  readonly benchmark: Benchmark;
  readonly tasks: readonly Task[];
}

/** One thing to do: the n-th listed action (round and round), or any text. */
type Move = number | string;

export function environmentContract(
  name: string,
  makeBenchmark: () => Benchmark | Promise<Benchmark>,
  options: ContractOptions = {},
): void {
  const { skip = false, open = (benchmark) => benchmark.open(), refusal } = options;
  const { tasks: taskCount = 12, runs = 60, depth = 12 } = options;
  let made: Promise<World> | undefined;
  const setUp = () => {
    made ??= (async () => {
      const benchmark = await makeBenchmark();
      const tasks = (await benchmark.tasks(benchmark.splits[0]!)).slice(0, taskCount);
      assert(tasks.length >= 2, "the contract needs two tasks");
      return { benchmark, tasks };
    })();
    return made;
  };
  const check = (promise: string, body: (world: World, context: TestContext) => Promise<void>) =>
    test(`${name}: ${promise}`, { skip }, async (context) => body(await setUp(), context));

  const move = fc.oneof({ weight: 9, arbitrary: fc.nat(999) }, { weight: 1, arbitrary: anyText });
  const walk = (maxLength: number) => fc.array(move, { maxLength });
  const start = fc.record({ task: fc.nat(taskCount - 1), seed: fc.nat(3) });

  check("task ids are unique and lead back to their tasks", async ({ benchmark }) => {
    const ids = new Set<TaskId>();
    for (const split of benchmark.splits) {
      const listed = await benchmark.tasks(split);
      assert.deepEqual(await benchmark.tasks(split), listed, "a second listing differs");
      for (const task of listed) {
        assert.equal(task.split, split);
        assert(!ids.has(task.id), `${task.id} is listed twice`);
        assert(task.instruction.length > 0 && task.category.length > 0);
        ids.add(task.id);
      }
      for (const task of listed.slice(0, 50)) assert.deepEqual(await benchmark.task(task.id), task);
    }
  });

  check("tasks are plain JSON", async ({ tasks }) => {
    assert.deepEqual(JSON.parse(JSON.stringify(tasks)), tasks);
  });

  check("an unknown split or id is the user's mistake", async ({ benchmark, tasks }) => {
    await assert.rejects(async () => benchmark.tasks("no such split"), CliError);
    for (const id of ["", "no such task", `${tasks[0]!.id}x`, `x${tasks[0]!.id}`]) {
      await assert.rejects(async () => benchmark.task(id as TaskId), CliError, id);
    }
  });

  check("use before reset is refused", async ({ benchmark }) => {
    const environment = await open(benchmark);
    await assert.rejects(async () => environment.step("look"), EnvironmentError);
    await assert.rejects(async () => environment.actions(), EnvironmentError);
    await assert.rejects(async () => environment.snapshot(), EnvironmentError);
    await environment.close();
  });

  check("the same task, seed and actions give the same episode", async ({ benchmark, tasks }) => {
    const [first, second] = [await open(benchmark), await open(benchmark)];
    const property = fc.asyncProperty(start, walk(depth), async ({ task: index, seed }, moves) => {
      const task = tasks[index % tasks.length]!;
      assert.equal(await first.reset(task, seed), await second.reset(task, seed));
      assert.deepEqual(await play(first, moves), await play(second, moves));
    });
    await fc.assert(property, { numRuns: runs });
    await first.close();
    await second.close();
  });

  check("every listed action is accepted, and so is any other text", async ({ benchmark, tasks }) => {
    const environment = await open(benchmark);
    const property = fc.asyncProperty(start, walk(depth), anyText, async ({ task: index, seed }, moves, text) => {
      await environment.reset(tasks[index % tasks.length]!, seed);
      const seen = await play(environment, moves);
      for (const { action, listed, observation, reward, terminated } of seen) {
        assert.equal(typeof observation, "string");
        if (refusal && listed?.includes(action)) assert.doesNotMatch(observation, refusal, action);
        assert(Number.isFinite(reward), `reward ${reward}`);
        assert.equal(typeof terminated, "boolean");
      }
      if (seen.at(-1)?.terminated) return;
      assert.equal(typeof (await environment.step(text)).observation, "string");
    });
    await fc.assert(property, { numRuns: runs });
    await environment.close();
  });

  check("listed actions are unique texts without line breaks", async ({ benchmark, tasks }) => {
    const environment = await open(benchmark);
    const property = fc.asyncProperty(start, walk(depth), async ({ task: index, seed }, moves) => {
      await environment.reset(tasks[index % tasks.length]!, seed);
      for (const { listed } of await play(environment, moves)) {
        if (!listed) continue;
        assert.equal(new Set(listed).size, listed.length);
        for (const action of listed) assert.match(action, /^\S(?:.*\S)?$/);
      }
    });
    await fc.assert(property, { numRuns: runs });
    await environment.close();
  });

  check("a snapshot survives JSON, and its future is the one that would have been", async ({ benchmark, tasks }) => {
    const [walked, restored] = [await open(benchmark), await open(benchmark)];
    const property = fc.asyncProperty(start, walk(depth), walk(depth), async ({ task: index, seed }, moves, future) => {
      const task = tasks[index % tasks.length]!;
      const observation = await reach(walked, task, { seed, moves });
      const snapshot = await walked.snapshot();
      assert.deepEqual(JSON.parse(JSON.stringify(snapshot)), snapshot);
      assert.equal(snapshot.taskId, task.id);
      assert.equal(snapshot.observation, observation);
      const listed = await walked.actions();
      const expected = await play(walked, future);
      for (const environment of [restored, walked]) {
        const again = JSON.parse(JSON.stringify(snapshot));
        assert.equal(await environment.restore(task, again), snapshot.observation);
        assert.deepEqual(await environment.actions(), listed);
        assert.deepEqual(await environment.snapshot(), snapshot, "a snapshot of the restored state differs");
        assert.deepEqual(await play(environment, future), expected);
      }
    });
    await fc.assert(property, { numRuns: runs });
    await walked.close();
    await restored.close();
  });

  check("a snapshot of another task is refused", async ({ benchmark, tasks }) => {
    const environment = await open(benchmark);
    await environment.reset(tasks[0]!, 0);
    const snapshot = await environment.snapshot();
    await assert.rejects(async () => environment.restore(tasks[1]!, snapshot), EnvironmentError);
    await environment.close();
  });

  check("the compact rendering of a listed action means that action", async ({ benchmark, tasks }, context) => {
    const { compact } = benchmark;
    if (!compact) return context.skip("this world has no compact rendering");
    const environment = await open(benchmark);
    const property = fc.asyncProperty(start, walk(depth), anyText, async ({ task: index, seed }, moves, text) => {
      const task = tasks[index % tasks.length]!;
      assert.equal(typeof compact.instruction(task), "string");
      await environment.reset(task, seed);
      for (const { observation, listed } of await play(environment, moves)) {
        assert.equal(typeof compact.observation(observation), "string");
        for (const action of listed ?? []) assert.equal(compact.parse(compact.action(action)), action);
      }
      assert.equal(typeof compact.observation(text), "string");
      assert.equal(typeof compact.parse(compact.action(text)), "string");
    });
    await fc.assert(property, { numRuns: runs });
    await environment.close();
  });
}

const anyText = fc.oneof(
  fc.string({ unit: anyCharacter }),
  fc.constantFrom("", " ", "\n", "go", "use ", "0", "constructor"),
);

/** Does `moves`, until the episode ends. */
async function play(environment: Environment, moves: readonly Move[]) {
  const seen = [];
  for (const move of moves) {
    const listed = await environment.actions();
    const action = typeof move === "string" ? move : (listed?.[move % listed.length] ?? String(move));
    const result = await environment.step(action);
    seen.push({ ...result, listed, action });
    if (result.terminated) break;
  }
  return seen;
}

/** Leaves the world in the last state along `moves` that is not the end of the episode; returns its observation. */
async function reach(environment: Environment, task: Task, way: { seed: number; moves: readonly Move[] }) {
  const first = await environment.reset(task, way.seed);
  const seen = await play(environment, way.moves);
  if (!seen.at(-1)?.terminated) return seen.at(-1)?.observation ?? first;
  await environment.reset(task, way.seed);
  await play(environment, way.moves.slice(0, seen.length - 1));
  return seen.at(-2)?.observation ?? first;
}
