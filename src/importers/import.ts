/**
 * Logs → a run of verified trajectories in the repository. Every episode is played again in the world it claims to
 * come from; what is stored is what the world said, and how that compares with the log. Where it cannot be played
 * again (the environment does not have its task, the log leaves out what would be compared), the log's own word is
 * stored and marked as such.
 *
 * Nothing is stored unless every file can be read to its end. After that episodes are stored as they are judged, some at a
 * time: an import that was killed and is started again finds what it has, does the rest, and ends with the same records.
 */
import { createHash, hash } from "node:crypto";
import { basename } from "node:path";
import type { Benchmark } from "../core/environment.ts";
import { CliError, EnvironmentError } from "../core/errors.ts";
import { fingerprint, type TrajectoryId } from "../core/ids.ts";
import type { Json } from "../core/json.ts";
import type { Repository } from "../core/repository.ts";
import type { Run, Verification } from "../core/run.ts";
import type { Task } from "../core/task.ts";
import type { Trajectory } from "../core/trajectory.ts";
import { hashOf } from "../files/file.ts";
import { asLogged, asTrajectory, untoldOf } from "./claimed.ts";
import { type Kept, keptIn } from "./kept.ts";
import { type LoggedEpisode, type LogReader, readLog, type Survey, surveyOf } from "./reader.ts";
import type { Place } from "./reasons.ts";
import { type ImportSummary, startTally } from "./summary.ts";
import { type FoundTask, taskFinder } from "./tasks.ts";
import { templateAdvice } from "./templates.ts";
import { bestCandidate, MAX_CANDIDATES, type Replayed } from "./trial.ts";

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
  /**
   * Plays an episode again: it must answer with the world's own texts and rewards. `untold`: where the log does not tell what
   * was seen (`untoldOf`). Throws EnvironmentError.
   */
  replay(task: Task, recorded: Trajectory, untold: ReadonlySet<number>): Promise<Replayed>;
  onProgress?(done: number, total: number): void;
}

/** Throws CliError for files that cannot be read, and for a run of this name with other settings or files. */
export async function importLogs(options: ImportOptions): Promise<ImportSummary> {
  const { reader, benchmark } = options;
  if (reader.benchmark !== benchmark.name) {
    throw new CliError(`${reader.name} logs are of ${reader.benchmark}, but the environment is ${benchmark.name}`);
  }
  const run = await runOf(options);
  const kept = keptIn(options.repository, run);
  try {
    return await importInto(kept, run, options);
  } finally {
    await kept.end();
  }
}

async function importInto(store: Kept, run: Run, options: ImportOptions): Promise<ImportSummary> {
  const { reader, files, benchmark } = options;
  const surveys = await surveysOf(reader, files);
  const total = surveys.reduce((sum, { count }) => sum + count, 0);
  const tally = startTally(
    run.name,
    files.filter((_, index) => surveys[index]!.count === 0),
  );
  const findTask = taskFinder(benchmark, reader);
  /** How many episodes there were of each task by each policy. */
  const samples = new Map<number, number>();
  let done = 0;
  for (const [index, file] of files.entries()) {
    const policy = `expert/${options.expert ?? nameOf(file)}`;
    for await (const logged of readLog(reader, file, surveys[index]!.records())) {
      // A record may have several rows.
      if (!logged.part) options.onProgress?.(done++, total);
      const { line, record } = logged;
      const place: Place = { file, line, ...(record !== undefined && { record }) };
      if (logged.kind === "malformed") {
        tally.malformed(place, logged.problem);
        continue;
      }
      const found = await findTask(logged.episode).catch(brokenWorld);
      const episode = found.kind === "playable" ? found.episode : logged.episode;
      tally.episode(episode);
      if (found.kind === "broken") {
        tally.broken(place, found.error);
        continue;
      }
      if (found.kind === "unusable") {
        tally.unknownTask(place, found.name, found.problem);
        continue;
      }
      // Where tasks are tried, one that breaks must not shift the numbers of the others: the episode itself is in the key.
      const steps = found.kind === "playable" && found.others.length > 0 ? fingerprint(episode.steps) : undefined;
      const attempt = (task: Task) => {
        const key = shortKey(`${policy} ${task.id} ${steps}`);
        const sample = samples.get(key) ?? 0;
        const id = fingerprint({ run: run.name, policy, task: task.id, fork: null, sample, steps }) as TrajectoryId;
        const recorded = asTrajectory(id, task, policy, episode);
        const judge = async () =>
          found.kind === "playable"
            ? options.replay(task, recorded, untoldOf(episode))
            : asLogged(recorded, episode, benchmark, found.reason);
        return { task, id, judge, take: () => void samples.set(key, sample + 1) };
      };
      try {
        const { task, id, judge, take } = await chosen(found, attempt, options.repository);
        take();
        const kept = await keptOnce(store, task, id, judge);
        tally.kept({
          place,
          episode,
          task,
          ...kept,
          advice: adviceOn(reader, benchmark, task, found, episode, kept.verification),
        });
      } catch (error) {
        tally.broken(place, brokenWorld(error).error);
      }
    }
  }
  options.onProgress?.(done, total);
  return tally.summary();
}

