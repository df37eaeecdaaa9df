/** Saved states: 48 alive at once over all tasks, restored in another order, and again after the JVMs were killed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Environment, Snapshot, StepResult } from "../../src/core/environment.ts";
import { type Random, random } from "../../src/core/random.ts";
import type { Task } from "../../src/core/task.ts";
import { TASK_KINDS } from "../../src/worlds/scienceworld/tasks.ts";
import { kill, newWorld, skip, taskOf } from "./scienceworld.ts";

const STATES = 48;
const LONGEST_WAY = 8;
const FUTURE = 5;

interface Saved {
  readonly task: Task;
  readonly snapshot: Snapshot;
  /** What is done after it, and what the world answered when it was first done. */
  readonly future: readonly { readonly action: string; readonly result: StepResult }[];
}

/** Goes a random way into the task, saves, and goes on. */
async function save(environment: Environment, task: Task, draw: Random): Promise<Saved> {
  await environment.reset(task, 0);
  for (let left = draw.integer(LONGEST_WAY); left > 0; left--)
    await environment.step(await anyAction(environment, draw));
  const snapshot = await environment.snapshot();
  const future = [];
  for (let step = 0; step < FUTURE; step++) {
    const action = await anyAction(environment, draw);
    future.push({ action, result: await environment.step(action) });
  }
  return { task, snapshot, future };
}

/** Any kind of action as likely as any other, but none that can end the task. */
async function anyAction(environment: Environment, draw: Random): Promise<string> {
  const listed = (await environment.actions())!.filter((action) => !action.startsWith("focus"));
  return draw.pick(draw.pick([...Map.groupBy(listed, (action) => action.split(" ")[0]).values()]));
}

async function continues(environment: Environment, { task, snapshot, future }: Saved): Promise<void> {
  const again = JSON.parse(JSON.stringify(snapshot)) as Snapshot;
  assert.equal(await environment.restore(task, again), snapshot.observation);
  for (const [index, { action, result }] of future.entries()) {
    assert.deepEqual(
      await environment.step(action),
      result,
      `${task.id}, step ${index} after the saved state: ${action}`,
    );
  }
}

test(`${STATES} saved states, alive at once, continue as they would have, and after kill -9 too`, {
  skip,
}, async (context) => {
  const world = await newWorld();
  const { pool } = world;
  const environment = world.open();
  const saved: Saved[] = [];
  for (let index = 0; index < STATES; index++) {
    const { name } = TASK_KINDS[index % TASK_KINDS.length]!;
    saved.push(
      await save(environment, taskOf(name, 3 + Math.floor(index / TASK_KINDS.length)), random("saved states", index)),
    );
  }
  const alive = () => pool.hosts.reduce((sum, host) => sum + host.saved.size, 0);
  assert.equal(alive(), STATES);
  const shuffled = random("saved states").shuffle(saved);
  for (const state of shuffled) {
    await environment.restore(state.task, state.snapshot);
    for (let step = 0; step < 5; step++) await environment.step(await anyAction(environment, random("aside", step)));
    await continues(environment, state);
  }
  context.diagnostic(`${STATES * FUTURE} steps continued from saved states: 0 differences`);

  const restored = shuffled.slice(0, 10);
  await environment.restore(restored[0]!.task, restored[0]!.snapshot);
  await kill(world);
  for (const state of restored) await continues(environment, state);
  assert.equal(alive(), 0);
  context.diagnostic(`${restored.length * FUTURE} steps continued after kill -9: 0 differences`);
});

test("an episode whose JVM was killed between two steps goes on in another", { skip }, async () => {
  const world = await newWorld();
  const environment = world.open();
  const state = await save(environment, taskOf("find-plant", 1), random("killed between"));
  await environment.restore(state.task, state.snapshot);
  for (const { action, result } of state.future) {
    await kill(world);
    assert.deepEqual(await environment.step(action), result);
  }
});

test("without copying, states are replayed and told so once; both ways show the same", { skip }, async () => {
  const [copying, replaying] = [await newWorld(), await newWorld({ flags: ["-Dgleaner.copying=off"] })];
  const environments = [copying.open(), replaying.open(), replaying.open()];
  const saved = await save(copying.open(), taskOf("melt", 2), random("without copying"));
  for (const environment of environments) await continues(environment, saved);
  // Side by side in one JVM that holds one state: each step of one makes the other replay.
  const [, first, second] = environments as [Environment, Environment, Environment];
  const other = await save(first, taskOf("boil", 4), random("without copying 2"));
  await first.restore(saved.task, saved.snapshot);
  await second.restore(other.task, other.snapshot);
  for (let index = 0; index < FUTURE; index++) {
    for (const [environment, { future }] of [
      [first, saved],
      [second, other],
    ] as const) {
      assert.deepEqual(await environment.step(future[index]!.action), future[index]!.result);
    }
  }
  assert.deepEqual(copying.notices, []);
  assert.equal(replaying.notices.length, 1);
  assert.match(replaying.notices[0]!, /states cannot be saved \(it was switched off\), so they are reached by replay/);
});

test("more states than are kept: the oldest are replayed", { skip }, async () => {
  const { pool, open } = await newWorld({ states: 2 });
  const environment = open();
  const task = taskOf("chemistry-mix", 0);
  const saved: Saved[] = [];
  for (let index = 0; index < 5; index++) saved.push(await save(environment, task, random("few states", index)));
  for (const { saved: keys } of pool.hosts) assert(keys.size <= 2);
  for (const state of saved) await continues(environment, state);
});

test("a snapshot that says what did not happen is refused", { skip }, async () => {
  const { open } = await newWorld();
  const environment = open();
  const { task, snapshot } = await save(environment, taskOf("find-plant", 0), random("tampered"));
  const tampered = { ...snapshot, observation: "You see a dragon." } as Snapshot;
  await assert.rejects(environment.restore(task, tampered), /differs: expected "You see a dragon\."/);
});
