/** A report: everything an experiment says about its methods, as plain data. Rendering it is another matter. */
import { CliError } from "../core/errors.ts";
import type { TrajectoryId } from "../core/ids.ts";
import { type CountedReason, countedReasons } from "../core/reasons.ts";
import type { Repository } from "../core/repository.ts";
import { datasetOf, type Round, type Run } from "../core/run.ts";
import { type Answer, answersOf } from "./answer.ts";
import { type Cost, costOf, type RelativeCost, relativeCost, trainingTimes } from "./cost.ts";
import { type Flips, flipsOf } from "./flips.ts";
import { type Leakage, leakageOf, type Render } from "./leakage.ts";
import {
  coverageOf,
  meanCounts,
  type Solved,
  solvedOf,
  totalYield,
  trainingTasksOf,
  type Unsolved,
  unsolvedOf,
  type Yield,
  yieldOf,
} from "./learning.ts";
import { distinct, type Episode, type Material, type Method, materialOf, sum } from "./material.ts";
import { type Money, moneyOf, type Prices } from "./money.ts";
import { type ProbeCurve, probeCurve } from "./probes.ts";
import { type Ran, ranOf } from "./ran.ts";
import { roleOf } from "./roles.ts";
import { type Actor, type Skill, type SkillOf, skillsOf } from "./skills.ts";
import { INTERVAL } from "./statistics.ts";
import { type SubjectReport, subjectReport } from "./subjects.ts";
import {
  type Difference,
  evaluatedIn,
  type Group,
  type GroupedEvaluation,
  grouped,
  naturally,
  pairedDifference,
} from "./success.ts";

export interface Report {
  readonly kind: "report";
  readonly runs: readonly string[];
  /** What the figures below come to: one for each run that holds methods, else one about what was recorded. */
  readonly answers: readonly Answer[];
  /** What was run, by run. */
  readonly ran: readonly Ran[];
  /** What the worlds say about themselves: rules in force that change results. */
  readonly worlds: readonly string[];
  /** Guarantees that the servers of served students did not give. */
  readonly servers: readonly string[];
  /** Level and number of draws of every interval. */
  readonly interval: { readonly level: number; readonly resamples: number };
  /** Of the held-out tasks. */
  readonly splits: readonly string[];
  readonly categories: readonly string[];
  readonly experts: readonly ExpertReport[];
  /** The expert trajectories that nobody can replay, by policy: whether they were won is their log's word. */
  readonly unreplayable: readonly { readonly policy: string; readonly trajectories: number; readonly won: number }[];
  readonly methods: readonly MethodReport[];
  /** Why episodes of the experts and of the methods failed, the most frequent reason first. */
  readonly failures: readonly CountedReason[];
  /** Every pair of methods, each at its last iteration. */
  readonly differences: readonly MethodDifference[];
  /** Each method at its last iteration; empty where tasks name no subjects. */
  readonly subjects: readonly SubjectReport[];
  /** Kinds of action, of the experts and of each method's held-out episodes after its last iteration. */
  readonly skills: readonly Skill[];
  readonly unsolved: Unsolved;
  readonly leakage: Leakage;
  /** What every amount of money follows from; null if no prices were given. */
  readonly prices: Prices | null;
}

/** Who demonstrated. Measured on training tasks, so not to be compared with the methods. */
export interface ExpertReport {
  readonly policy: string;
  readonly trajectories: number;
  readonly environmentSteps: number;
  readonly evaluation: GroupedEvaluation;
  /** Share of the tasks it played that it won at least once. */
  readonly coverage: number | null;
}

export interface MethodReport {
  readonly run: string;
  readonly method: string;
  readonly label: string;
  /** Evaluated by the best of so many samples a task, an upper bound; null: by one greedy rollout. */
  readonly bestOf: number | null;
  readonly iterations: readonly IterationReport[];
  /** Share of training tasks that the expert alone had won, as the method's seeds saw it. */
  readonly coverageAtStart: number | null;
  /** Rollouts of each kind, and how many of them the method's training sets learned from. */
  readonly yield: { readonly explored: Yield; readonly probed: Yield; readonly total: Yield };
  readonly probes: ProbeCurve | null;
  /** null if no state was tried more than once. */
  readonly flips: Flips | null;
}