/**
 * 52 bits: a million texts would take most of an import's memory. Two of one key share their count, and no harm comes of it:
 * what is counted is a part of an id that has the whole text in it.
 */
const shortKey = (text: string) => Number.parseInt(hash("sha256", text).slice(0, 13), 16);

/** The world broke, which says nothing about the log: not stored, so that importing again tries again. Throws other errors. */
function brokenWorld(error: unknown): { readonly kind: "broken"; readonly error: string } {
  if (!(error instanceof EnvironmentError)) throw error;
  return { kind: "broken", error: error.message };
}

/** One way of taking an episode: as one of this task. */
interface Attempt {
  readonly task: Task;
  readonly id: TrajectoryId;
  judge(): Promise<Replayed>;
  /** Counts it: the next episode of the same task is another sample. */
  take(): void;
}

/** The task that the episode is of: where several have its goal, the one whose replay agrees with it. */
async function chosen(found: Findable, attempt: (task: Task) => Attempt, repository: Repository): Promise<Attempt> {
  if (found.kind === "unreplayable" || found.others.length === 0) return attempt(found.task);
  const attempts = [found.task, ...found.others].slice(0, MAX_CANDIDATES).map(attempt);
  const earlier = attempts.find(({ id }) => repository.verification(id));
  if (earlier) return earlier;
  const { candidate, replayed } = await bestCandidate(attempts, ({ judge }) => judge());
  return { ...candidate, judge: async () => replayed };
}

/** What the store has of this episode, or else what `judge` finds, which is then stored. */
async function keptOnce(
  store: Kept,
  task: Task,
  id: TrajectoryId,
  judge: () => Promise<Replayed>,
): Promise<Replayed & { readonly isNew: boolean }> {
  const stored = store.stored(id);
  if (stored) return { ...stored, isNew: false };
  const judged = await judge();
  await store.add(task, judged);
  return { ...judged, isNew: true };
}

function adviceOn(
  { advice }: LogReader,
  { instructions: rules }: Benchmark,
  task: Task,
  found: Findable,
  log: LoggedEpisode,
  verification: Verification,
): string | undefined {
  if (verification.kind !== "diverged" || found.kind !== "playable") return undefined;
  const { step, expected, got } = verification;
  const difference = { step, expected, got, log, instruction: task.instruction, rules };
  return templateAdvice(difference) ?? advice?.(difference);
}

type Findable = Exclude<FoundTask, { kind: "unusable" }>;

/** The files are part of the settings: other logs are another run. */
async function runOf(options: ImportOptions): Promise<Run> {
  const { reader, files, benchmark, environment, expert } = options;
  const hashes = await hashesOf(files);
  const config = {
    environment,
    // The same environment with other rules (an older release's, say) is told apart by what it tells a policy.
    instructions: fingerprint(benchmark.instructions),
    ...(benchmark.tools && { tools: fingerprint(benchmark.tools) }),
    format: reader.name,
    ...(reader.options && { reading: reader.options }),
    expert: expert ?? null,
    files: files.map((file, index) => ({ name: basename(file), sha256: hashes[index]! })),
    ...(benchmark.notes && { notes: benchmark.notes }),
  };
  return { name: options.run, kind: "import", config };
}

/** One after the other: a folder may have more files than can be open at once. Throws CliError for two of one content. */
async function hashesOf(files: readonly string[]): Promise<string[]> {
  const firstOf = new Map<string, string>();
  const hashes: string[] = [];
  for (const file of files) {
    const hash = await hashOf(file);
    const first = firstOf.get(hash);
    // Empty files have no episode that could be taken twice.
    if (first !== undefined && hash !== HASH_OF_NOTHING)
      throw new CliError(`${file}: has the same content as ${first}, expected different logs`);
    firstOf.set(hash, file);
    hashes.push(hash);
  }
  return hashes;
}

const HASH_OF_NOTHING = createHash("sha256").digest("hex");

/** Reads every file to its end, so that a damaged one is found before anything is stored. */
async function surveysOf(reader: LogReader, files: readonly string[]): Promise<Survey[]> {
  const surveys: Survey[] = [];
  for (const file of files) surveys.push(await surveyOf(reader, file));
  return surveys;
}

const nameOf = (file: string) =>
  basename(file)
    .replace(/\.gz$/, "")
    .replace(/\.(?:jsonl?|eval)$/, "");
