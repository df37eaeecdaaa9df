/**
 * Plays a recorded trajectory again, action by action, and compares every answer of the world with the record. So a log
 * can be trusted, a probe's state can be reached, and a stored run can be checked.
 *
 * A world is seeded where an episode starts: for a fork, `seed` must be that of the trajectory it began with.
 */
import { breathe } from "../../core/breath.ts";
import { openWorld } from "../../core/call-by-call.ts";
import { type CallResult, resultsIn, severalCalls } from "../../core/calls.ts";
import type { Benchmark, Environment, Snapshot } from "../../core/environment.ts";
import { EnvironmentError } from "../../core/errors.ts";
import type { Verification } from "../../core/run.ts";
import type { Task } from "../../core/task.ts";
import type { Outcome, Step, Trajectory } from "../../core/trajectory.ts";

/** How a recorded trajectory is compared with the world. */
export interface ReplayOptions {
  /** Return at or above which the replayed trajectory is a success. Default: what the record says of itself. */
  readonly successReturn?: number;
  /** Applied to both texts before they are compared, for loggers that leave something out. Default: to the letter. */
  readonly normalize?: (observation: string) => string;
  /**
   * Compare rewards and ending too (default). Off for logs, which do not tell them: then the world is believed, and a record
   * that goes on behind the world's end is taken up to it.
   */
  readonly rewards?: boolean;
  /**
   * Where the record does not tell what was seen, so that the world is believed: the indices of the steps before which it was
   * seen; as many as there are steps is what the last action led to. Default: it tells all.
   */
  readonly untold?: ReadonlySet<number>;
}

/** What replaying a recorded trajectory came to. */
export interface Replay {
  /** Whether the world said the same. */
  readonly verification: Exclude<Verification, { kind: "unreplayable" }>;
  /**
   * Verified: the recorded actions and thoughts with the world's own observations, rewards and ending. The world's
   * text is kept rather than the record's because it is what a student meets: a logger's shortened text would teach
   * another language, and the states along it could not be found again.
   *
   * Diverged: the world's text as far as both agree, the record's (without rewards) from there on, and the outcome
   * `failed`, so that nothing counts it, probes it or learns from it. Played again, it diverges at the same step.
   */
  readonly trajectory: Trajectory;
}

/** What the world said, as far as it agrees with the record: before each step, and for each action done. */
interface Agreed {
  readonly observations: string[];
  readonly rewards: number[];
}

/**
 * Plays a recorded trajectory again from the task's start, action by action, and compares everything that the world answers
 * with the record. Throws EnvironmentError if the world breaks, which says nothing about the record.
 *
 * @param environment Of the task's benchmark; it is reset.
 * @param task The task of `recorded`.
 * @param recorded Played with its own seed.
 * @param options What is compared, and how.
 */
export async function replay(
  environment: Environment,
  task: Task,
  recorded: Trajectory,
  options: ReplayOptions = {},
): Promise<Replay> {
  const { normalize = (text) => text, rewards = true, successReturn, untold } = options;
  const same = (expected: CallResult, got: CallResult) =>
    // Null: the log lacks the answer to this call, or the world was over before it. There is nothing to compare.
    expected === null || got === null ? !rewards || expected === got : normalize(expected) === normalize(got);
  const differs = (index: number, expected: string, got: string) => {
    if (untold?.has(index)) return false;
    const [told, shown] = [expected, got].map((text) => resultsBehind(recorded.steps[index - 1], text));
    if (told?.length !== shown?.length) return true;
    return !told!.every((result, place) => same(result, shown![place]!));
  };
  const agreed: Agreed = { observations: [], rewards: [] };
  const diverged = (step: number, expected: string, got: string): Replay => ({
    verification: { kind: "diverged", trajectory: recorded.id, step, expected, got },
    trajectory: divergedTrajectory(recorded, agreed, step),
  });

  const start = await environment.reset(task, recorded.seed);
  const recordedStart = observationBefore(recorded, 0);
  if (differs(0, recordedStart, start)) return diverged(-1, recordedStart, start);
  agreed.observations.push(start);
  let terminated = false;
  for (const [index, { action, reward }] of recorded.steps.entries()) {
    await breathe();
    if (terminated && rewards) return diverged(index - 1, `(goes on with ${action})`, "(the episode ended)");
    // Some loops take no notice of the world's end. What they asked behind it reached no world: a log is kept up to there.
    if (terminated) break;
    const result = await environment.step(action);
    const expected = observationBefore(recorded, index + 1);
    // Only the last answer may be unknown: a log that broke off.
    const isUnknown = expected === "" && index === recorded.steps.length - 1;
    if (!isUnknown && differs(index + 1, expected, result.observation)) {
      return diverged(index, expected, result.observation);
    }
    if (rewards && result.reward !== reward) return diverged(index, `(reward ${reward})`, `(reward ${result.reward})`);
    agreed.observations.push(result.observation);
    agreed.rewards.push(result.reward);
    terminated = result.terminated;
  }
  if (rewards && terminated !== (recorded.outcome.kind === "terminated")) {
    const ending = (ended: boolean) => (ended ? "(the episode ended)" : "(the episode did not end)");
    return diverged(recorded.steps.length - 1, ending(!terminated), ending(terminated));
  }
  const played = withAgreed(upTo(recorded, agreed.rewards.length), agreed);
  const outcome: Outcome = terminated ? { kind: "terminated" } : recorded.outcome;
  const success = successReturn === undefined ? recorded.success : played.return >= successReturn;
  return {
    verification: { kind: "verified", trajectory: recorded.id },
    trajectory: { ...played, outcome, success: success && outcome.kind !== "failed" },
  };
}

