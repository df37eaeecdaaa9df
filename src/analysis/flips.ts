/**
 * How far one rollout can be trusted as a state's label. Where a policy was rolled out from the same state more than once, how
 * often two of its rollouts end differently, and how often the label of the stretch between two states does; and
 * where the next iteration's policy came back to a state, how often the outcome changed.
 */
import type { Round } from "../core/run.ts";
import type { Fork } from "../core/trajectory.ts";
import { type Episode, type Material, mean, type TaskHead } from "./material.ts";

export interface Flips {
  /** States from which the same policy was rolled out at least twice, and the chance that two of its rollouts differ. */
  readonly states: number;
  readonly outcomesDiffer: number | null;
  /** Stretches between neighbouring such states, and the chance that two readings of one (harmful, beneficial, neither) differ. */
  readonly stretches: number;
  readonly labelsDiffer: number | null;
  /** States that the next iteration's policy tried again, and the share of them that were lost, then won, and the reverse. */
  readonly triedLater: number;
  readonly thenWon: number | null;
  readonly thenLost: number | null;
}

/** Rollouts of one policy from one state. */
interface Tries {
  readonly won: number;
  readonly of: number;
}

/** All rounds of a method pooled; null if no state was tried twice. Failed rollouts are left out. */
export function flipsOf(material: Material, rounds: readonly Round[]): Flips | null {
  const tries = rounds.map((round) => ({ round, ...triesOf(material, round) }));
  const twice = tries.flatMap(({ byState }) => [...byState.values()].filter(({ of }) => of > 1));
  const stretches = tries.flatMap(stretchesOf).filter(([before, after]) => before.of > 1 && after.of > 1);
  const later = tries.flatMap((now) => {
    const next = tries.find(
      ({ round }) => round.seed === now.round.seed && round.iteration === now.round.iteration + 1,
    );
    if (!next || next.policy === now.policy) return [];
    return [...now.byState].flatMap(([state, before]) => {
      const after = next.byState.get(state);
      return after ? [[before, after] as const] : [];
    });
  });
  if (twice.length + later.length === 0) return null;
  const rate = ({ won, of }: Tries) => won / of;
  return {
    states: twice.length,
    outcomesDiffer: mean(twice.map((each) => 1 - both(each, 0, 0) - both(each, 1, 1))),
    stretches: stretches.length,
    labelsDiffer: mean(stretches.map(([before, after]) => labelsDiffer(before, after))),
    triedLater: later.length,
    thenWon: mean(later.map(([before, after]) => (1 - rate(before)) * rate(after))),
    thenLost: mean(later.map(([before, after]) => rate(before) * (1 - rate(after)))),
  };
}

/** A task for its start, a place of an expert trajectory for a probed state: of equal ones there is but one object. */
type State = TaskHead | Fork;

interface RoundTries {
  /** The policy that explored; undefined if nobody did. */
  readonly policy: string | undefined;
  readonly byState: ReadonlyMap<State, Tries>;
  /** The probed states along each expert trajectory, with the start of its task first where it was tried. */
  readonly lines: readonly (readonly Tries[])[];
}

function triesOf(material: Material, { explored, probed }: Round): RoundTries {
  const rollouts = [...material.episodes(explored), ...material.episodes(probed)].filter(({ failed }) => !failed);
  const stateOf = ({ fork, task }: Episode): State => fork ?? task;
  const byState = new Map<State, { won: number; of: number }>();
  for (const rollout of rollouts) {
    const tries = byState.get(stateOf(rollout)) ?? { won: 0, of: 0 };
    if (tries.of === 0) byState.set(stateOf(rollout), tries);
    tries.of += 1;
    if (rollout.success) tries.won += 1;
  }
  const probes = rollouts.filter(({ fork }) => fork).toSorted((a, b) => a.fork!.step - b.fork!.step);
  const lines = [...Map.groupBy(probes, ({ fork }) => fork!.from).values()].map((along) => {
    const states = new Set<State>([along[0]!.task, ...along.map(stateOf)]);
    return [...states].flatMap((state) => byState.get(state) ?? []);
  });
  return { policy: rollouts[0]?.policy, byState, lines };
}

const stretchesOf = ({ lines }: RoundTries) =>
  lines.flatMap((line) => line.slice(1).map((after, index) => [line[index]!, after] as const));

/** The chance that two different rollouts of one state, in order, end as `first` and `second` (1 = won). */
function both({ won, of }: Tries, first: 0 | 1, second: 0 | 1): number {
  const count = (outcome: 0 | 1) => (outcome === 1 ? won : of - won);
  const left = count(second) - (first === second ? 1 : 0);
  return (count(first) * left) / (of * (of - 1));
}

/** The chance that two readings of a stretch, each of one rollout before it and one after it, give different labels. */
function labelsDiffer(before: Tries, after: Tries): number {
  const outcomes = [0, 1] as const;
  let same = 0;
  for (const b1 of outcomes) {
    for (const b2 of outcomes) {
      for (const a1 of outcomes) {
        for (const a2 of outcomes) if (a1 - b1 === a2 - b2) same += both(before, b1, b2) * both(after, a1, a2);
      }
    }
  }
  return 1 - same;
}
