/**
 * One task as it went: what the expert did, where the student won and lost when it took over, which actions did harm, and
 * what was learned of it and why. Plain data for whoever shows it. How probes are read is the method's matter: it comes in
 * as a function.
 */
import { StoreError } from "../core/errors.ts";
import type { CheckpointId, TaskId, TrajectoryId } from "../core/ids.ts";
import type { Chat } from "../core/message.ts";
import type { Repository } from "../core/repository.ts";
import type { Round } from "../core/run.ts";
import type { TrajectorySummary } from "../core/summary.ts";
import type { Task } from "../core/task.ts";
import type { TrainingSet, WeightedMessage } from "../core/training.ts";
import type { Outcome, Trajectory } from "../core/trajectory.ts";
import { distinct, provenanceOf, remembered } from "./material.ts";
import type { Share } from "./statistics.ts";

/** Actions `[from, to)`. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** What a method read from the probes along one expert run. */
export interface RunReading {
  /** The states that were tried, before action `step`; the task's start is step 0. */
  readonly states: readonly (Share & { readonly step: number })[];
  readonly harmful: readonly Stretch[];
  readonly beneficial: readonly Stretch[];
  /** The state behind the first harmful actions; null if there is none. */
  readonly needRecover: number | null;
}

/** undefined for runs that nobody probed. */
export type ReadingOf = (trajectory: TrajectoryId) => RunReading | undefined;

/** What a story is told from: a run, and the round that is looked at; null where the run has no methods. */
export interface Telling {
  readonly repository: Repository;
  readonly run: string;
  readonly round: StoryRound | null;
  readonly readingOf: ReadingOf;
}

/** What a round tells of itself; a dataset that was chosen without a training has neither seed nor iteration. */
export type StoryRound = Pick<Round, "method" | "expert" | "learnOnly" | "explored" | "probed" | "trainingSet"> &
  RoundName;

export interface StoryStep {
  readonly index: number;
  /** What was seen before the action. */
  readonly observation: string;
  readonly action: string;
  /** Students that took over here, before the action; null if none did. */
  readonly taken: Share | null;
  readonly label: "harmful" | "beneficial" | null;
  readonly isNeedRecover: boolean;
}

/** One run of the expert. */
export interface ExpertRun {
  readonly trajectory: TrajectoryId;
  readonly policy: string;
  readonly won: boolean;
  readonly return: number;
  readonly outcome: Outcome;
  readonly finalObservation: string;
  readonly steps: readonly StoryStep[];
  readonly reading: RunReading | null;
  /** What was said, where the episode is kept as it was logged. */
  readonly chat?: Chat;
}

export interface LessonStep {
  readonly index: number;
  readonly actor: string;
  readonly byExpert: boolean;
  readonly action: string;
  /** False: context only. */
  readonly isLearned: boolean;
}

/** One trajectory that a training set learns from. */
export interface Lesson {
  /** Half of a preference, or an example to imitate. */
  readonly part: "example" | "preferred" | "rejected";
  readonly trajectory: TrajectoryId;
  readonly won: boolean;
  /** Where it left an expert's run; null if it began at the task's start. */
  readonly fork: Trajectory["fork"];
  /** As stored with the learned messages. */
  readonly reasons: readonly string[];
  readonly steps: readonly LessonStep[];
}

export interface Story {
  readonly kind: "story";
  readonly run: string;
  readonly round: RoundName | null;
  readonly task: Pick<Task, "id" | "split" | "category" | "instruction">;
  readonly runs: readonly ExpertRun[];
  readonly lessons: readonly Lesson[];
}

export type RoundName = Pick<Round, "method"> & Partial<Pick<Round, "seed" | "iteration">>;

/** Every task of the round's expert runs, or of a run without methods. */
export function tasksIn(telling: Telling): TaskId[] {
  return distinct(expertIds(telling).map((id) => summaryIn(telling, id).taskId));
}

/** `task` must be one of `tasksIn`. Throws StoreError where something that a round refers to is missing. */
export function storyOf(telling: Telling, task: TaskId): Story {
  const { repository, run, round } = telling;
  const found = repository.task(task);
  if (!found) throw new StoreError(`task ${task} belongs to a trajectory but is not stored`);
  const { id, split, category, instruction } = found;
  const runs = expertIds(telling)
    .filter((each) => summaryIn(telling, each).taskId === task)
    .map((each) => trajectoryIn(telling, each));
  return {
    kind: "story",
    run,
    round: round && nameOf(round),
    task: { id, split, category, instruction },
    runs: runs.map((each) => expertRun(each, telling.readingOf(each.id))),
    lessons: round ? lessonsOf(telling, round, task) : [],
  };
}

export const nameOf = ({ method, seed, iteration }: RoundName): RoundName => ({
  method,
  ...(seed !== undefined && { seed }),
  ...(iteration !== undefined && { iteration }),
});

/**
 * What experts recorded: given to the round, or held by a run without rounds. Of one that has just begun, what students played
 * is left out.
 */
