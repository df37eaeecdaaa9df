/** What every policy promises: it keeps no state between turns, and equal turns get equal decisions. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Benchmark } from "../../src/core/environment.ts";
import { trajectoryId } from "../../src/core/ids.ts";
import type { Policy, Turn } from "../../src/core/policy.ts";
import { rollout } from "../../src/engine/rollout/rollout.ts";

export interface PolicyUnderTest {
  readonly benchmark: Benchmark;
  readonly policy: Policy;
  /** Only listed actions are ever chosen. */
  readonly isRestricted: boolean;
}

const EPISODES = 6;

export function policyContract(name: string, make: () => Promise<PolicyUnderTest>): void {
  test(`${name}: equal turns get equal decisions, in any order and side by side`, async () => {
    const { benchmark, policy, isRestricted } = await make();
    const turns: Turn[] = [];
    const watched: Policy = {
      ...policy,
      act(turn) {
        turns.push({ ...turn, steps: [...turn.steps] });
        return policy.act(turn);
      },
    };
    const { maxSteps, successReturn } = benchmark;
    const environment = await benchmark.open();
    const tasks = (await benchmark.tasks(benchmark.splits[0]!)).slice(0, EPISODES);
    const decided: { action: string; completion: string }[] = [];
    for (const task of tasks) {
      const id = trajectoryId(`contract ${task.id}`);
      const options = { id, task, environment, policy: watched, seed: 0, maxSteps, successReturn };
      const { steps, outcome } = await rollout(options);
      assert.notEqual(outcome.kind, "failed", JSON.stringify(outcome));
      decided.push(...steps);
    }
    assert(turns.length >= EPISODES);

    // What was listed then is not listed any more: the world has moved on.
    const replayed = await Promise.all(
      turns.map(async (turn) => {
        const world = await benchmark.open();
        await world.reset(turn.task, 0);
        for (const { action } of turn.steps) await world.step(action);
        const listed = await world.actions();
        await world.close();
        return { ...turn, actions: async () => listed };
      }),
    );
    const backwards = await Promise.all([...replayed].reverse().map((turn) => policy.act(turn)));
    const again = backwards.reverse();
    assert.deepEqual(
      again.map(({ action, completion }) => ({ action, completion })),
      decided.map(({ action, completion }) => ({ action, completion })),
    );
    if (isRestricted) {
      for (const [index, turn] of replayed.entries()) assert((await turn.actions())!.includes(again[index]!.action));
    }
    await policy.close();
  });

  test(`${name}: is named after who acts`, async () => {
    const { policy } = await make();
    assert.match(policy.name, /\S/);
    await policy.close();
  });
}
