/**
 * Logs → a run of verified trajectories in the repository. Every episode is played again in the world it claims to
 * come from; what is stored is what the world said, and how that compares with the log.
 *
 * Nothing is stored unless every file can be read to its end. After that each episode is stored on its own: an import
 * that was killed and is started again finds what it has, does the rest, and ends with the same records.
 */
import { basename } from "node:path";
import type { Benchmark } from "../core/environment.ts";
import { CliError, EnvironmentError } from "../core/errors.ts";
import { fingerprint, type TaskId, type TrajectoryId } from "../core/ids.ts";
import type { Json } from "../core/json.ts";
import type { Repository } from "../core/repository.ts";
import type { Run, Verification } from "../core/run.ts";
import type { Task } from "../core/task.ts";
import type { Step, Trajectory } from "../core/trajectory.ts";
import { hashOf, readLines } from "./lines.ts";
import { type LoggedEpisode, type LogReader, readLog } from "./reader.ts";
import { type ImportSummary, type Place, startTally } from "./summary.ts";

export interface ImportOptions {
  /** The run's name. */
  readonly run: string;
  readonly reader: LogReader;
  readonly files: readonly string[];
  readonly benchmark: Benchmark;
  /** The benchmark's settings, without paths: stored with the run. */
  readonly environment: Json;
  readonly repository: Repository;
  /** Name of the expert; default: each file's name without its ending. */
  readonly expert?: string;
  /** Plays an episode again: it must answer with the world's own texts and rewards. Throws EnvironmentError. */
  replay(task: Task, recorded: Trajectory): Promise<Replayed>;
  onProgress?(done: number, total: number): void;
}

export interface Replayed {
  readonly trajectory: Trajectory;
  readonly verification: Verification;
}

/** Throws CliError for files that cannot be read, and for a run of this name with other settings or files. */
export async function importLogs(options: ImportOptions): Promise<ImportSummary> {
  const { reader, files, benchmark } = options;
  if (reader.benchmark !== benchmark.name) {
    throw new CliError(`${reader.name} logs are of ${reader.benchmark}, the environment is ${benchmark.name}`);
  }
  const run = await runOf(options);
  const total = await countLines(files);
  const tally = startTally(run.name);
  const sampleOf = counter();
  let done = 0;
  for (const file of files) {
    const policy = `expert/${options.expert ?? nameOf(file)}`;
    for await (const record of readLog(reader, file)) {
      options.onProgress?.(done++, total);
      const place: Place = { file, line: record.line };
      if (record.kind === "malformed") {
        tally.malformed(place, record.problem);
        continue;
      }
      const { episode } = record;
      tally.episode(episode);
      const task = await taskOf(benchmark, episode);
      if (!task) {
        tally.unknownTask(place, episode.taskKey);
        continue;
      }
      const sample = sampleOf(`${policy} ${task.id}`);
      const id = fingerprint({ run: run.name, policy, task: task.id, fork: null, sample }) as TrajectoryId;
      const recorded = asTrajectory(id, task, policy, episode);
      try {
        const { isNew, ...replayed } = await replayedOnce(options, run, task, recorded);
        tally.replayed({ place, episode, isNew, ...replayed });
      } catch (error) {
        // The world broke, which says nothing about the log: not stored, so that importing again tries again.
        if (!(error instanceof EnvironmentError)) throw error;
        tally.broken(place, error.message);
      }
    }
  }
  options.onProgress?.(done, total);
  return tally.summary();
}

/** What the store has of this episode, or else a replay, which is then stored. */
async function replayedOnce(
  { repository, replay }: ImportOptions,
  run: Run,
  task: Task,
  recorded: Trajectory,
): Promise<Replayed & { readonly isNew: boolean }> {
  repository.addRun(run);
  const trajectory = repository.trajectory(recorded.id);
  const verification = repository.verification(recorded.id);
  if (trajectory && verification) return { trajectory, verification, isNew: false };
  const replayed = await replay(task, recorded);
  repository.addTask(task);
  repository.addTrajectory(run.name, replayed.trajectory);
  repository.addVerification(replayed.verification);
  return { ...replayed, isNew: true };
}

/** Counts how often it was asked before with the same key. */
function counter(): (key: string) => number {
  const counts = new Map<string, number>();
  return (key) => {
    const count = counts.get(key) ?? 0;
    counts.set(key, count + 1);
    return count;
  };
}

/** The files are part of the settings: other logs are another run. */
async function runOf(options: ImportOptions): Promise<Run> {
  const { reader, files, benchmark, environment, expert } = options;
  const hashes = await Promise.all(files.map(hashOf));
  const twice = hashes.findIndex((hash, index) => hashes.indexOf(hash) < index);
  if (twice >= 0) throw new CliError(`${files[twice]}: the same log as ${files[hashes.indexOf(hashes[twice]!)]}`);
  const config = {
    environment,
    // The same environment with other rules (an older release's, say) is told apart by what it tells a policy.
    instructions: fingerprint(benchmark.instructions),
    format: reader.name,
    expert: expert ?? null,
    files: files.map((file, index) => ({ name: basename(file), sha256: hashes[index]! })),
  };
  return { name: options.run, kind: "import", config };
}

/** Reads every file to its end, so that a damaged one is found before anything is stored. */
async function countLines(files: readonly string[]): Promise<number> {
  let count = 0;
  for (const file of files) for await (const _line of readLines(file)) count++;
  return count;
}

const nameOf = (file: string) =>
  basename(file)
    .replace(/\.gz$/, "")
    .replace(/\.jsonl?$/, "");

/**
 * The benchmark's task of the name that the log gives, wherever it lies (`train` first). Its instruction is a part of
 * a task's identity: where the log words the goal differently, it is another task in the same world.
 */
async function taskOf(benchmark: Benchmark, episode: LoggedEpisode): Promise<Task | undefined> {
  const splits = [...benchmark.splits].sort((a, b) => Number(b === "train") - Number(a === "train"));
  for (const split of splits) {
    const game = await taskOrNone(benchmark, `${benchmark.name}/${split}/${episode.taskKey}` as TaskId);
    if (!game) continue;
    if (game.instruction === episode.instruction) return game;
    const id = `${game.id}#${fingerprint(episode.instruction)}` as TaskId;
    return { ...game, id, instruction: episode.instruction };
  }
  return undefined;
}

async function taskOrNone(benchmark: Benchmark, id: TaskId): Promise<Task | undefined> {
  try {
    return await benchmark.task(id);
  } catch (error) {
    if (error instanceof CliError) return undefined;
    throw error;
  }
}

/** What the log claims, as a trajectory. Rewards and ending are not known yet: the replay finds them. */
function asTrajectory(id: TrajectoryId, task: Task, policy: string, episode: LoggedEpisode): Trajectory {
  const steps = episode.steps.map(({ thought, action, completion }, index): Step => {
    // Only the last answer may be missing, so there is one before every action.
    const observation = index === 0 ? episode.firstObservation : episode.steps[index - 1]!.observation!;
    return { observation, thought, action, completion, reward: 0, usage: null };
  });
  return {
    id,
    taskId: task.id,
    policy,
    seed: 0,
    fork: null,
    steps,
    finalObservation: episode.steps.at(-1)?.observation ?? "",
    return: 0,
    success: false,
    outcome: { kind: "truncated", limit: "steps" },
  };
}
