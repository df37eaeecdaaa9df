/** The `Experiment` that algorithms run on. It rolls out, trains and evaluates only what the store does not have yet. */
import { openWorld } from "../../core/call-by-call.ts";
import type { Benchmark, Snapshot } from "../../core/environment.ts";
import { EnvironmentError } from "../../core/errors.ts";
import type { TaskId } from "../../core/ids.ts";
import type { Timing } from "../../core/run.ts";
import type { Task } from "../../core/task.ts";
import type { Checkpoint } from "../../core/training.ts";
import type { Trajectory } from "../../core/trajectory.ts";
import type { Format } from "../../formats/format.ts";
import { withMode } from "../../formats/mode.ts";
import type { Sampling, Student } from "../../students/student.ts";
import type { Experiment, ProbePoint } from "../algorithms/experiment.ts";
import { snapshotsAlong } from "../rollout/replay.ts";
import { type RolloutJob, rollouts, sampled, type UnderWay } from "./rollouts.ts";
import { type TrainingRoom, trainingSetId, trainOnce } from "./training.ts";

export interface LiveOptions extends TrainingRoom {
  readonly run: string;
  readonly benchmark: Benchmark;
  readonly format: Format;
  readonly student: Student;
  readonly sampling: Sampling;
  /** Exploration temperature; evaluation is greedy. */
  readonly temperature: number;
  readonly tasks: readonly Task[];
  readonly heldOut: readonly Task[];
  readonly expert: readonly Trajectory[];
  /** Expert trajectories that cannot be replayed, with their tasks: examples only. */
  readonly learnOnly: readonly { readonly trajectory: Trajectory; readonly task: Task }[];
  readonly base: Checkpoint;
  readonly concurrency: number;
  /** What calls itself the program that does this; kept with the timings. */
  readonly program?: string | undefined;
  /** Rollouts under way, shared by methods that run side by side. */
  readonly underWay: UnderWay;
}

