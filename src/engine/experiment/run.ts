/**
 * A whole experiment: for every seed the expert, the base student, behaviour cloning, then each method. Read top to
 * bottom, this is what `gleaner run` does. Everything is found again in the store when it is started a second time.
 */

import type { Benchmark } from "../../core/environment.ts";
import { CliError } from "../../core/errors.ts";
import type { Message, Policy } from "../../core/policy.ts";
import type { Repository } from "../../core/repository.ts";
import type { Task } from "../../core/task.ts";
import type { Checkpoint } from "../../core/training.ts";
import type { Trajectory } from "../../core/trajectory.ts";
import { demonstration } from "../../formats/demonstration.ts";
import { type ExampleEpisode, withExamples } from "../../formats/few-shot.ts";
import { type Format, formatId } from "../../formats/format.ts";
import { formatFor } from "../../formats/named.ts";
import { verbatim } from "../../formats/verbatim.ts";
import { kindOf } from "../../students/kinds.ts";
import type { Sampling, Student } from "../../students/student.ts";
import { bc } from "../algorithms/bc.ts";
import { methodLabel, methodOf } from "../algorithms/methods.ts";
import { wins } from "../algorithms/solutions.ts";
import { concurrently } from "../rollout/concurrent.ts";
import { type ExperimentConfig, expertSources, type ScriptedSource } from "./config.ts";
import { chosenExamples } from "./examples.ts";
import { byPolicy, checked, recordings, withoutHeldOut } from "./expert.ts";
import { type LiveOptions, liveExperiment, trainOnce } from "./live.ts";
import type { Progress } from "./progress.ts";

/** What a config's names became. */
export interface Parts {
  readonly repository: Repository;
  /** The benchmark of a seed: worlds that generate their tasks generate others for each. */
  readonly benchmark: (seed: number) => Promise<Benchmark>;
  /** The noisy expert of a source with `scripted`. */
  readonly scriptedExpert: (benchmark: Benchmark, seed: number, source: ScriptedSource) => Policy;
  readonly student: Student;
  readonly progress: Progress;
}

export async function runExperiment(config: ExperimentConfig, parts: Parts): Promise<void> {
  for (const seed of config.seeds) await runSeed(config, parts, seed);
}

async function runSeed(config: ExperimentConfig, parts: Parts, seed: number): Promise<void> {
  const live = await prepareSeed(config, parts, seed);
  const start = await bc(liveExperiment(live, "BC", 0));
  await concurrently({
    items: config.methods.map((method, index) => ({ method, row: index + 1 })),
    limit: config.parallel,
    open: async () => ({ close: async () => {} }),
    work: ({ method, row }) =>
      methodOf(method).run(liveExperiment(live, methodLabel(method), row), start, method, {
        world: config.environment.name,
        learningRate: config.training.learningRate,
      }),
  });
}

/** What every method of a seed starts from: the expert's trajectories, the training tasks and the base student. */
export async function prepareSeed(config: ExperimentConfig, parts: Parts, seed: number): Promise<LiveOptions> {
  const { repository, progress, student } = parts;
  const benchmark = await parts.benchmark(seed);
  const heldOut = await heldOutTasks(config, benchmark);
  const recorded = await expertAndTasks(config, parts, { benchmark, seed, heldOut });
  const wanted = "examples" in config ? config.examples : undefined;
  const shown = chosenExamples(wanted, { repository, expert: recorded.expert, heldOut });
  for (const { task } of shown) progress.say(`seed ${seed} · shown as an example, so not trained on: ${task.id}`);
  const { expert, tasks, learnOnly } = withoutTasks(recorded, shown);
  const format = formatOf(config, benchmark, shown);
  const shared = { run: config.run, seed, repository, progress, trainings: new Map<string, Promise<Checkpoint>>() };
  const base = await baseCheckpoint(config, student, { ...shared, benchmark, format, expert, tasks, learnOnly });
  return {
    ...shared,
    benchmark,
    format,
    student,
    sampling: samplingOf(config, format),
    temperature: config.temperature,
    tasks: [...tasks.values()],
    heldOut,
    expert,
    learnOnly,
    base,
    concurrency: config.concurrency,
    underWay: new Map(),
  };
}

/** A student that knows how to write reads and learns its own words as it wrote them. */
function formatOf(config: ExperimentConfig, benchmark: Benchmark, examples: readonly ExampleEpisode[]): Format {
  const format = withExamples(formatFor(config.format, benchmark), examples);
  return kindOf(config).writesFreely ? verbatim(format) : format;
}

function samplingOf(config: ExperimentConfig, format: Format): Sampling {
  const { restrict, maxTokens } = config;
  return { format: formatId(format), restrict, maxTokens, ...kindOf(config).sampling(config) };
}

/** What the experts recorded. */
interface Recorded {
  /** Confirmed by replay, and the tasks they are of: the training tasks. */
  readonly expert: readonly Trajectory[];
  readonly tasks: ReadonlyMap<string, Task>;
  readonly learnOnly: LiveOptions["learnOnly"];
}

function withoutTasks({ expert, tasks, learnOnly }: Recorded, shown: readonly ExampleEpisode[]): Recorded {
  const ids = new Set<string>(shown.map(({ task }) => task.id));
  const left = new Map([...tasks].filter(([id]) => !ids.has(id)));
  if (left.size === 0 && tasks.size > 0) throw new CliError("examples: no training task is left; show fewer");
  return {
    expert: expert.filter(({ taskId }) => !ids.has(taskId)),
    tasks: left,
    learnOnly: learnOnly.filter(({ task }) => !ids.has(task.id)),
  };
}

