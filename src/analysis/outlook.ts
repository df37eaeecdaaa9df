/**
 * Is it worth mining the expert's failures? From a small sample of probes: how often they win by depth, how many of the
 * tasks that the expert never won two ways of exploring would reach with the same number of rollouts, and the advice
 * that follows. An indication from one seed of one student, not a law.
 */
import { StoreError } from "../core/errors.ts";
import type { Repository } from "../core/repository.ts";
import type { Round } from "../core/run.ts";
import { distinct, type Episode, type Material, materialOf, mean, sum } from "./material.ts";
import { type ProbeCurve, probeCurve } from "./probes.ts";
import { bootstrap, CLEAR_TREND, type Estimate, INTERVAL } from "./statistics.ts";

/** One finished rollout. */
export interface Attempt {
  readonly won: boolean;
  /** The student's own. */
  readonly steps: number;
  /** The expert's before them. */
  readonly prefixSteps: number;
}

/** A task that the expert never won, and what the student did there. */
export interface ProbedTask {
  readonly task: string;
  readonly fromStart: readonly Attempt[];
  /** From states along a failed run of the expert. */
  readonly probes: readonly Attempt[];
}

/** One way to explore the tasks that the expert never won. */
export interface Way {
  /** Share of the sampled tasks that it won at least once. */
  readonly reached: Estimate;
  /** For all unsolved tasks, projected from the sample. */
  readonly rollouts: number;
  readonly environmentSteps: number;
  readonly prefixSteps: number;
}

/** Both ways make the same number of rollouts on each task. */
export interface Ways {
  /** One rollout from the start and one from each probed state (EEF). */
  readonly mine: Way;
  /** All from the start (RFT×N). */
  readonly sample: Way;
  /** Share reached by mining less share reached by sampling, paired by task. */
  readonly difference: Estimate;
}

export const ADVICE = ["mine failures", "sample more from the start", "neither"] as const;

export interface Advice {
  readonly kind: (typeof ADVICE)[number];
  readonly because: string;
}

export interface Outlook {
  readonly kind: "outlook";
  readonly run: string;
  readonly seed: number;
  readonly interval: { readonly level: number; readonly resamples: number };
  readonly expert: { readonly trajectories: number; readonly won: number; readonly tasks: number };
  /** Training tasks that the expert never won, and how many of them were probed. */
  readonly unsolved: number;
  readonly sampled: number;
  /** null if nothing was probed. */
  readonly curve: ProbeCurve | null;
  readonly ways: Ways;
  /** What this sample itself took. */
  readonly spent: { readonly rollouts: number; readonly environmentSteps: number; readonly failed: number };
  readonly advice: Advice;
}

/** The outlook from what `gleaner probe` wrote down in a row of `run`. Throws CliError for an unknown run, StoreError for an unknown row. */
export function outlookOf(
  repository: Repository,
  run: string,
  { row, seed }: { readonly row: string; readonly seed: number },
): Outlook {
  const material = materialOf(repository, [run]);
  const rounds = material.methods.find(({ method }) => method === row)?.rounds ?? [];
  const round = rounds.find((each) => each.seed === seed);
  if (!round) throw new StoreError(`run "${run}" has no row "${row}" of seed ${seed}`);
  const expert = material.episodes(round.expert);
  const tasks = distinct(expert.map(({ task }) => task.id));
  const solved = new Set(expert.filter(({ success }) => success).map(({ task }) => task.id));
  const rollouts = material.episodes([...round.explored, ...round.probed]);
  const probed = probedTasks(material, round);
  const curve = probeCurve(material, [round]);
  const unsolved = tasks.length - solved.size;
  const ways = compareWays(probed, unsolved);
  return {
    kind: "outlook",
    run,
    seed,
    interval: { level: INTERVAL.level, resamples: INTERVAL.resamples },
    expert: {
      trajectories: expert.length,
      won: expert.filter(({ success }) => success).length,
      tasks: tasks.length,
    },
    unsolved,
    sampled: probed.length,
    curve,
    ways,
    spent: {
      rollouts: rollouts.length,
      environmentSteps: sum(rollouts.map(({ ownSteps }) => ownSteps)),
      failed: rollouts.filter(({ failed }) => failed).length,
    },
    advice: adviceOf({
      unsolved,
      mined: ways.mine.reached.value,
      sampled: ways.sample.reached.value,
      trend: curve?.trendOfLost ?? null,
    }),
  };
}