/** What was seen behind a step: of a turn of several calls each result for itself. */
const resultsBehind = (step: Step | undefined, seen: string): readonly CallResult[] =>
  (step && severalCalls(step.action) && resultsIn(seen)) ?? [seen];

function divergedTrajectory(recorded: Trajectory, agreed: Agreed, step: number): Trajectory {
  const message = `diverged from its recording at step ${step}`;
  return {
    ...withAgreed(recorded, agreed),
    success: false,
    outcome: { kind: "failed", error: { name: "EnvironmentError", message } },
  };
}

/** The first `count` steps. What was said is of the whole record: a part of it does not have that. */
function upTo(recorded: Trajectory, count: number): Trajectory {
  if (count === recorded.steps.length) return recorded;
  const { chat: _, ...rest } = recorded;
  return { ...rest, steps: recorded.steps.slice(0, count) };
}

/** The record with the world's texts and rewards where both agree, its own texts and no rewards elsewhere. */
function withAgreed(recorded: Trajectory, { observations, rewards }: Agreed): Trajectory {
  const steps = recorded.steps.map((step, index) => ({
    ...step,
    observation: observations[index] ?? step.observation,
    reward: rewards[index] ?? 0,
  }));
  const finalObservation = observations[steps.length] ?? recorded.finalObservation;
  return { ...recorded, steps, finalObservation, return: rewards.reduce((sum, reward) => sum + reward, 0) };
}

/**
 * Snapshots taken before the steps with the given indices, each in [0, trajectory.steps.length), in the order given; to fork
 * from there. Throws RangeError for an index outside. Throws EnvironmentError, with both texts, as soon as an observation on
 * the way is not the recorded one.
 */
export async function snapshotsAlong(
  environment: Environment,
  task: Task,
  trajectory: Trajectory,
  steps: readonly number[],
): Promise<Snapshot[]> {
  if (steps.length === 0) return [];
  const outside = steps.find((step) => !(Number.isInteger(step) && step >= 0 && step < trajectory.steps.length));
  if (outside !== undefined) {
    throw new RangeError(`${trajectory.id}: expected a step from 0 to ${trajectory.steps.length - 1}, got ${outside}`);
  }
  const wanted = new Set(steps);
  const last = steps.reduce((most, step) => Math.max(most, step));
  const taken = new Map<number, Snapshot>();
  let observation = await environment.reset(task, trajectory.seed);
  for (let index = 0; index <= last; index++) {
    await breathe();
    if (index > 0) ({ observation } = await environment.step(trajectory.steps[index - 1]!.action));
    const recorded = observationBefore(trajectory, index);
    if (observation !== recorded) {
      throw new EnvironmentError(
        `${trajectory.id} before step ${index}: expected ${JSON.stringify(recorded)}, got ${JSON.stringify(observation)}`,
      );
    }
    if (wanted.has(index)) taken.set(index, await environment.snapshot());
  }
  return steps.map((step) => taken.get(step)!);
}

const observationBefore = (trajectory: Trajectory, index: number) =>
  trajectory.steps[index]?.observation ?? trajectory.finalObservation;

/** Replays one trajectory after the other. */
export interface Replayer {
  /** As `replay`; after an error the next one gets a new environment. */
  replay(task: Task, recorded: Trajectory, untold?: ReplayOptions["untold"]): Promise<Replay>;
  close(): Promise<void>;
}

/** A replayer in an environment of its own. */
export function replayer(
  benchmark: Benchmark,
  options: Omit<ReplayOptions, "successReturn" | "untold"> = {},
): Replayer {
  let environment: Environment | undefined;
  const close = async () => {
    await environment?.close();
    environment = undefined;
  };
  return {
    async replay(task, recorded, untold) {
      environment ??= await openWorld(benchmark);
      const { successReturn } = benchmark;
      try {
        return await replay(environment, task, recorded, { ...options, successReturn, ...(untold && { untold }) });
      } catch (error) {
        await close();
        throw error;
      }
    },
    close,
  };
}