export interface IterationReport {
  readonly iteration: number;
  /** Seeds that reached it. */
  readonly seeds: readonly number[];
  /** On held-out tasks. */
  readonly evaluation: GroupedEvaluation;
  /** Share of training tasks won so far, the mean over seeds. */
  readonly coverage: number | null;
  /** The same as numbers of tasks. */
  readonly solved: Solved;
  /** Everything up to here, the mean over seeds. */
  readonly cost: Cost;
  /** null without prices. */
  readonly money: Money | null;
  /** What the selection counted in this iteration, means over seeds. */
  readonly counts: Readonly<Record<string, number>>;
}

export interface MethodDifference extends RelativeCost {
  /** Labels; the difference is a − b. */
  readonly a: string;
  readonly b: string;
  readonly overall: Difference;
  /** Only where there are several splits. */
  readonly bySplit: readonly Group<Difference>[];
}

export interface ReportOptions {
  /** The text that a run's format gives to a step; lets the leakage check compare texts. */
  readonly render?: Render;
  readonly prices?: Prices | undefined;
  /** What counts as one skill in the worlds of these runs. */
  readonly skillOf?: SkillOf;
}

/** Throws CliError for an unknown run or none at all, StoreError where something a round refers to is missing. */
export function reportOf(repository: Repository, runNames: readonly string[], options: ReportOptions = {}): Report {
  if (runNames.length === 0) throw new CliError("expected the name of at least one run to report on");
  return reportOn(materialOf(repository, distinct(runNames)), options);
}

/** The same of what was read already. */
export function reportOn(material: Material, options: ReportOptions = {}): Report {
  const { repository } = material;
  // First: it reads each training set, of which only what was learned from is kept for the figures below.
  const leakage = leakageOf(material, options.render);
  const trainingTasks = trainingTasksOf(material);
  const times = trainingTimes(material);
  const prices = options.prices ?? null;
  const methods = material.methods.map((method) => methodReport(material, method, { trainingTasks, times, prices }));
  const experts = expertReports(material);
  const evaluations = methods.flatMap(({ iterations }) => iterations.map(({ evaluation }) => evaluation));
  const differences = differencesOf(material, methods);
  const roles = material.methods.map((method) => roleOf(repository.run(method.run), method));
  const namesOf = (key: "bySplit" | "byCategory", of: readonly GroupedEvaluation[]) =>
    naturally(of.flatMap((evaluation) => evaluation[key].map(({ name }) => name)));
  return {
    kind: "report",
    runs: material.runs,
    answers: answersOf({ runs: material.runs, experts, methods, roles, differences, next: nextOf(material) }),
    ran: material.runs.map((run) => ranOf(material, run)),
    worlds: notesOf(material, "notes"),
    servers: notesOf(material, "server"),
    interval: { level: INTERVAL.level, resamples: INTERVAL.resamples },
    splits: namesOf("bySplit", evaluations),
    categories: namesOf("byCategory", [...evaluations, ...experts.map(({ evaluation }) => evaluation)]),
    experts,
    unreplayable: unreplayableOf(material),
    methods,
    failures: failuresOf(material),
    differences,
    subjects: material.methods.flatMap(
      ({ label, rounds }) => subjectReport(material, label, lastRounds(rounds), trainingTasks) ?? [],
    ),
    skills: skillsOf(material, actorsOf(material), options.skillOf),
    unsolved: unsolvedOf(material, trainingTasks),
    leakage,
    prices,
  };
}

/** What can be done with recordings that have no world, or were chosen from already. */
export function nextOf({ repository, runs }: Material): "dataset" | "export" | undefined {
  const stored = runs.map((run) => repository.run(run)!);
  if (stored.every((run) => datasetOf(run))) return "export";
  const world = ({ config }: Run) => (config as { environment?: { name?: string } }).environment?.name;
  return stored.some((run) => world(run) === "none") ? "dataset" : undefined;
}

/** A recording of a server's model stores its name beside the notes. */
type Notes = readonly string[] | { readonly notes: readonly string[] };

