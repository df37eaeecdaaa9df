/**
 * One run of the expert, what the student did from its states, and what was read from that. The rates are those that the labels
 * were read from. Their interval is that of `chanceInterval`: a state is tried a few times by one task, so there is nothing that
 * a bootstrap could draw anew.
 */
import { verbOf } from "../../analysis/skills.ts";
import { chanceInterval, type Share } from "../../analysis/statistics.ts";
import type { RunReading, Stretch } from "../../analysis/story.ts";
import type { TrajectoryId } from "../../core/ids.ts";
import { methodSaidOf, type Round } from "../../core/run.ts";
import type { TrajectorySummary } from "../../core/summary.ts";
import type { Branch, Trunk, TrunkState } from "../api/expert.ts";
import type { Interval, RoundKey, StepLabel } from "../api/shared.ts";
import type { View } from "../view.ts";
import { type Forked, forkedFrom } from "./forked.ts";
import { lessonsFrom } from "./learned.ts";
import { type Looked, lookedAt } from "./looked.ts";
import { headOf, roundLineOf } from "./rounds.ts";
import { cutText } from "./texts.ts";

/** `runs/RUN/rounds/ROUND/trunk/ID`; null: there is no such run, round or trajectory. */
export function trunkOf(view: View, run: string, key: RoundKey, id: string): Trunk | null {
  const looked = lookedAt(view, run, key);
  const trajectory = looked && view.repository.trajectory(id as TrajectoryId);
  const summary = trajectory && view.repository.summary(trajectory.id);
  if (!looked || !trajectory || !summary) return null;
  const { telling, remarks } = looked.told();
  const reading = telling.readingOf(trajectory.id);
  const kindOf = kindsIn(view, run, trajectory.taskId);
  return {
    run,
    round: looked.round && roundLineOf(looked.round),
    expert: headOf(summary, looked.whoOf),
    iterations: looked.upTo.filter(({ probed }) => probed.length > 0).map(({ iteration }) => iteration),
    steps: trajectory.steps.map(({ action }, index) => ({
      index,
      action: cutText(action),
      kind: kindOf(action),
      ...labelAt(reading, index),
    })),
    states: statesOf(view, looked, summary, reading),
    remarks,
  };
}

/** What the world calls an action's kind, else its verb. */
export function kindsIn({ repository, skillOf }: View, run: string, id: TrajectorySummary["taskId"]) {
  const task = repository.task(id);
  const skill = skillOf(run);
  return (action: string): string => (task && skill?.(task, action)) ?? verbOf(action);
}

/** What was read of the action, and of the state before it. */
export function labelAt(reading: RunReading | undefined, index: number) {
  const isIn = (stretches: readonly Stretch[] = []) => stretches.some(({ from, to }) => from <= index && index < to);
  const label: StepLabel = isIn(reading?.harmful) ? "harmful" : isIn(reading?.beneficial) ? "beneficial" : null;
  return { label, needRecover: reading?.needRecover === index };
}

export const withInterval = ({ won, of }: Share): Interval => ({
  won,
  of,
  ...(chanceInterval({ won, of }) ?? { low: null, high: null }),
});

function statesOf(
  view: View,
  looked: Looked,
  expert: TrajectorySummary,
  reading: RunReading | undefined,
): TrunkState[] {
  const rates = new Map(reading?.states.map((state) => [state.step, state]));
  const branches = Map.groupBy(
    forkedFrom(view, looked, { taskId: expert.taskId, ids: [expert.id] }).flatMap(({ starts, probes }) => [
      ...starts,
      ...probes,
    ]),
    ({ step }) => step,
  );
  const steps = [...new Set([...rates.keys(), ...branches.keys()])].sort((a, b) => a - b);
  const branchOf = branchMaker(view, looked);
  return steps.map((step) => ({
    step,
    ...withInterval(rates.get(step) ?? { won: 0, of: 0 }),
    branches: (branches.get(step) ?? []).map(branchOf),
  }));
}

function branchMaker(view: View, { run, round, trainingSet }: Looked) {
  const { labels = "this-round" } = (round && methodSaidOf(run, round.row)) ?? {};
  const isCounted = ({ iteration }: Round) => labels === "all-rounds" || iteration === round?.iteration;
  return ({ summary, round: made }: Forked): Branch => {
    const { id, success, ownSteps, outcome } = summary;
    const reasons = lessonsFrom(view, trainingSet, id).flatMap(({ reasons }) => reasons);
    return {
      trajectory: id,
      seed: made.seed,
      iteration: made.iteration,
      won: success,
      steps: ownSteps,
      return: summary.return,
      outcome,
      counted: outcome.kind !== "failed" && isCounted(made),
      learned: reasons.length > 0 ? [...new Set(reasons)].join("; ") : null,
    };
  };
}