async function expertAndTasks(
  config: ExperimentConfig,
  parts: Parts,
  { benchmark, seed, heldOut }: { benchmark: Benchmark; seed: number; heldOut: readonly Task[] },
): Promise<Recorded> {
  const { repository, progress } = parts;
  const played = await recordings(expertSources(config), {
    run: config.run,
    repository,
    benchmark,
    scripted: (source) => parts.scriptedExpert(benchmark, seed, source),
    trainTasks: config.trainTasks,
    concurrency: config.concurrency,
    progress,
    seed,
  });
  const stored = (trajectory: Trajectory): Task => {
    const task = repository.task(trajectory.taskId);
    if (!task) throw new Error(`task ${trajectory.taskId} of ${trajectory.id} is not in the store`);
    return task;
  };
  const { verified, unreplayable } = await checked({ repository, benchmark, progress }, stored, played);
  const ids = [...new Set(verified.map(({ taskId }) => taskId))].slice(0, config.trainTasks);
  const expert = verified.filter(({ taskId }) => ids.includes(taskId));
  const tasks = new Map(expert.map((trajectory) => [trajectory.taskId as string, stored(trajectory)]));
  const imitated = unreplayable.map((trajectory) => ({ trajectory, task: stored(trajectory) }));
  const learnOnly = withoutHeldOut(imitated, heldOut);
  const left = imitated.length - learnOnly.length;
  if (left > 0)
    progress.say(`left out, being of held-out tasks: ${left} of the expert trajectories that cannot be replayed`);
  expectTrainingTasks(config, tasks.size);
  const won = wins(expert).length;
  const claimed = wins(learnOnly.map(({ trajectory }) => trajectory)).length;
  for (const [name, episodes] of byPolicy(expert)) {
    const played = new Set(episodes.map(({ taskId }) => taskId)).size;
    progress.say(
      `seed ${seed} · ${name}: won ${wins(episodes).length} of ${episodes.length} episodes on ${played} tasks`,
    );
  }
  if (learnOnly.length > 0) {
    const wonByLog = `${claimed} won by their log`;
    progress.say(`seed ${seed} · ${learnOnly.length} more cannot be replayed (${wonByLog}): examples to imitate only`);
    if (config.format === "compact")
      progress.say("format compact renders the world's own pages; logs that word them otherwise need text or react");
  }
  if (won + claimed === 0)
    progress.say("the expert never won: behaviour cloning has nothing to imitate, the base student explores");
  return { expert, tasks, learnOnly };
}

/** Imitation alone needs no task to act on. */
function expectTrainingTasks(config: ExperimentConfig, tasks: number): void {
  const exploring = config.methods.filter((method) => methodOf(method).explores(method)).map(methodLabel);
  const runs = expertSources(config).flatMap((source) => ("run" in source ? [`"${source.run}"`] : []));
  if (tasks > 0 || exploring.length === 0 || runs.length === 0) return;
  throw new CliError(
    `expert.run: no trajectory of run ${runs.join(", ")} can be replayed, so ${exploring.join(", ")} would have no task ` +
      "to explore; only behaviour cloning, sft-all and nat can learn from it",
  );
}

async function heldOutTasks(config: ExperimentConfig, benchmark: Benchmark): Promise<Task[]> {
  const splits = config.evaluate?.splits ?? benchmark.splits.filter((split) => split === "test").slice(0, 1);
  if (splits.length === 0) {
    throw new CliError(
      `evaluate.splits: ${benchmark.name} has no split "test"; name one of ${benchmark.splits.join(", ")}`,
    );
  }
  const bySplit = await Promise.all(splits.map((split) => benchmark.tasks(split)));
  return bySplit.flatMap((tasks) => tasks.slice(0, config.evaluate?.tasks));
}

/** The student every training starts from: initialised by the seed, then trained on practice episodes if asked for. */
async function baseCheckpoint(
  config: ExperimentConfig,
  student: Student,
  options: Pick<
    LiveOptions,
    "run" | "seed" | "repository" | "progress" | "trainings" | "benchmark" | "format" | "expert" | "learnOnly"
  > & {
    readonly tasks: ReadonlyMap<string, Task>;
  },
): Promise<Checkpoint> {
  const { seed, repository, progress, benchmark, format, expert, tasks, learnOnly } = options;
  const practiceEpisodes = kindOf(config).practiceEpisodes?.(config) ?? 0;
  if (practiceEpisodes > 0 && !benchmark.practice) {
    throw new CliError(`student.practice.episodes: ${benchmark.name} offers no practice episodes`);
  }
  if (practiceEpisodes > 0) progress.say(`seed ${seed} · base phase: ${practiceEpisodes} episodes of random play`);
  const episodes = practiceEpisodes > 0 ? await benchmark.practice!(practiceEpisodes, seed) : [];
  const practised = episodes.map(({ task, trajectory }) => example(format, task, trajectory, "practice"));
  const material = [
    ...expert.map((each) => example(format, tasks.get(each.taskId)!, each, "vocabulary")),
    ...learnOnly.map(({ task, trajectory }) => example(format, task, trajectory, "vocabulary")),
    ...practised,
  ];
  const initial = await student.initial(
    seed,
    material.flatMap(({ messages }): Message[] => [...messages]),
  );
  repository.addCheckpoint(initial);
  if (practised.length === 0) return initial;
  const set = { kind: "sft", examples: practised } as const;
  return trainOnce(options, student.practiceTrainer, { set, from: initial, label: `seed ${seed} · base phase` });
}

function example(format: Format, task: Task, trajectory: Trajectory, reason: string) {
  return demonstration({ format, task, trajectory, learnFrom: 0, reason });
}