function probedTasks(material: Material, round: Round): ProbedTask[] {
  const finished = (ids: Round["explored"]) =>
    Map.groupBy(
      material.episodes(ids).filter(({ failed }) => !failed),
      ({ task }) => task.id as string,
    );
  const attempt = ({ success, ownSteps, length }: Episode): Attempt => ({
    won: success,
    steps: ownSteps,
    prefixSteps: length - ownSteps,
  });
  const probes = finished(round.probed);
  return [...finished(round.explored)].map(([task, starts]) => ({
    task,
    fromStart: starts.map(attempt),
    probes: (probes.get(task) ?? []).map(attempt),
  }));
}

/** Both ways on each sampled task, projected to `unsolved` tasks. */
export function compareWays(tasks: readonly ProbedTask[], unsolved: number): Ways {
  const tried = tasks.map(({ task, fromStart, probes }) => ({
    task,
    mine: [...fromStart.slice(0, 1), ...probes],
    sample: fromStart.slice(0, 1 + probes.length),
  }));
  const reached = (attempts: readonly Attempt[]) => Number(attempts.some(({ won }) => won));
  const estimate = (value: (of: (typeof tried)[number]) => number) =>
    bootstrap(tried.map((each) => ({ seed: 0, task: each.task, value: value(each) })));
  const way = (name: "mine" | "sample"): Way => {
    const perTask = (value: (attempt: Attempt) => number) => mean(tried.map((each) => sum(each[name].map(value)))) ?? 0;
    return {
      reached: estimate((each) => reached(each[name])),
      rollouts: unsolved * perTask(() => 1),
      environmentSteps: unsolved * perTask(({ steps }) => steps),
      prefixSteps: unsolved * perTask(({ prefixSteps }) => prefixSteps),
    };
  };
  const difference = estimate((each) => reached(each.mine) - reached(each.sample));
  return { mine: way("mine"), sample: way("sample"), difference };
}

/** Reaching less than this share of the unsolved tasks is not worth its rollouts. */
export const WORTHWHILE = 0.05;
/** What the advice follows from. */
export interface Signs {
  readonly unsolved: number;
  /** Shares of the sampled tasks that mining and sampling reached; null if none was probed. */
  readonly mined: number | null;
  readonly sampled: number | null;
  /** z of the test for trend on failed runs, from the start to the deepest state; null if it cannot be told. */
  readonly trend: number | null;
}

/**
 * Neither, where nothing is left to reach or both ways reach less than 5 % of it. Mine, where probes win more the deeper they
 * start (z above 3). Sample more from the start, where they win less or as often: that is simpler and does as well.
 */
export function adviceOf({ unsolved, mined, sampled, trend }: Signs): Advice {
  if (unsolved === 0) return { kind: "neither", because: "the expert won every training task at least once" };
  if (mined === null || sampled === null)
    return { kind: "neither", because: "no failed run has a state in its middle to start from" };
  if (Math.max(mined, sampled) < WORTHWHILE)
    return {
      kind: "neither",
      because: "this student wins almost nowhere, from the start or from later: improve it first",
    };
  if (trend === null)
    return { kind: "sample more from the start", because: "too few rollouts were won or lost to see a trend" };
  if (trend > CLEAR_TREND) return { kind: "mine failures", because: "probes win more the deeper they start" };
  return {
    kind: "sample more from the start",
    because:
      trend < -CLEAR_TREND ? "probes win less the deeper they start" : "probes do not win more the deeper they start",
  };
}