export function expertIds({ repository, run, round }: Telling): readonly TrajectoryId[] {
  if (round) return [...round.expert, ...(round.learnOnly ?? [])];
  const isStudent = remembered((policy: string) => repository.checkpoint(policy as CheckpointId) !== undefined);
  const summaries = summariesIn({ repository }, repository.trajectoriesOf(run)).values();
  return [...summaries].filter(({ policy }) => !isStudent(policy)).map(({ id }) => id);
}

export function trajectoryIn({ repository }: Pick<Telling, "repository">, id: TrajectoryId): Trajectory {
  const found = repository.trajectory(id);
  if (!found) throw new StoreError(`trajectory ${id} belongs to a round but is not stored`);
  return found;
}

/** As `trajectoryIn`, without its text. */
export function summaryIn({ repository }: Pick<Telling, "repository">, id: TrajectoryId): TrajectorySummary {
  const found = repository.summary(id);
  if (!found) throw new StoreError(`trajectory ${id} belongs to a round but is not stored`);
  return found;
}

/** As `summaryIn`, of many at once, each id once, in their order. */
export function summariesIn(
  { repository }: Pick<Telling, "repository">,
  ids: readonly TrajectoryId[],
): ReadonlyMap<TrajectoryId, TrajectorySummary> {
  const found = repository.summaries(ids);
  return new Map(ids.map((id) => [id, found.get(id) ?? summaryIn({ repository }, id)]));
}

function expertRun(trajectory: Trajectory, reading: RunReading | undefined): ExpertRun {
  const { id, policy, success, outcome, finalObservation, steps } = trajectory;
  const states = new Map(reading?.states.map((state) => [state.step, state]));
  const harmful = stepsIn(reading?.harmful);
  const beneficial = stepsIn(reading?.beneficial);
  return {
    trajectory: id,
    policy,
    won: success,
    return: trajectory.return,
    outcome,
    finalObservation,
    steps: steps.map(({ observation, action }, index) => {
      const state = states.get(index);
      return {
        index,
        observation,
        action,
        taken: state ? { won: state.won, of: state.of } : null,
        label: harmful.has(index) ? "harmful" : beneficial.has(index) ? "beneficial" : null,
        isNeedRecover: reading?.needRecover === index,
      };
    }),
    reading: reading ?? null,
    ...(trajectory.chat && { chat: trajectory.chat }),
  };
}

/** Indices of the actions in `stretches`. */
export const stepsIn = (stretches: readonly Stretch[] = []): ReadonlySet<number> =>
  new Set(stretches.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, index) => from + index)));

/** What the round's training set learned from trajectories of `task`. */
function lessonsOf(telling: Telling, round: StoryRound, task: TaskId): Lesson[] {
  const set = telling.repository.trainingSet(round.trainingSet);
  if (!set) throw new StoreError(`training set ${round.trainingSet} belongs to a round but is not stored`);
  const experts = new Set(expertIds(telling));
  return partsOf(set).flatMap(({ part, source, messages }) => {
    if (summaryIn(telling, source).taskId !== task) return [];
    return [lessonOf(telling, { part, trajectory: trajectoryIn(telling, source), messages, experts })];
  });
}

interface Part {
  readonly part: Lesson["part"];
  readonly source: TrajectoryId;
  readonly messages: readonly WeightedMessage[];
}

function partsOf(set: TrainingSet): Part[] {
  if (set.kind === "sft")
    return set.examples.map(({ source, messages }) => ({ part: "example" as const, source, messages }));
  return set.examples.flatMap(({ sources: [better, worse], chosen, rejected }): Part[] => [
    { part: "preferred", source: better, messages: chosen },
    { part: "rejected", source: worse, messages: rejected },
  ]);
}

function lessonOf(
  telling: Telling,
  lesson: {
    readonly part: Lesson["part"];
    readonly trajectory: Trajectory;
    readonly messages: readonly WeightedMessage[];
    readonly experts: ReadonlySet<TrajectoryId>;
  },
): Lesson {
  const { part, trajectory, messages, experts } = lesson;
  const learned = messages.flatMap((message) => provenanceOf(message) ?? []);
  const steps = new Set(learned.map(({ step }) => step));
  const makers = makersOf(telling, trajectory);
  return {
    part,
    trajectory: trajectory.id,
    won: trajectory.success,
    fork: trajectory.fork,
    reasons: distinct(learned.map(({ reason }) => reason)),
    steps: trajectory.steps.map(({ action }, index) => {
      const by = makers.find(({ from }) => from <= index)!.by;
      return { index, actor: by.policy, byExpert: experts.has(by.id), action, isLearned: steps.has(index) };
    }),
  };
}

/** Who took which steps, the last first: a fork's steps before `from` are its parent's. */
function makersOf(telling: Telling, by: Trajectory): { readonly from: number; readonly by: Trajectory }[] {
  if (!by.fork) return [{ from: 0, by }];
  return [{ from: by.fork.step, by }, ...makersOf(telling, trajectoryIn(telling, by.fork.from))];
}
