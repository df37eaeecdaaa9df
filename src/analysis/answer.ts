/**
 * What a report says first: which method won, by how much against the fairest control, whether mining the expert's failures
 * was worth it, and what to do next. Facts only; `reports/answer-text.ts` makes sentences of them. Nothing is claimed that the
 * intervals do not show.
 */
import type { RelativeCost } from "./cost.ts";
import type { ProbeCurve } from "./probes.ts";
import type { Role } from "./roles.ts";
import { type Estimate, type Trend, trendOf } from "./statistics.ts";
import type { Difference, GroupedEvaluation } from "./success.ts";

/** The verdict of an interval of a difference: above 0, below 0, around 0; "cannot tell" without an interval. */
export type Verdict = "better" | "worse" | "no difference seen" | "cannot tell";

export type Answer =
  | { readonly kind: "nothing recorded"; readonly run: string }
  /** Trajectories, from which no method has learned yet. */
  | {
      readonly kind: "recordings";
      readonly run: string;
      readonly experts: readonly Recorded[];
      /** What can be done with them. Absent: a probe, since there is a world. */
      readonly next?: "dataset" | "export";
    }
  | { readonly kind: "nothing evaluated"; readonly run: string }
  /** Methods were evaluated, and every one of those episodes failed: the world or the model broke. */
  | { readonly kind: "all failed"; readonly run: string; readonly failed: number }
  /** No method won any held-out task. `expert`: the best expert's success on the training tasks; null if none finished a run. */
  | { readonly kind: "none won"; readonly run: string; readonly tasks: number; readonly expert: number | null }
  /** Every method won every held-out task: there is nothing to compare. */
  | { readonly kind: "all won"; readonly run: string; readonly tasks: number }
  /** One method only, as a rule behaviour cloning. */
  | { readonly kind: "alone"; readonly run: string; readonly best: Scored }
  | Compared;

export interface Recorded {
  readonly policy: string;
  /** Without those that failed. */
  readonly trajectories: number;
  /** Broke off, or differ from their replay. */
  readonly failed: number;
  /** Share of `trajectories`. */
  readonly success: number | null;
  /** Share of the tasks it played that it won at least once. */
  readonly coverage: number | null;
}

/** A method after its last iteration, on held-out tasks. */
export interface Scored {
  readonly method: string;
  readonly success: Estimate;
}

/** What a method is measured against. */
export interface Control extends Scored {
  /** Why it is the fairest one there is, from the fairest on. */
  readonly because: "one solution" | "as many rollouts" | "explores less" | "explores nothing";
  /** The subject's success less the control's, paired by seed and task. */
  readonly difference: Estimate;
  /** 0.2: the subject took 20 % more environment steps than the control; null where one of them took none. */
  readonly moreEnvironmentSteps: number | null;
  /** The subject made more rollouts than the control, by over 5 %. */
  readonly fewerRollouts: boolean;
}

export interface Compared {
  readonly kind: "compared";
  readonly run: string;
  /** The highest success; of equal ones the method that explores least. */
  readonly best: Scored;
  /** Whom the verdict is about: EEF (of several the one with the highest success), else the best that is not the control. */
  readonly subject: Scored;
  /** How many variants of EEF the subject was chosen from; 0 where it is not EEF. */
  readonly variants: number;
  readonly control: Control;
  readonly verdict: Verdict;
  readonly mining: Mining;
  readonly next: Next;
}

/** Whether it was worth it to mine the expert's failures. */
export interface Mining {
  /**
   * `perhaps`: better, but the control learned from more solutions a task, or made fewer rollouts, and the lead may come from
   * that. `not tested`: EEF met no control that explores. `not tried`: nobody probed.
   */
  readonly worth: "yes" | "perhaps" | "no gain seen" | "no" | "not tested" | "not tried";
  /** How winning changes with depth in probes on lost runs. */
  readonly trend: Trend;
}

export type Next =
  | "finish the run"
  | "add the control"
  | "more seeds"
  | "more seeds or tasks"
  | "hand it on"
  | "sample from the start"
  | "probe the failures";

type Overall = Pick<GroupedEvaluation, "overall">;

/** What is used of a report's method, expert and difference. */
export interface JudgedMethod {
  readonly run: string;
  readonly method: string;
  /** What differences call it. */
  readonly label: string;
  readonly iterations: readonly { readonly seeds: readonly number[]; readonly evaluation: Overall }[];
  readonly probes: Pick<ProbeCurve, "trendOfLost"> | null;
}

