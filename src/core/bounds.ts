/**
 * How much work a config may ask for. A mistyped number (`probes: 1000000000`) is refused before anything starts, with the
 * reason, rather than found out when memory is full. Each bound is far above what anybody uses.
 */

/** The largest value of a number, and what it would cost to go beyond. */
export interface Bound {
  readonly most: number;
  /** Goes on the sentence `expected at most 10,000: …`. */
  readonly because: string;
}

const bound = (most: number, because: string): Bound => ({ most, because });

const PLAYED = "each of them is a whole episode to play and to store";
const READ = "no model reads that many tokens";

/** By what is counted. */
export const BOUNDS = {
  /** Rollouts of one task or one state in one iteration. */
  samples: bound(10_000, PLAYED),
  /** States probed along one trajectory. */
  probes: bound(10_000, "every failed run is played again from that many states"),
  iterations: bound(10_000, "each explores, trains and evaluates anew"),
  /** Entries of `seeds`. */
  seeds: bound(1_000, "each seed is a whole experiment"),
  /** "At most so many tasks." */
  tasks: bound(10_000_000, "tasks are listed in memory"),
  /** Tasks that a world makes up. */
  generatedTasks: bound(1_000_000, "all of them are made, and held in memory"),
  products: bound(10_000_000, "all of them are held in memory"),
  /** Steps of one episode. */
  maxSteps: bound(1_000_000, "an episode is held in memory, and every step is a call of the policy"),
  concurrency: bound(10_000, "each episode in flight has a world of its own"),
  parallel: bound(100, "each method in flight holds its rollouts and its student in memory"),
  processes: bound(1_000, "each is a process of this machine"),
  threads: bound(4_096, "no machine has more"),
  /** Of one answer. */
  maxTokens: bound(1_000_000, READ),
  /** Of one conversation. */
  context: bound(100_000_000, READ),
  /** Example episodes before each task. */
  examples: bound(1_000, "all of them stand in every conversation"),
  optimizerSteps: bound(10_000_000, "a training of that many steps would never end"),
  epochs: bound(10_000, "each reads the whole training set"),
  /** Examples in an optimiser step. */
  batch: bound(100_000, "the examples of a step are held in memory together"),
  loraRank: bound(16_384, "it is wider than any layer"),
  /** Of a student that is trained from scratch in this process. */
  width: bound(16_384, "such a student is not trained inside this process"),
  layers: bound(1_000, "such a student is not trained inside this process"),
  heads: bound(1_000, "such a student is not trained inside this process"),
  vocabulary: bound(1_000_000, "such a student is not trained inside this process"),
  /** Tokens of a conversation of such a student. */
  ownContext: bound(131_072, "what a student's attention holds in memory grows with the square"),
  /** Weights of such a student. */
  weights: bound(2 ** 28, "its training holds 16 bytes for each in memory"),
  practiceEpisodes: bound(10_000_000, "all of them are played and held in memory"),
  seconds: bound(86_400, "nobody waits longer than a day"),
  milliseconds: bound(86_400_000, "nobody waits longer than a day"),
  megabytes: bound(1_048_576, "no machine has more than a terabyte for it"),
  /** Episodes that one phase plays: tasks × samples. */
  episodes: bound(1_000_000, "they are held in memory until the next training set is chosen"),
} as const satisfies Readonly<Record<string, Bound>>;

/** What a schema's `max` takes. */
export const atMost = (what: keyof typeof BOUNDS): [most: number, problem: string] => {
  const { most, because } = BOUNDS[what];
  return [most, `expected at most ${most.toLocaleString("en-US")}: ${because}`];
};
