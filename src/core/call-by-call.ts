/**
 * A world that does one call at a time, given turns of several. Each call is one action of the world, done in order, with a
 * result of its own. When the episode ends in the middle of a turn, the calls behind are not done, and their results say so.
 *
 * To everybody else a turn stays one action: it is a step, a state lies between turns alone, and rewards are summed.
 */
import { actionOfCall, type CallResult, observationOfResults, severalCalls } from "./calls.ts";
import type { Benchmark, Environment, Snapshot, StepResult } from "./environment.ts";
import { EnvironmentError } from "./errors.ts";

/** A snapshot behind a turn of several calls: of the world itself, with the observation of the turn. */
type TurnSnapshot = Snapshot & {
  /** What the world itself shows, which knows no turns: the last result. Absent: the observation. */
  readonly last?: string;
};

/**
 * A new world of the benchmark, which takes the actions that its agents can decide on: where it has tools, a turn of several
 * calls too (`actionOfCalls`). Throws what `Benchmark.open` throws. The caller closes it.
 */
export async function openWorld(benchmark: Pick<Benchmark, "tools" | "open">): Promise<Environment> {
  const world = await benchmark.open();
  return benchmark.tools && benchmark.tools.length > 0 ? callByCall(world) : world;
}

/** `world`, which takes one call at a time, as one that takes several in one action. Other actions go to it as they are. */
function callByCall(world: Environment): Environment {
  /** What the last turn of several calls showed; undefined behind any other action. */
  let turn: string | undefined;

  async function step(action: string): Promise<StepResult> {
    const calls = severalCalls(action);
    turn = undefined;
    if (!calls) return world.step(action);
    const results: CallResult[] = [];
    let [reward, terminated] = [0, false];
    for (const call of calls) {
      if (terminated) {
        results.push(null);
        continue;
      }
      const result = await world.step(actionOfCall(call));
      results.push(result.observation);
      reward += result.reward;
      terminated = result.terminated;
    }
    turn = observationOfResults(results);
    return { observation: turn, reward, terminated };
  }

  return {
    async reset(task, seed) {
      turn = undefined;
      return world.reset(task, seed);
    },
    step,
    actions: () => world.actions(),
    async snapshot(): Promise<TurnSnapshot> {
      const snapshot = await world.snapshot();
      return turn === undefined ? snapshot : { ...snapshot, observation: turn, last: snapshot.observation };
    },
    async restore(task, snapshot) {
      const { last, ...whole }: TurnSnapshot = snapshot;
      turn = undefined;
      if (last === undefined) return world.restore(task, whole);
      const observation = await world.restore(task, { ...whole, observation: last });
      if (observation !== last)
        throw new EnvironmentError(
          `${task.id}: restored state differs: expected ${JSON.stringify(last)}, got ${JSON.stringify(observation)}`,
        );
      turn = whole.observation;
      return turn;
    },
    close: () => world.close(),
  };
}
