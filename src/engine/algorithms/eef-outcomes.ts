/**
 * What EEF's rollouts say about states: how often each was tried and won, the labels that follow, and how many labels
 * would change with fewer tries. A state is a task's start or a place along an expert trajectory.
 */
import type { Trajectory } from "../../core/trajectory.ts";
import { type Labels, labelsByRate, type Span, type Tally } from "./eef-labels.ts";

/** One rollout from a state. */
export interface Outcome {
  /** The task's id for its start, else the expert trajectory's id and the step. */
  readonly state: string;
  /** Which of the rollouts from there in its iteration. */
  readonly sample: number;
  readonly won: boolean;
}

/** What is read of a trajectory here. A stored one need not be read whole for it. */
type Tried = Pick<Trajectory, "id" | "taskId" | "outcome" | "success">;

/** A place along an expert trajectory. */
interface Place {
  readonly trajectory: Pick<Trajectory, "id">;
  readonly step: number;
}

const stateAlong = ({ trajectory, step }: Place): string => `${trajectory.id} ${step}`;

/** `explored` and `probed` with `samples` rollouts a state, one after the other. Those that broke on our side say nothing. */
export function outcomesOf(
  explored: readonly Tried[],
  points: readonly Place[],
  probed: readonly Tried[],
  samples: number,
): Outcome[] {
  const starts = explored.map((rollout) => ({ state: rollout.taskId as string, rollout }));
  const probes = probed.map((rollout, index) => ({ state: stateAlong(points[Math.floor(index / samples)]!), rollout }));
  return [starts, probes].flatMap((group) =>
    group.flatMap(({ state, rollout }, index) =>
      rollout.outcome.kind === "failed" ? [] : [{ state, sample: index % samples, won: rollout.success }],
    ),
  );
}

/** Of each expert trajectory the states that were tried, s_0 first, with tries and wins by all of `outcomes`. */
export function talliesAlong<Run extends Pick<Trajectory, "id" | "taskId">>(
  expert: readonly Run[],
  points: readonly Place[],
  outcomes: readonly Outcome[],
): Map<Run, Tally[]> {
  const tries = Map.groupBy(outcomes, ({ state }) => state);
  const steps = Map.groupBy(points, ({ trajectory }) => trajectory.id);
  const tally = (state: string, step: number): Tally[] => {
    const here = tries.get(state) ?? [];
    return here.length === 0 ? [] : [{ step, won: here.filter(({ won }) => won).length, of: here.length }];
  };
  return new Map(
    expert.map((trajectory) => {
      const along = (steps.get(trajectory.id) ?? []).flatMap((point) => tally(stateAlong(point), point.step));
      return [trajectory, [...tally(trajectory.taskId, 0), ...along]];
    }),
  );
}

/** The labels along each expert trajectory that was probed, by all of `outcomes`. */
export function labelsAlong<Run extends Pick<Trajectory, "id" | "taskId">>(
  expert: readonly Run[],
  points: readonly Place[],
  outcomes: readonly Outcome[],
  confidence: number,
): Map<Run, Labels> {
  const tallies = talliesAlong(expert, points, outcomes);
  return new Map([...tallies].map(([trajectory, states]) => [trajectory, labelsByRate(states, confidence)]));
}

/** How many stretches between neighbouring states two readings of the same trajectories label differently. */
export function changedLabels(one: ReadonlyMap<Trajectory, Labels>, other: ReadonlyMap<Trajectory, Labels>): number {
  return [...one].reduce((sum, [trajectory, labels]) => {
    const [a, b] = [labelBySpan(labels), labelBySpan(other.get(trajectory)!)];
    const spans = [...new Set([...a.keys(), ...b.keys()])];
    return sum + spans.filter((span) => a.get(span) !== b.get(span)).length;
  }, 0);
}

function labelBySpan({ harmful, beneficial }: Labels): ReadonlyMap<string, string> {
  const named = (spans: readonly Span[], label: string) =>
    spans.map(({ from, to }): [string, string] => [`${from} ${to}`, label]);
  return new Map([...named(harmful, "harmful"), ...named(beneficial, "beneficial")]);
}
