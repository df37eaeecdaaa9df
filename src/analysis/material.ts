/** What a report counts, read from the store once: rounds by method, and of each trajectory only what is counted. */
import { CliError, StoreError } from "../core/errors.ts";
import type { TrainingSetId, TrajectoryId } from "../core/ids.ts";
import { failureOf } from "../core/reasons.ts";
import type { Repository } from "../core/repository.ts";
import type { Round, Timing } from "../core/run.ts";
import type { Task } from "../core/task.ts";
import type { Provenance, TrainingSet, WeightedMessage } from "../core/training.ts";
import type { Fork } from "../core/trajectory.ts";

/** A trajectory without its text. */
export interface Episode {
  readonly id: TrajectoryId;
  readonly task: Task;
  readonly policy: string;
  readonly fork: Fork | null;
  /** Steps from the task's start. */
  readonly length: number;
  /** Steps that its policy took itself. */
  readonly ownSteps: number;
  /** Of the own steps; null if no model acted. */
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
  readonly return: number;
  readonly success: boolean;
  /** A boundary broke: counted, left out of success rates. */
  readonly failed: boolean;
  /** Why it failed; absent if it did not. */
  readonly failure?: string;
}

/** A row of the report: one method of one run, with the rounds of all its seeds. */
export interface Method {
  readonly run: string;
  readonly method: string;
  /** The method's name; with the run's where several runs are reported. */
  readonly label: string;
  /** By seed, then iteration. */
  readonly rounds: readonly Round[];
}

export interface Material {
  readonly repository: Repository;
  readonly runs: readonly string[];
  /** By run as they were named, then from the one that explores least to the one that explores most. */
  readonly methods: readonly Method[];
  /** Throws StoreError if it is not stored. */
  episode(id: TrajectoryId): Episode;
  episodes(ids: readonly TrajectoryId[]): Episode[];
  timings(run: string): readonly Timing[];
  /** Throws StoreError if it is not stored. */
  trainingSet(id: TrainingSetId): TrainingSet;
  /** Trajectories that a training set learns from. */
  learnedFrom(id: TrainingSetId): ReadonlySet<TrajectoryId>;
}

/** Throws CliError for a run that does not exist. */
export function materialOf(repository: Repository, runs: readonly string[]): Material {
  const known = repository.runs().map(({ name }) => name);
  for (const run of runs) {
    if (!known.includes(run)) throw new CliError(`there is no run "${run}"; known: ${known.join(", ") || "none"}`);
  }
  const trainingSet = (id: TrainingSetId) => {
    const set = repository.trainingSet(id);
    if (!set) throw new StoreError(`training set ${id} belongs to a round but is not stored`);
    return set;
  };
  const episode = remembered((id: TrajectoryId) => readEpisode(repository, id));
  return {
    repository,
    runs,
    methods: runs.flatMap((run) => methodsOf(repository, run, runs.length > 1)),
    episode,
    episodes: (ids) => ids.map(episode),
    timings: remembered((run: string) => repository.timings(run)),
    trainingSet,
    learnedFrom: remembered((id: TrainingSetId) => sourcesOf(trainingSet(id))),
  };
}

/**
 * Which method finished first is chance where several run side by side, so the order follows from what they did: those
 * that explore nothing, then by rollouts, those that probe last.
 */
function methodsOf(repository: Repository, run: string, nameRun: boolean): Method[] {
  const byMethod = Map.groupBy(repository.rounds(run), ({ method }) => method);
  const rolloutsOf = (rounds: readonly Round[], kind: "explored" | "probed") =>
    Math.max(...rounds.map((round) => round[kind].length));
  return [...byMethod]
    .map(([method, rounds]) => ({ run, method, label: nameRun ? `${run}: ${method}` : method, rounds }))
    .map((method) => ({
      method,
      explored: rolloutsOf(method.rounds, "explored"),
      probed: rolloutsOf(method.rounds, "probed"),
    }))
    .sort((a, b) => a.probed - b.probed || a.explored - b.explored || (a.method.label < b.method.label ? -1 : 1))
    .map(({ method }) => method);
}

function readEpisode(repository: Repository, id: TrajectoryId): Episode {
  const trajectory = repository.trajectory(id);
  const task = trajectory && repository.task(trajectory.taskId);
  if (!trajectory || !task) throw new StoreError(`trajectory ${id} or its task belongs to a round but is not stored`);
  const own = trajectory.steps.slice(trajectory.fork?.step ?? 0);
  const usages = own.flatMap(({ usage }) => (usage ? [usage] : []));
  const tokens = (key: "promptTokens" | "completionTokens") =>
    usages.length === 0 ? null : usages.reduce((sum, usage) => sum + usage[key], 0);
  const failure = failureOf(trajectory);
  return {
    id,
    task,
    policy: trajectory.policy,
    fork: trajectory.fork,
    length: trajectory.steps.length,
    ownSteps: own.length,
    promptTokens: tokens("promptTokens"),
    completionTokens: tokens("completionTokens"),
    return: trajectory.return,
    success: trajectory.success,
    failed: failure !== undefined,
    ...(failure !== undefined && { failure }),
  };
}

/** A training set as conversations: an example of `sft` is one, a preference is two. */
export function conversationsOf(set: TrainingSet): (readonly WeightedMessage[])[] {
  if (set.kind === "sft") return set.examples.map(({ messages }) => messages);
  return set.examples.flatMap(({ prompt, chosen, rejected }) => {
    const context = prompt.map((message) => ({ ...message, weight: 0 as const }));
    return [
      [...context, ...chosen],
      [...context, ...rejected],
    ];
  });
}

/** Where a message says it comes from; undefined for context, and for a damaged message. */
export function provenanceOf(message: WeightedMessage): Provenance | undefined {
  return message.weight === 1 ? message.provenance : undefined;
}

function sourcesOf(set: TrainingSet): ReadonlySet<TrajectoryId> {
  const sources = conversationsOf(set).flatMap((messages) =>
    messages.flatMap((message) => provenanceOf(message)?.trajectory ?? []),
  );
  return new Set(sources);
}

/** `compute`, done once for each key; results are kept as long as the function is. */
export function remembered<K, V>(compute: (key: K) => V): (key: K) => V {
  const known = new Map<K, V>();
  return (key) => {
    const found = known.get(key);
    if (found !== undefined) return found;
    const value = compute(key);
    known.set(key, value);
    return value;
  };
}

/** Mean; null of nothing. */
export function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Each of `items` once, in order of first appearance. */
export function distinct<T>(items: Iterable<T>): T[] {
  return [...new Set(items)];
}
