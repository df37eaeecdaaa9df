/** The expert's runs of a run, one line each: what became of them, the ones that tell most first. */
import { auditOf, type RunAudit } from "../core/audit.ts";
import type { TaskId, TrajectoryId } from "../core/ids.ts";
import { sum } from "./material.ts";
import type { Share } from "./statistics.ts";
import {
  expertIds,
  nameOf,
  type RoundName,
  type RunReading,
  type StoryRound,
  summariesIn,
  type Telling,
} from "./story.ts";
import { naturally } from "./success.ts";

export interface StoryLine {
  readonly task: TaskId;
  readonly trajectory: TrajectoryId;
  readonly policy: string;
  readonly steps: number;
  readonly won: boolean;
  /** Students from the task's start; null if none played. */
  readonly fromStart: Share | null;
  /** Students that took over later, all states together. */
  readonly probes: Share;
  readonly reading: RunReading | null;
  /** Whether what was learned from the round holds a recovery from the need-recover state. */
  readonly recoveryLearned: boolean;
  /** Neither an expert nor the round's rollouts won the task. */
  readonly unsolved: boolean;
}

export interface StoryList {
  readonly kind: "stories";
  readonly run: string;
  readonly round: RoundName | null;
  /** How far the world was found to be put back exactly; null where the run's config asked for no audit. */
  readonly audit: RunAudit | null;
  readonly lines: readonly StoryLine[];
}

/** Throws StoreError where something that the round refers to is missing. */
export function storiesOf(telling: Telling): StoryList {
  const { run, round, readingOf } = telling;
  const runs = [...summariesIn(telling, expertIds(telling)).values()];
  const solved = new Set<string>(runs.filter(({ success }) => success).map(({ taskId }) => taskId));
  for (const { taskId, success } of summariesIn(telling, [
    ...(round?.explored ?? []),
    ...(round?.probed ?? []),
  ]).values())
    if (success) solved.add(taskId);
  const recoveries = round ? recoveredFrom(telling, round) : new Set<string>();
  const lines = runs.map(({ id, taskId, policy, length, success }): StoryLine => {
    const reading = readingOf(id) ?? null;
    const states = reading?.states ?? [];
    const start = states.find(({ step }) => step === 0);
    const later = states.filter(({ step }) => step > 0);
    const needRecover = reading?.needRecover ?? null;
    return {
      task: taskId,
      trajectory: id,
      policy,
      steps: length,
      won: success,
      fromStart: start ? { won: start.won, of: start.of } : null,
      probes: { won: sum(later.map(({ won }) => won)), of: sum(later.map(({ of }) => of)) },
      reading,
      recoveryLearned: needRecover !== null && recoveries.has(`${taskId} recovery from s_${needRecover}`),
      unsolved: !solved.has(taskId),
    };
  });
  const places = new Map(naturally(lines.map(({ task }) => task)).map((task, place) => [task, place]));
  const sorted = lines.toSorted((a, b) => rankOf(a) - rankOf(b) || places.get(a.task)! - places.get(b.task)!);
  const audit = auditOf(telling.repository.run(run)?.config ?? null) ?? null;
  return { kind: "stories", run, round: round && nameOf(round), audit, lines: sorted };
}

/** Lost runs first, and of them those in which a win was lost, then those that nobody ever won. */
function rankOf({ won, reading, unsolved }: StoryLine): number {
  const isHarmed = (reading?.harmful.length ?? 0) > 0;
  const isHelped = (reading?.beneficial.length ?? 0) > 0;
  if (won) return isHarmed ? 4 : 5;
  if (isHarmed) return 0;
  return unsolved ? 1 : isHelped ? 2 : 3;
}

/** `<task> <reason>` of everything that is imitated. */
function recoveredFrom(telling: Telling, { trainingSet }: StoryRound): ReadonlySet<string> {
  const sources = telling.repository.exampleSources(trainingSet) ?? [];
  const imitated = sources.filter(({ part }) => part === "example");
  const summaries = summariesIn(
    telling,
    imitated.map(({ trajectory }) => trajectory),
  );
  return new Set(
    imitated.flatMap(({ trajectory, reason }) =>
      reason === null ? [] : [`${summaries.get(trajectory)!.taskId} ${reason}`],
    ),
  );
}