export interface JudgedExpert extends Pick<Recorded, "policy" | "trajectories" | "coverage"> {
  readonly evaluation: Overall;
}

/** Of two labels: a − b. */
export interface JudgedDifference extends RelativeCost {
  readonly a: string;
  readonly b: string;
  readonly overall: Pick<Difference, "estimate">;
}

/** What the answer follows from. `roles` are those of `methods`, in the same order. */
export interface Grounds {
  readonly runs: readonly string[];
  readonly experts: readonly JudgedExpert[];
  readonly methods: readonly JudgedMethod[];
  readonly roles: readonly Role[];
  readonly differences: readonly JudgedDifference[];
  /** What can be done with recordings, where there is no world for a probe. */
  readonly next?: "dataset" | "export" | undefined;
}

/** One answer for each run that holds methods, in the order of the runs; if none does, one about what was recorded. */
export function answersOf(grounds: Grounds): Answer[] {
  const { runs, experts, methods } = grounds;
  if (methods.length > 0) {
    const withMethods = runs.filter((run) => methods.some((method) => method.run === run));
    return withMethods.map((run) => answerOf(run, grounds));
  }
  const run = runs.join(", ");
  if (experts.length === 0) return [{ kind: "nothing recorded", run }];
  const recorded = experts.map(({ policy, trajectories, evaluation, coverage }) => {
    const { success, failed } = evaluation.overall;
    return { policy, trajectories: trajectories - failed, failed, success: success.value, coverage };
  });
  return [{ kind: "recordings", run, experts: recorded, ...(grounds.next && { next: grounds.next }) }];
}

/** A method that may win, with what is known of it. */
interface Contender {
  readonly role: Role;
  readonly judged: JudgedMethod;
  readonly success: Estimate;
}

function answerOf(run: string, grounds: Grounds): Answer {
  const contenders = grounds.methods.flatMap((judged, index): Contender[] => {
    const role = grounds.roles[index]!;
    const { success } = judged.iterations.at(-1)!.evaluation.overall;
    const counts = judged.run === run && role.kind !== "upper bound" && success.value !== null;
    return counts ? [{ role, judged, success }] : [];
  });
  if (contenders.length === 0) {
    const own = grounds.methods.filter((method) => method.run === run);
    const failed = own.reduce((sum, { iterations }) => sum + iterations.at(-1)!.evaluation.overall.failed, 0);
    return failed === 0 ? { kind: "nothing evaluated", run } : { kind: "all failed", run, failed };
  }
  const values = contenders.map(({ success }) => success.value!);
  const tasks = Math.max(...contenders.map(({ success }) => success.tasks));
  if (Math.max(...values) === 0) {
    const finished = grounds.experts.flatMap(({ evaluation }) => evaluation.overall.success.value ?? []);
    return { kind: "none won", run, tasks, expert: finished.length > 0 ? Math.max(...finished) : null };
  }
  if (Math.min(...values) === 1) return { kind: "all won", run, tasks };
  const best = highest(contenders);
  return compared(run, contenders, best, grounds) ?? { kind: "alone", run, best: scored(best) };
}

/** undefined where there is nobody to compare with. */
function compared(
  run: string,
  contenders: readonly Contender[],
  best: Contender,
  { differences }: Grounds,
): Compared | undefined {
  const variants = contenders.filter(({ role }) => role.kind === "EEF");
  const cloning = contenders.find(({ role }) => role.kind === "BC");
  const others = contenders.filter((each) => each !== cloning);
  if (others.length === 0) return undefined;
  const subject = highest(variants.length > 0 ? variants : others);
  const control = fairestControl(subject, contenders, differences);
  if (!control) return undefined;
  const verdict = verdictOf(control.difference);
  const trend = trendOf(subject.judged.probes?.trendOfLost ?? null);
  const mining = { worth: variants.length === 0 ? ("not tried" as const) : worthOf(verdict, control), trend };
  const isFinished = contenders.every(({ judged: { iterations } }) => {
    return iterations.at(-1)!.seeds.length === iterations[0]!.seeds.length;
  });
  return {
    kind: "compared",
    run,
    best: scored(best),
    subject: scored(subject),
    variants: variants.length,
    control,
    verdict,
    mining,
    next: isFinished ? nextOf(verdict, mining, subject.success) : "finish the run",
  };
}

const scored = ({ judged, success }: Contender): Scored => ({ method: judged.method, success });

