/** One policy, one environment, one trajectory. The only loop in the project that calls `step` on behalf of a policy. */
import { breathe } from "../../core/breath.ts";
import type { Environment, Snapshot } from "../../core/environment.ts";
import { EnvironmentError, StopError, StoreError, textOf } from "../../core/errors.ts";
import type { TrajectoryId } from "../../core/ids.ts";
import { ContextFullError, type Policy } from "../../core/policy.ts";
import { seedFrom } from "../../core/random.ts";
import type { Task } from "../../core/task.ts";
import { newTokenIds } from "../../core/token-ids.ts";
import type { Outcome, Step, Trajectory } from "../../core/trajectory.ts";

/** The state along another trajectory that a rollout continues from. */
export interface ForkPoint {
  /** The trajectory that is left, the parent. */
  readonly trajectory: Trajectory;
  /** Index of the first step that is not the parent's. */
  readonly step: number;
  /** The world before that step. */
  readonly snapshot: Snapshot;
}

/** One episode to play. */
export interface RolloutOptions {
  /** The id that the trajectory will have; each turn's sampling is seeded by it. */
  readonly id: TrajectoryId;
  /** What to solve. */
  readonly task: Task;
  /** A world of the task's benchmark, used by nobody else meanwhile. */
  readonly environment: Environment;
  /** Who acts. */
  readonly policy: Policy;
  /** What the world is reset with; an integer ≥ 0. */
  readonly seed: number;
  /** Steps after which the episode is truncated, a forked prefix included. */
  readonly maxSteps: number;
  /** Return at or above which it is a success (`Benchmark.successReturn`). */
  readonly successReturn: number;
  /** Where along another trajectory it begins; absent: at the task's start. */
  readonly from?: ForkPoint;
}

/**
 * Plays one episode to its end. If the world or the model breaks, nothing is thrown: the trajectory has the outcome `failed`.
 * Throws StopError when the run cannot go on, and lets an AbortError and a StoreError (of a journal) through.
 */
export async function rollout(options: RolloutOptions): Promise<Trajectory> {
  const { id, task, environment, policy, seed, from } = options;
  const steps: Step[] = from ? from.trajectory.steps.slice(0, from.step) : [];
  let observation = "";
  let outcome: Outcome = { kind: "truncated", limit: "steps" };
  try {
    observation = from ? await restoreVerified(environment, task, from) : await environment.reset(task, seed);
    while (steps.length < options.maxSteps) {
      await breathe();
      const { tokenIds, ...decision } = await policy.act({
        task,
        steps,
        observation,
        actions: () => environment.actions(),
        seed: seedFrom(id, steps.length),
        session: from?.trajectory.id ?? id,
      });
      const result = await environment.step(decision.action);
      const ids = tokenIds && { tokenIds: newTokenIds(steps, tokenIds) };
      steps.push({ observation, ...decision, reward: result.reward, ...ids });
      observation = result.observation;
      if (result.terminated) {
        outcome = { kind: "terminated" };
        break;
      }
    }
  } catch (error) {
    outcome = outcomeOf(error);
  }
  const sum = steps.reduce((total, step) => total + step.reward, 0);
  return {
    id,
    taskId: task.id,
    policy: policy.name,
    seed,
    fork: from ? { from: from.trajectory.id, step: from.step } : null,
    steps,
    finalObservation: observation,
    return: sum,
    success: outcome.kind !== "failed" && sum >= options.successReturn,
    outcome,
  };
}

/** The world put back to before `from.step`; what it shows there must be what was recorded there. */
async function restoreVerified(environment: Environment, task: Task, from: ForkPoint): Promise<string> {
  const observation = await environment.restore(task, from.snapshot);
  const recorded = from.trajectory.steps[from.step]?.observation ?? from.trajectory.finalObservation;
  if (observation !== recorded) {
    throw new EnvironmentError(
      `restored state differs from ${from.trajectory.id} before step ${from.step}: expected ${JSON.stringify(recorded)}, got ${JSON.stringify(observation)}`,
    );
  }
  return observation;
}

/** What the user did on purpose passes through; everything else that broke becomes data. */
function outcomeOf(error: unknown): Outcome {
  if (error instanceof ContextFullError) return { kind: "truncated", limit: "tokens" };
  if (!(error instanceof Error)) return { kind: "failed", error: { name: "Error", message: textOf(error) } };
  if (error.name === "AbortError" || error instanceof StopError || error instanceof StoreError) throw error;
  return { kind: "failed", error: { name: error.name, message: error.message } };
}
