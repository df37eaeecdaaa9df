/**
 * How often probes win, by how far along the expert's trajectory they start. If probes on lost runs win more the
 * deeper they start, the failures hold states worth mining; if not, sampling from the start does as well. An
 * indication, not a law.
 */
import type { Round } from "../core/run.ts";
import { distinct, type Episode, type Material } from "./material.ts";
import { bootstrap, type Share, trend } from "./statistics.ts";

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
}

export interface ProbeCurve {
  readonly depths: readonly ProbeDepth[];
  /** Whether the share won rises or falls with depth, z of the test for trend; null if it cannot be told. */
  readonly trendOfLost: number | null;
  readonly trendOfWon: number | null;
}

interface Probe {
  readonly seed: number;
  readonly task: string;
  readonly index: number;
  readonly expertWon: boolean;
  readonly success: boolean;
}

/** What of a round the curve is drawn from. */
export type ProbingRound = Pick<Round, "seed" | "explored" | "probed">;

/** All rounds of a method pooled; null if it never probed. Failed rollouts are left out. */
export function probeCurve(material: Material, rounds: readonly ProbingRound[]): ProbeCurve | null {
  const probes = rounds.flatMap((round) => probesOf(material, round));
  if (probes.length === 0) return null;
  const shareOf = (index: number, expertWon: boolean): ProbeShare => {
    const group = probes.filter((probe) => probe.index === index && probe.expertWon === expertWon);
    const { low, high } = bootstrap(group.map(({ seed, task, success }) => ({ seed, task, value: Number(success) })));
    return { won: group.filter(({ success }) => success).length, of: group.length, low, high };
  };
  const deepest = Math.max(...distinct(probes.map(({ index }) => index)));
  const depths = Array.from({ length: deepest + 1 }, (_, index) => ({
    index,
    lost: shareOf(index, false),
    won: shareOf(index, true),
  }));
  return {
    depths,
    trendOfLost: trend(depths.map(({ lost }) => lost)),
    trendOfWon: trend(depths.map(({ won }) => won)),
  };
}

function probesOf(material: Material, round: ProbingRound): Probe[] {
  const probed = material.episodes(round.probed).filter(({ fork, failed }) => fork && !failed);
  const byParent = Map.groupBy(probed, ({ fork }) => fork!.from);
  // M is not written down: it is the most states that were probed along one trajectory.
  const probes = Math.max(0, ...[...byParent.values()].map((of) => distinct(of.map(({ fork }) => fork!.step)).length));
  const fromStart = Map.groupBy(
    material.episodes(round.explored).filter(({ failed }) => !failed),
    ({ task }) => task.id,
  );
  return [...byParent].flatMap(([id, children]) => {
    const parent = material.episode(id);
    const probe = (index: number) => (episode: Episode) => ({
      seed: round.seed,
      task: parent.task.id,
      index,
      expertWon: parent.success,
      success: episode.success,
    });
    return [
      ...(fromStart.get(parent.task.id) ?? []).map(probe(0)),
      ...children.map((child) => probe(probeIndex(child.fork!.step, parent.length, probes))(child)),
    ];
  });
}

/** k of the state `s_kl` that lies before `step`, where l is the skip length of a trajectory with M `probes`. */
function probeIndex(step: number, length: number, probes: number): number {
  const skipLength = Math.max(1, Math.floor(length / (probes + 1)));
  return Math.min(probes, Math.max(1, Math.round(step / skipLength)));
}