/** Of equal ones the first, which explores least. */
const highest = (contenders: readonly Contender[]): Contender =>
  contenders.reduce((best, each) => (each.success.value! > best.success.value! ? each : best));

/** More than this share more rollouts are not "as many". */
const AS_MANY = 0.05;

/**
 * Of EEF: an RFT that keeps one solution a task as EEF does; else one with as many rollouts, matched task by task if there
 * is one; else one with fewer rollouts; else behaviour cloning. Of any other method: behaviour cloning.
 */
function fairestControl(
  subject: Contender,
  contenders: readonly Contender[],
  differences: readonly JudgedDifference[],
): Control | undefined {
  const candidates = contenders.flatMap((each) => {
    const isControl = each.role.kind === "BC" || (subject.role.kind === "EEF" && each.role.kind === "RFT");
    if (each === subject || !isControl) return [];
    const difference = differenceOf(subject.judged.label, each.judged.label, differences);
    if (!difference) return [];
    const fewerRollouts = (difference.moreRollouts ?? 0) > AS_MANY;
    return [{ each, difference, fewerRollouts, rank: rankOf(each.role, fewerRollouts, subject.role, difference) }];
  });
  const [fairest] = candidates.sort((a, b) => compareRanks(a.rank, b.rank));
  if (!fairest) return undefined;
  const { each, difference, fewerRollouts } = fairest;
  return {
    ...scored(each),
    because: reasonOf(each.role, fewerRollouts),
    difference: difference.overall,
    moreEnvironmentSteps: difference.moreEnvironmentSteps,
    fewerRollouts,
  };
}

interface Against extends RelativeCost {
  readonly overall: Estimate;
}

/** Reports hold each pair once, in the order of their rows; the subject may stand on either side. */
function differenceOf(subject: string, control: string, differences: readonly JudgedDifference[]): Against | undefined {
  const straight = differences.find(({ a, b }) => a === subject && b === control);
  if (straight) return { ...straight, overall: straight.overall.estimate };
  const turned = differences.find(({ a, b }) => a === control && b === subject);
  if (!turned) return undefined;
  const inverse = (more: number | null) => (more === null || more === -1 ? null : 1 / (1 + more) - 1);
  return {
    overall: negated(turned.overall.estimate),
    moreRollouts: inverse(turned.moreRollouts),
    moreEnvironmentSteps: inverse(turned.moreEnvironmentSteps),
  };
}

function negated(estimate: Estimate): Estimate {
  const minus = (value: number | null) => (value === null ? null : 0 - value);
  return { ...estimate, value: minus(estimate.value), low: minus(estimate.high), high: minus(estimate.low) };
}

/** Smaller is fairer, from the first number on. */
function rankOf(role: Role, fewerRollouts: boolean, subject: Role, { moreRollouts }: Against): number[] {
  if (role.kind !== "RFT") return [4];
  const level = role.oneSolution ? 0 : role.matched ? 1 : fewerRollouts ? 3 : 2;
  const otherStart = subject.kind === "EEF" && subject.trainFrom !== role.trainFrom ? 1 : 0;
  return [level, otherStart, role.matched ? 0 : 1, Math.abs(moreRollouts ?? 1)];
}

function compareRanks(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at < 0 ? 0 : a[at]! - (b[at] ?? 0);
}

function reasonOf(role: Role, fewerRollouts: boolean): Control["because"] {
  if (role.kind !== "RFT") return "explores nothing";
  if (role.oneSolution) return "one solution";
  return fewerRollouts ? "explores less" : "as many rollouts";
}

export function verdictOf({ low, high }: Pick<Estimate, "low" | "high">): Verdict {
  if (low === null || high === null) return "cannot tell";
  if (low > 0) return "better";
  return high < 0 ? "worse" : "no difference seen";
}

function worthOf(verdict: Verdict, { because, fewerRollouts }: Control): Mining["worth"] {
  if (because === "explores nothing" || verdict === "cannot tell") return "not tested";
  if (verdict === "better") return because === "one solution" && !fewerRollouts ? "yes" : "perhaps";
  return verdict === "worse" ? "no" : "no gain seen";
}

function nextOf(verdict: Verdict, { worth, trend }: Mining, { seeds }: Estimate): Next {
  if (worth === "not tried") return "probe the failures";
  if (verdict === "cannot tell") return "more seeds or tasks";
  if (worth === "not tested" || worth === "perhaps") return "add the control";
  if (worth === "yes") return seeds === 1 ? "more seeds" : "hand it on";
  return trend === "rising" ? "more seeds or tasks" : "sample from the start";
}