/** What each run's benchmark, or server, said about itself when the run began. */
export function notesOf({ repository, runs }: Material, who: "notes" | "server"): string[] {
  return distinct(
    runs.flatMap((run) => {
      const config = repository.run(run)?.config as { readonly [who]?: Notes } | undefined;
      const said = config?.[who] ?? [];
      const notes = "notes" in said ? said.notes : said;
      return notes.map((note) => (runs.length > 1 ? `${run}: ${note}` : note));
    }),
  );
}

/** Everything about a method that its table row shows: its last iteration. */
export function lastIteration(method: MethodReport): IterationReport {
  return method.iterations.at(-1)!;
}

interface Shared {
  readonly trainingTasks: ReturnType<typeof trainingTasksOf>;
  readonly times: ReturnType<typeof trainingTimes>;
  readonly prices: Prices | null;
}

/** A method's rounds iteration by iteration. */
export interface IterationRounds {
  readonly iteration: number;
  /** Seeds that reached it. */
  readonly seeds: readonly number[];
  /** Their rounds of this iteration, and all up to it. */
  readonly here: readonly Round[];
  readonly soFar: readonly Round[];
}

export function iterationsOf(rounds: readonly Round[]): IterationRounds[] {
  const numbers = distinct(rounds.map(({ iteration }) => iteration)).sort((a, b) => a - b);
  return numbers.map((iteration) => {
    const here = rounds.filter((round) => round.iteration === iteration);
    const seeds = here.map(({ seed }) => seed);
    const soFar = rounds.filter((round) => round.iteration <= iteration && seeds.includes(round.seed));
    return { iteration, seeds, here, soFar };
  });
}

function methodReport(material: Material, { run, method, label, rounds }: Method, shared: Shared): MethodReport {
  const iterations = iterationsOf(rounds).map(
    ({ iteration, seeds, here, soFar }): IterationReport => ({
      iteration,
      seeds,
      evaluation: grouped(evaluatedIn(material, here)),
      coverage: coverageOf(material, soFar, shared.trainingTasks),
      solved: solvedOf(material, soFar, shared.trainingTasks),
      cost: costOf(material, soFar, shared.times),
      money: shared.prices && moneyOf(material, soFar, shared.prices),
      counts: meanCounts(here),
    }),
  );
  const explored = yieldOf(material, rounds, "explored");
  const probed = yieldOf(material, rounds, "probed");
  return {
    run,
    method,
    label,
    bestOf: rounds.find(({ samples }) => samples !== undefined)?.samples ?? null,
    iterations,
    coverageAtStart: coverageOf(material, rounds, shared.trainingTasks, { expertOnly: true }),
    yield: { explored, probed, total: totalYield(explored, probed) },
    probes: probeCurve(material, rounds),
    flips: flipsOf(material, rounds),
  };
}

interface Wanted {
  readonly given: (round: Round) => readonly TrajectoryId[];
  readonly held: (run: string) => readonly TrajectoryId[];
}

/** `given` to methods; of a run without methods (an import, an expert's run) what it `held`. */
function expertIds(material: Material, { given, held }: Wanted): TrajectoryId[] {
  const ids = material.runs.flatMap((run): readonly TrajectoryId[] => {
    const rounds = material.methods.filter((method) => method.run === run).flatMap((method) => method.rounds);
    return rounds.length > 0 ? rounds.flatMap(given) : held(run);
  });
  return distinct(ids);
}

function unreplayableOf(material: Material): Report["unreplayable"] {
  const isUnreplayable = (id: TrajectoryId) => material.repository.verification(id)?.kind === "unreplayable";
  const ids = expertIds(material, {
    given: ({ learnOnly = [] }) => learnOnly.filter(isUnreplayable),
    held: (run) => material.repository.unreplayableOf(run),
  });
  const episodes = material.episodes(ids);
  const byPolicy = Map.groupBy(episodes, ({ policy }) => policy);
  return naturally([...byPolicy.keys()]).map((policy) => {
    const own = byPolicy.get(policy)!;
    return { policy, trajectories: own.length, won: own.filter(({ success }) => success).length };
  });
}

