/**
 * What a report counts, read from the store once: rounds by method, and of each trajectory only what is counted. The text of
 * trajectories is not read.
 */
import { StoreError } from "../core/errors.ts";
import type { TaskId, TrainingSetId, TrajectoryId } from "../core/ids.ts";
import { runNamed } from "../core/known-run.ts";
import { failureOf } from "../core/reasons.ts";
import type { Repository } from "../core/repository.ts";
import type { Round, Timing } from "../core/run.ts";
import type { TrajectorySummary } from "../core/summary.ts";
import type { Task } from "../core/task.ts";
import type { Example, Provenance, WeightedMessage } from "../core/training.ts";
import type { Fork } from "../core/trajectory.ts";

/** A task without its world's data. */
export type TaskHead = Omit<Task, "data">;

/** A trajectory without its text, and its task. */
export interface Episode extends Omit<TrajectorySummary, "taskId" | "outcome"> {
  /** One object for all episodes of the task, as `fork` is for all that left a trajectory before the same step. */
  readonly task: TaskHead;
  /** A boundary broke: counted, left out of success rates. */
  readonly failed: boolean;
  /** Why it failed; absent if it did not. */
  readonly failure?: string;
}

/** An example of `sft` is one conversation, a preference is two. */
export type Conversation = readonly WeightedMessage[];

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
  /** undefined if it is not stored. */
  find(id: TrajectoryId): Episode | undefined;
  /** Throws StoreError if it is not stored. */
  episode(id: TrajectoryId): Episode;
  /** The same list for the same list; equal ids give the same episode. */
  episodes(ids: readonly TrajectoryId[]): readonly Episode[];
  /** As they are stored. */
  rounds(run: string): readonly Round[];
  /** How long a round's work of one kind took, each time it was done or waited for, in milliseconds. */
  times(round: Round, phase: Timing["phase"]): readonly number[];
  /** Of a training set, in order, read one at a time. Throws StoreError if it is not stored. */
  conversations(id: TrainingSetId): Iterable<Conversation>;
  /** Trajectories that a training set learns from. Reads the set, unless all its conversations were read before. */
  learnedFrom(id: TrainingSetId): ReadonlySet<TrajectoryId>;
}

/** Throws CliError for a run that does not exist. */
export function materialOf(repository: Repository, runs: readonly string[]): Material {
  for (const run of runs) runNamed(repository, run);
  return materialFrom(repository, runs, episodesIn(repository, runs));
}

/** The same; whoever waits for it can do something else between two pages of trajectories. */
export function* materialInPieces(repository: Repository, runs: readonly string[]): Generator<void, Material, void> {
  for (const run of runs) runNamed(repository, run);
  const episodes = episodesIn(repository, runs);
  // Without rounds no trajectory is asked for here.
  if (runs.some((run) => repository.roundHeads(run).length > 0)) yield* episodes.read();
  return materialFrom(repository, runs, episodes);
}

function materialFrom(repository: Repository, runs: readonly string[], { find }: Episodes): Material {
  /** The one text of an id that is kept. */
  const kept = (id: TrajectoryId) => find(id)?.id ?? id;
  const rounds = remembered((run: string) => repository.rounds(run).map((round) => withIds(round, kept)));
  const learned = new Map<TrainingSetId, ReadonlySet<TrajectoryId>>();
  function* conversations(id: TrainingSetId): Generator<Conversation> {
    const examples = repository.examplesOf(id);
    if (!examples) throw new StoreError(`training set ${id} belongs to a round but is not stored`);
    const sources = new Set<TrajectoryId>();
    for (const example of examples) {
      for (const messages of conversationsOf(example)) {
        for (const source of sourcesOf(messages)) sources.add(kept(source));
        yield messages;
      }
    }
    learned.set(id, sources);
  }
  const episode = (id: TrajectoryId) => {
    const found = find(id);
    if (!found) throw new StoreError(`trajectory ${id} belongs to a round but is not stored`);
    return found;
  };
  const timings = remembered((run: string) =>
    Map.groupBy(repository.timings(run), ({ method, seed, iteration, phase }) =>
      JSON.stringify([method, seed, iteration, phase]),
    ),
  );
  return {
    repository,
    runs,
    methods: runs.flatMap((run) => methodsOf(rounds(run), run, runs.length > 1)),
    find,
    episode,
    episodes: rememberedList((ids) => ids.map(episode)),
    rounds: (run) => (runs.includes(run) ? rounds(run) : repository.rounds(run)),
    times({ run, method, seed, iteration }, phase) {
      const found = timings(run).get(JSON.stringify([method, seed, iteration, phase])) ?? [];
      return found.map(({ milliseconds }) => milliseconds);
    },
    conversations,
    learnedFrom(id) {
      if (!learned.has(id)) for (const _ of conversations(id));
      return learned.get(id)!;
    },
  };
}

