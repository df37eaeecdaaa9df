/** What an import found, as plain data: every record is accounted for exactly once. */
import { resultsIn, severalCalls } from "../core/calls.ts";
import type { TrajectoryId } from "../core/ids.ts";
import type { Verification } from "../core/run.ts";
import type { Task } from "../core/task.ts";
import type { Trajectory } from "../core/trajectory.ts";
import { listed } from "./listed.ts";
import type { LoggedEpisode } from "./reader.ts";
import { FIRST, type Place, type Reason, reasonCounter } from "./reasons.ts";

export const CLAIMS = ["won", "lost", "broken off", "not told"] as const satisfies readonly LoggedEpisode["claimed"][];
export type Claim = (typeof CLAIMS)[number];

/** The kinds of problems that are listed place by place. */
export const PROBLEMS = ["malformed", "unknownTasks", "diverged", "broken", "disagreements"] as const;
export type ProblemKind = (typeof PROBLEMS)[number];

/**
 * `lines` = malformed + episodes; episodes = unknownTasks + verified + diverged + unreplayable + broken; by their `totals`. The
 * lists hold the first of each kind, and long texts are cut (`listed.ts`): a log may have a million records.
 */
export interface ImportSummary {
  readonly run: string;
  /** Records: lines that are not blank, elements of a JSON array. */
  readonly lines: number;
  /** Files that have none. */
  readonly empty: readonly string[];
  /** How many problems of each kind there are, listed or not. */
  readonly totals: Readonly<Record<ProblemKind, number>>;
  readonly malformed: readonly (Place & { readonly problem: string })[];
  /** Records that were understood. */
  readonly episodes: number;
  /** Episodes that were left out, because the environment does not have their task and the log does not tell enough. */
  readonly unknownTasks: readonly (Place & { readonly task: string; readonly problem: string })[];
  /** Episodes in which every answer of the world is the logged one. */
  readonly verified: number;
  readonly diverged: readonly (Place & {
    readonly trajectory: TrajectoryId;
    readonly step: number;
    readonly expected: string;
    readonly got: string;
    /** What can be done about it, where that is known. */
    readonly advice?: string;
  })[];
  /** Episodes kept without a replay; whether they were won is the log's word. */
  readonly unreplayable: {
    readonly episodes: number;
    readonly won: number;
    /** How many there are for each reason. */
    readonly reasons: Readonly<Record<string, number>>;
    /** The first few of each reason. */
    readonly first: Readonly<Record<string, readonly Place[]>>;
  };
  /** Episodes that could not be replayed because the world broke; not stored. */
  readonly broken: readonly (Place & { readonly error: string })[];
  /** What the log says about its episodes; of the verified ones also what the world says. */
  readonly claims: Readonly<
    Record<Claim, { readonly episodes: number; readonly won: number; readonly notWon: number }>
  >;
  /** Verified episodes that the log calls won and the world does not, or the other way round. */
  readonly disagreements: readonly (Place & { readonly claimed: Claim; readonly world: "won" | "not won" })[];
  /** Of which splits' tasks the verified and the unreplayable episodes are: what may be learned from. */
  readonly splits: Readonly<Record<string, number>>;
  /** Verified episodes of which the log goes on behind the world's end, and the actions there, which are left out. */
  readonly cut: { readonly episodes: number; readonly actions: number };
  /** Observations before an action that the logs leave out, so that a replay takes the world's. */
  readonly untold: number;
  /** Actions of all episodes, and how many of them have a thought. */
  readonly steps: number;
  readonly stepsWithThought: number;
  /** Thoughts behind an episode's last action, which no step holds. */
  readonly unusedThoughts: number;
  /** Why records cannot be used, or only in part: similar problems counted together, each record of `totals` once. */
  readonly reasons: readonly Reason[];
  /** What of the logs no episode holds, by kind: pictures, reminders of an agent's loop. */
  readonly leftOut: Readonly<Record<string, number>>;
  /** Trajectories that were not in the repository before. */
  readonly added: number;
}

interface KeptEpisode {
  readonly place: Place;
  readonly episode: LoggedEpisode;
  readonly task: Task;
  readonly trajectory: Trajectory;
  readonly verification: Verification;
  readonly isNew: boolean;
  /** On a divergence. */
  readonly advice?: string | undefined;
}

