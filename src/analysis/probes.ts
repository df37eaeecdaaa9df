/**
 * How often probes win, by how far along the expert's trajectory they start. If probes on lost runs win more the
 * deeper they start, the failures hold states worth mining; if not, sampling from the start does as well. An
 * indication, not a law.
 */
import type { Round } from "../core/run.ts";
import { distinct, type Material } from "./material.ts";
import { bootstrap, type Placed, type Share, trendWithin } from "./statistics.ts";

/** How many were won, and the interval of the share over tasks (and seeds); null with fewer than two tasks. */
export interface ProbeShare extends Share {
  readonly low: number | null;
  readonly high: number | null;
}

/** Probes from the k-th probed state; k = 0 are rollouts from the start of the same tasks. */
export interface ProbeDepth {
  readonly index: number;
  /** Along trajectories that the expert lost, and along those that it won. */
  readonly lost: ProbeShare;
  readonly won: ProbeShare;
  /** Rollouts from the start of just those tasks that were probed at this depth: only long runs have late states. */
  readonly lostFromStart: Share;
  readonly wonFromStart: Share;
}

export interface ProbeCurve {
  readonly depths: readonly ProbeDepth[];
  /** Whether winning rises with depth within tasks, z of the test for trend; null if it cannot be told. */
  readonly trendOfLost: number | null;
  readonly trendOfWon: number | null;
}

/** What of a round the curve is drawn from. */
export type ProbingRound = Pick<Round, "seed" | "explored" | "probed">;

/** Rollouts from the start of a task, and from states along the expert's runs of it that ended alike. */
interface Line {
  readonly seed: number;
  readonly task: string;
  readonly expertWon: boolean;
  readonly rollouts: readonly Placed[];
}

/** All rounds of a method pooled; null if it never probed. Failed rollouts are left out. */
export function probeCurve(material: Material, rounds: readonly ProbingRound[]): ProbeCurve | null {
  const lines = rounds.flatMap((round) => linesOf(material, round));
  if (lines.length === 0) return null;
  const side = (expertWon: boolean) => lines.filter((line) => line.expertWon === expertWon);
  const [lostLines, wonLines] = [side(false), side(true)];
  const [lost, won] = [byDepth(lostLines), byDepth(wonLines)];
  const deepest = lines
    .flatMap(({ rollouts }) => rollouts)
    .reduce((most, { index }) => Math.max(most, index), Number.NEGATIVE_INFINITY);
  const depths = Array.from({ length: deepest + 1 }, (_, index) => {
    const [lostHere, wonHere] = [lost.get(index) ?? [], won.get(index) ?? []];
    return {
      index,
      lost: withInterval(lostHere),
      won: withInterval(wonHere),
      lostFromStart: shareOf(lostHere.flatMap(({ starts }) => starts)),
      wonFromStart: shareOf(wonHere.flatMap(({ starts }) => starts)),
    };
  });
  return { depths, trendOfLost: trendOf(lostLines), trendOfWon: trendOf(wonLines) };
}

/** The curve's member of this name, without the rest. */
export function trendOfLost(material: Material, rounds: readonly ProbingRound[]): number | null {
  const lines = rounds.flatMap((round) => linesOf(material, round));
  return trendOf(lines.filter(({ expertWon }) => !expertWon));
}

const trendOf = (of: readonly Line[]) => trendWithin(of.map(({ rollouts }) => rollouts));

/** What of a line is at one depth. */
interface AtDepth {
  readonly seed: number;
  readonly task: string;
  readonly rollouts: readonly Placed[];
  /** Those from the task's start. */
  readonly starts: readonly Placed[];
}

/** By depth, of each line that was probed there. */
function byDepth(lines: readonly Line[]): ReadonlyMap<number, readonly AtDepth[]> {
  const parts = lines.flatMap(({ seed, task, rollouts }) => {
    const places = Map.groupBy(rollouts, ({ index }) => index);
    const starts = places.get(0) ?? [];
    return [...places].map(([index, here]) => ({ index, seed, task, rollouts: here, starts }));
  });
  return Map.groupBy(parts, ({ index }) => index);
}

const shareOf = (rollouts: readonly Placed[]): Share => ({
  won: rollouts.filter(({ won }) => won).length,
  of: rollouts.length,
});

function withInterval(here: readonly AtDepth[]): ProbeShare {
  const cells = here.flatMap(({ seed, task, rollouts }) =>
    rollouts.map(({ won }) => ({ seed, task, value: Number(won) })),
  );
  const { low, high } = bootstrap(cells);
  return { ...shareOf(here.flatMap(({ rollouts }) => rollouts)), low, high };
}

function linesOf(material: Material, round: ProbingRound): Line[] {
  const probed = material.episodes(round.probed).filter(({ fork, failed }) => fork && !failed);
  const byParent = Map.groupBy(probed, ({ fork }) => fork!.from);
  // M is not written down: it is the most states that were probed along one trajectory.
  const probes = Math.max(0, ...[...byParent.values()].map((of) => distinct(of.map(({ fork }) => fork!.step)).length));
  const fromStart = Map.groupBy(
    material.episodes(round.explored).filter(({ failed }) => !failed),
    ({ task }) => task.id,
  );
  const runs = [...byParent].map(([id, children]) => ({ parent: material.episode(id), children }));
  const alike = Map.groupBy(runs, ({ parent }) => `${parent.success} ${parent.task.id}`);
  return [...alike.values()].map((group) => {
    const { task, success: expertWon } = group[0]!.parent;
    const starts = (fromStart.get(task.id) ?? []).map(({ success }) => ({ index: 0, won: success }));
    const later = group.flatMap(({ parent, children }) =>
      children.map(({ fork, success }) => ({
        index: probeIndex(fork!.step, parent.length, probes),
        won: success,
      })),
    );
    return { seed: round.seed, task: task.id, expertWon, rollouts: [...starts, ...later] };
  });
}

/** k of the state `s_kl` that lies before `step`, where l is the skip length of a trajectory with M `probes`. */
function probeIndex(step: number, length: number, probes: number): number {
  const skipLength = Math.max(1, Math.floor(length / (probes + 1)));
  return Math.min(probes, Math.max(1, Math.round(step / skipLength)));
}