/** What methods were given and could be replayed, or what a run without methods holds. */
const givenExperts = (material: Material): TrajectoryId[] =>
  expertIds(material, {
    given: ({ expert }) => expert,
    held: (run) => material.repository.trajectoriesOf(run),
  });

/** By policy: who demonstrated what methods were given and could be replayed, or what a run without methods holds. */
export function expertEpisodes(
  material: Material,
): { readonly policy: string; readonly episodes: readonly Episode[] }[] {
  const ids = givenExperts(material);
  const byPolicy = Map.groupBy(material.episodes(ids), ({ policy }) => policy);
  return naturally([...byPolicy.keys()]).map((policy) => ({ policy, episodes: byPolicy.get(policy)! }));
}

export function failuresOf(material: Material): CountedReason[] {
  const experts = givenExperts(material);
  const rounds = material.methods.flatMap((method) => method.rounds);
  const lists = [experts, ...rounds.flatMap(({ explored, probed, evaluated }) => [explored, probed, evaluated])];
  const failed = lists.flatMap((ids) => material.episodes(ids).filter((each) => each.failed));
  return countedReasons(distinct(failed).flatMap(({ failure }) => failure ?? []));
}

function actorsOf(material: Material): Actor[] {
  const experts = expertEpisodes(material).map(({ policy, episodes }) => ({
    who: policy,
    ids: episodes.map(({ id }) => id),
  }));
  const methods = material.methods.map(({ label, rounds }) => ({
    who: label,
    ids: lastRounds(rounds).flatMap(({ evaluated }) => evaluated),
  }));
  return [...experts, ...methods];
}

function expertReports(material: Material): ExpertReport[] {
  return expertEpisodes(material).map(({ policy, episodes }) => {
    return {
      policy,
      trajectories: episodes.length,
      environmentSteps: sum(episodes.map(({ ownSteps }) => ownSteps)),
      // A recording has no seed of its own: for the expert, tasks are all there is to resample.
      evaluation: grouped(episodes.map((episode) => ({ seed: 0, episode }))),
      coverage: shareOfTasksWon(episodes),
    };
  });
}

/** Of the tasks that `episodes` are of, the share that was won at least once; null of none. */
export function shareOfTasksWon(episodes: readonly Episode[]): number | null {
  const played = new Set(episodes.map(({ task }) => task.id));
  const won = new Set(episodes.filter(({ success, failed }) => success && !failed).map(({ task }) => task.id));
  return played.size === 0 ? null : won.size / played.size;
}

function differencesOf(material: Material, methods: readonly MethodReport[]): MethodDifference[] {
  const rounds = material.methods.map(({ rounds }) => lastRounds(rounds));
  const played = rounds.map((last) => evaluatedIn(material, last));
  return methodPairs(methods).map(({ a, b, i, j }) => {
    const [ofA, ofB] = [played[i]!, played[j]!];
    return {
      a: a.label,
      b: b.label,
      overall: pairedDifference(ofA, ofB),
      bySplit: splitDifferences(ofA, ofB),
      ...relativeCost(lastIteration(a).cost, lastIteration(b).cost),
    };
  });
}

/** Every pair with its places: the last method first, against each before it, so that the baselines come first. */
export function methodPairs<M>(
  methods: readonly M[],
): { readonly a: M; readonly b: M; readonly i: number; readonly j: number }[] {
  return methods
    .flatMap((a, i) => methods.slice(0, i).map((b, j) => ({ a, b, i, j })))
    .sort((first, second) => second.i - first.i || second.j - first.j);
}

function splitDifferences(a: ReturnType<typeof evaluatedIn>, b: ReturnType<typeof evaluatedIn>): Group<Difference>[] {
  const splits = naturally([...a, ...b].map(({ episode }) => episode.task.split));
  if (splits.length < 2) return [];
  const only = (played: typeof a, split: string) => played.filter(({ episode }) => episode.task.split === split);
  return splits.map((name) => ({ name, of: pairedDifference(only(a, name), only(b, name)) }));
}

/** The rounds of the last iteration that any seed reached. */
export function lastRounds(rounds: readonly Round[]): Round[] {
  const last = Math.max(...rounds.map(({ iteration }) => iteration));
  return rounds.filter(({ iteration }) => iteration === last);
}