/** How many of the logged actions are behind the world's end; the calls of a turn are counted one by one. */
function callsBehind(steps: LoggedEpisode["steps"], { steps: played, finalObservation }: Trajectory): number {
  const behind = steps.slice(played.length).map(({ action }) => severalCalls(action)?.length ?? 1);
  const last = steps[played.length - 1];
  const told = (last && severalCalls(last.action) && resultsIn(last.observation ?? "")) ?? [];
  const shown = resultsIn(finalObservation);
  const undone = told.filter((result, place) => result !== null && shown?.[place] === null).length;
  return behind.reduce((sum, count) => sum + count, undone);
}

/** Collects a summary while the logs are read. `empty`: files without records. */
export function startTally(run: string, empty: readonly string[] = []) {
  const malformed = listed<ImportSummary["malformed"][number]>();
  const unknownTasks = listed<ImportSummary["unknownTasks"][number]>();
  const diverged = listed<ImportSummary["diverged"][number]>();
  const broken = listed<ImportSummary["broken"][number]>();
  const disagreements = listed<ImportSummary["disagreements"][number]>();
  const lists = { malformed, unknownTasks, diverged, broken, disagreements };
  const reasons = reasonCounter();
  const claim = () => ({ episodes: 0, won: 0, notWon: 0 });
  const claims = { won: claim(), lost: claim(), "broken off": claim(), "not told": claim() };
  const unreplayable = {
    episodes: 0,
    won: 0,
    reasons: {} as Record<string, number>,
    first: {} as Record<string, Place[]>,
  };
  const splits: Record<string, number> = {};
  const cut = { episodes: 0, actions: 0 };
  const leftOut: Record<string, number> = {};
  const count = { episodes: 0, verified: 0, untold: 0, steps: 0, stepsWithThought: 0, unusedThoughts: 0, added: 0 };
  const increment = (counts: Record<string, number>, key: string) => {
    counts[key] = (counts[key] ?? 0) + 1;
  };

  return {
    malformed(place: Place, problem: string) {
      reasons.count("not understood", problem, place);
      malformed.add({ ...place, problem });
    },
    unknownTask(place: Place, task: string, problem: string) {
      reasons.count("left out", problem, place);
      unknownTasks.add({ ...place, task, problem });
    },
    broken(place: Place, error: string) {
      reasons.count("not replayed", error, place);
      broken.add({ ...place, error });
    },
    episode({ claimed, firstObservation, steps, unusedThoughts, leftOut: kinds = [] }: LoggedEpisode) {
      for (const kind of kinds) increment(leftOut, kind);
      const before = [firstObservation, ...steps.slice(0, -1).map(({ observation }) => observation)];
      count.untold += before.filter((observation) => observation === null).length;
      count.episodes += 1;
      count.steps += steps.length;
      count.stepsWithThought += steps.filter(({ thought }) => thought !== "").length;
      count.unusedThoughts += unusedThoughts;
      claims[claimed].episodes += 1;
    },
    kept({ place, episode: { claimed, steps }, task, trajectory, verification, isNew, advice }: KeptEpisode) {
      if (isNew) count.added += 1;
      if (verification.kind === "diverged") {
        const { kind: _, ...difference } = verification;
        const where = difference.step < 0 ? "the world's first observation differs" : "an answer of the world differs";
        reasons.count("diverged", advice ? `${where}: ${advice}` : where, place);
        diverged.add({ ...place, ...difference, ...(advice && { advice }) });
        return;
      }
      increment(splits, task.split);
      if (verification.kind === "unreplayable") {
        unreplayable.episodes += 1;
        if (trajectory.success) unreplayable.won += 1;
        increment(unreplayable.reasons, verification.reason);
        const first = (unreplayable.first[verification.reason] ??= []);
        if (first.length < FIRST) first.push(place);
        reasons.count("kept without a replay", verification.reason, place);
        return;
      }
      count.verified += 1;
      const behind = callsBehind(steps, trajectory);
      cut.episodes += behind > 0 ? 1 : 0;
      cut.actions += behind;
      claims[claimed][trajectory.success ? "won" : "notWon"] += 1;
      if (claimed !== "not told" && (claimed === "won") !== trajectory.success) {
        disagreements.add({ ...place, claimed, world: trajectory.success ? "won" : "not won" });
      }
    },
    summary(): ImportSummary {
      const counts = Object.entries(lists).map(([kind, list]) => [kind, list.count()]);
      return {
        ...{ run, lines: malformed.count() + count.episodes, empty },
        totals: Object.fromEntries(counts) as ImportSummary["totals"],
        ...{ malformed: malformed.items, unknownTasks: unknownTasks.items, diverged: diverged.items },
        ...{ unreplayable, broken: broken.items, claims, disagreements: disagreements.items },
        ...{ splits, cut, reasons: reasons.counted(), leftOut, ...count },
      };
    },
  };
}