/** The experiment as one method sees it; `method` names its row (`row`, from 0) in the report. */
export function liveExperiment(options: LiveOptions, method: string, row: number): Experiment {
  const { run, seed, repository, student, temperature, tasks, heldOut, progress } = options;
  const label = (what: string) => `seed ${seed} · ${method} · ${what}`;
  const learnOnly = options.learnOnly.map(({ trajectory }) => trajectory);
  const known = [...tasks, ...options.learnOnly.map(({ task }) => task)];
  const byId = new Map(known.map((task) => [task.id, task]));
  const taskById = (id: TaskId) => {
    const task = byId.get(id);
    if (!task) throw new Error(`expected a training task, got ${id}`);
    return task;
  };

  const timed = async <T>(phase: Timing["phase"], iteration: number, work: () => Promise<T>): Promise<T> => {
    const start = performance.now();
    const result = await work();
    const milliseconds = performance.now() - start;
    const by = options.program === undefined ? {} : { by: options.program };
    repository.addTiming({ run, method, seed, iteration, phase, milliseconds, at: new Date().toISOString(), ...by });
    return result;
  };

  const roll = (policy: Checkpoint, heat: number, what: string, jobs: readonly RolloutJob[]) =>
    rollouts({
      ...options,
      policyName: policy.id,
      async openPolicy() {
        await options.recipes.need(policy);
        return student.policy(policy, options.format, heat);
      },
      sampling: { ...options.sampling, temperature: heat },
      jobs,
      snapshots: (forks) => takeSnapshots(options.benchmark, taskById, forks),
      phase: (owed) => progress.phase(label(what), owed, "episodes"),
    });

  return {
    format: options.format,
    successReturn: options.benchmark.successReturn,
    tasks,
    task: taskById,
    expert: options.expert,
    learnOnly,
    base: options.base,
    explore: (policy, iteration, samples) =>
      timed("explore", iteration, () => {
        const count = typeof samples === "number" ? () => samples : samples;
        const what = `explore ${iteration}`;
        const jobs = sampled(
          label(what),
          tasks.map((task) => ({ task, samples: count(task) })),
        );
        return roll(policy, temperature, what, jobs);
      }),
    probe: (policy, iteration, points, samples = 1) =>
      timed("probe", iteration, () => {
        const what = `probe ${iteration}`;
        const states = points.map((fork) => ({ task: taskById(fork.trajectory.taskId), fork, samples }));
        return roll(policy, temperature, what, sampled(label(what), states));
      }),
    train: (set, from, iteration, tuning) =>
      timed("train", iteration, () =>
        trainOnce(options, student.trainer, {
          set,
          from,
          label: label(`train ${iteration}`),
          ...(tuning && { tuning }),
        }),
      ),
    async finishRound({ iteration, explored, probed, set, checkpoint, samples, counts = {} }) {
      const jobs = sampled(
        label(`evaluate ${iteration}`),
        heldOut.map((task) => ({ task, samples: samples ?? 1 })),
      );
      const heat = samples === undefined ? 0 : temperature;
      const made = await timed("evaluate", iteration, () => roll(checkpoint, heat, `evaluate ${iteration}`, jobs));
      const evaluated = heldOut.map((_, index) =>
        best(made.slice(index * (samples ?? 1), (index + 1) * (samples ?? 1))),
      );
      const ids = (trajectories: readonly Trajectory[]) => trajectories.map(({ id }) => id);
      repository.addTrainingSet(trainingSetId(set), set);
      repository.addRound({
        run,
        method,
        row,
        seed,
        iteration,
        expert: ids(options.expert),
        ...(learnOnly.length > 0 && { learnOnly: ids(learnOnly) }),
        explored: ids(explored),
        probed: ids(probed),
        trainingSet: trainingSetId(set),
        checkpoint: checkpoint.id,
        evaluated: ids(evaluated),
        ...(samples !== undefined && { samples }),
        counts: {
          ...counts,
          ...(checkpoint.leftOut !== undefined && { leftOutOfTraining: checkpoint.leftOut }),
          ...(checkpoint.rows !== undefined && { trainedRows: checkpoint.rows }),
        },
      });
      if (evaluated.length === 0) return;
      const won = evaluated.filter(({ success }) => success).length;
      const rate = ((100 * won) / evaluated.length).toFixed(1);
      progress.say(
        `seed ${seed} · ${method}${iteration ? ` · iteration ${iteration}` : ""}: ${rate} % of ${evaluated.length} held-out tasks`,
      );
    },
    inMode(mode) {
      const format = withMode(options.format, mode);
      return liveExperiment({ ...options, format, sampling: { ...options.sampling, mode } }, method, row);
    },
  };
}

/** The first one with the highest return; one that failed only if all did. */
function best(samples: readonly Trajectory[]): Trajectory {
  const worth = ({ outcome, return: earned }: Trajectory) =>
    outcome.kind === "failed" ? Number.NEGATIVE_INFINITY : earned;
  return samples.reduce((found, each) => (worth(each) > worth(found) ? each : found));
}

/** Snapshots at `forks`, each expert trajectory replayed once and verified on the way. */
async function takeSnapshots(
  benchmark: Benchmark,
  task: (id: TaskId) => Task,
  forks: readonly ProbePoint[],
): Promise<Snapshot[]> {
  const taken = new Map<string, Snapshot>();
  const environment = await openWorld(benchmark);
  try {
    for (const [trajectory, points] of Map.groupBy(forks, (fork) => fork.trajectory)) {
      const steps = points.map(({ step }) => step);
      const along = () => snapshotsAlong(environment, task(trajectory.taskId), trajectory, steps);
      // A process or a server that died is there again at the next reset. What breaks twice ends the run.
      const snapshots = await along().catch((error) => {
        if (!(error instanceof EnvironmentError)) throw error;
        return along();
      });
      for (const [index, step] of steps.entries()) taken.set(`${trajectory.id} ${step}`, snapshots[index]!);
    }
  } finally {
    await environment.close();
  }
  return forks.map(({ trajectory, step }) => taken.get(`${trajectory.id} ${step}`)!);
}