/** Rounds name most trajectories several times: `kept` gives the one text of each id. */
function withIds(round: Round, kept: (id: TrajectoryId) => TrajectoryId): Round {
  const { expert, learnOnly, explored, probed, evaluated } = round;
  return {
    ...round,
    expert: expert.map(kept),
    ...(learnOnly && { learnOnly: learnOnly.map(kept) }),
    explored: explored.map(kept),
    probed: probed.map(kept),
    evaluated: evaluated.map(kept),
  };
}

/**
 * Which method finished first is chance where several run side by side, so the order follows from what they did: those
 * that explore nothing, then by rollouts, those that probe last.
 */
function methodsOf(all: readonly Round[], run: string, nameRun: boolean): Method[] {
  const byMethod = Map.groupBy(all, ({ method }) => method);
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

interface Episodes {
  /** Reads the runs' trajectories page by page; without it, the first `find` reads all of them. */
  read(): Iterable<void>;
  readonly find: Material["find"];
}

/** Summaries that are read at a time. */
const PAGE = 1_000;

/**
 * All trajectories of `runs` are read in the store's order when the first one is asked for: asked one by one in any other
 * order, the store would read its file many times over. Others (an expert's, of another run) are read as they are asked for.
 */
function episodesIn(repository: Repository, runs: readonly string[]): Episodes {
  const toEpisode = episodeMaker(repository);
  const known = new Map<TrajectoryId, Episode>();
  let isRead = false;
  function* read(): Generator<void, void, void> {
    if (isRead) return;
    for (const run of runs) {
      for (let after: TrajectoryId | undefined, isDone = false; !isDone; ) {
        const page = repository.summariesOf(run, { limit: PAGE, ...(after !== undefined && { after }) });
        for (const summary of page) if (!known.has(summary.id)) known.set(summary.id, toEpisode(summary));
        after = page.at(-1)?.id;
        isDone = page.length < PAGE;
        yield;
      }
    }
    isRead = true;
  }
  const find = (id: TrajectoryId) => {
    if (!isRead) for (const _ of read());
    const found = known.get(id);
    if (found) return found;
    const summary = repository.summary(id);
    if (!summary) return undefined;
    const episode = toEpisode(summary);
    known.set(id, episode);
    return episode;
  };
  return { read, find };
}

/** Many episodes are of one task and by one policy: each of these is kept once. */
function episodeMaker(repository: Repository): (summary: TrajectorySummary) => Episode {
  const policyKept = remembered((policy: string) => policy);
  const forksFrom = remembered((from: TrajectoryId) => remembered((step: number): Fork => ({ from, step })));
  const taskHead = remembered((id: TaskId): TaskHead => {
    const task = repository.task(id);
    if (!task) throw new StoreError(`task ${id} belongs to a trajectory but is not stored`);
    const { data: _, ...head } = task;
    return head;
  });
  return (summary) => {
    const { id, fork, length, ownSteps, promptTokens, completionTokens, success } = summary;
    const failure = failureOf(summary);
    return {
      id,
      task: taskHead(summary.taskId),
      policy: policyKept(summary.policy),
      fork: fork && forksFrom(fork.from)(fork.step),
      length,
      ownSteps,
      promptTokens,
      completionTokens,
      return: summary.return,
      success,
      failed: failure !== undefined,
      ...(failure !== undefined && { failure }),
    };
  };
}

function conversationsOf(example: Example): readonly Conversation[] {
  if ("messages" in example) return [example.messages];
  const { prompt, chosen, rejected } = example;
  const context = prompt.map((message) => ({ ...message, weight: 0 as const }));
  return [
    [...context, ...chosen],
    [...context, ...rejected],
  ];
}

/** Where a message says it comes from; undefined for context, and for a damaged message. */
export function provenanceOf(message: WeightedMessage): Provenance | undefined {
  return message.weight === 1 ? message.provenance : undefined;
}

const sourcesOf = (messages: Conversation): ReadonlySet<TrajectoryId> =>
  new Set(messages.flatMap((message) => provenanceOf(message)?.trajectory ?? []));

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

/** `compute`, done once for each list, as long as the list is there. */
function rememberedList<K, V>(compute: (list: readonly K[]) => V): (list: readonly K[]) => V {
  const known = new WeakMap<readonly K[], V>();
  return (list) => {
    const found = known.get(list);
    if (found !== undefined) return found;
    const value = compute(list);
    known.set(list, value);
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
