/** What an import found, as plain data: every line is accounted for exactly once. */
import type { TrajectoryId } from "../core/ids.ts";
import type { Verification } from "../core/run.ts";
import type { Trajectory } from "../core/trajectory.ts";
import type { LoggedEpisode } from "./reader.ts";

/** Where in the logs; `line` counts from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

export const CLAIMS = ["won", "lost", "broken off"] as const satisfies readonly LoggedEpisode["claimed"][];
export type Claim = (typeof CLAIMS)[number];

/** `lines` = malformed + episodes; episodes = unknownTasks + verified + diverged + broken. */
export interface ImportSummary {
  readonly run: string;
  /** Lines that are not blank. */
  readonly lines: number;
  readonly malformed: readonly (Place & { readonly problem: string })[];
  /** Lines that were understood. */
  readonly episodes: number;
  readonly unknownTasks: readonly (Place & { readonly task: string })[];
  /** Episodes in which every answer of the world is the logged one. */
  readonly verified: number;
  readonly diverged: readonly (Place & {
    readonly trajectory: TrajectoryId;
    readonly step: number;
    readonly expected: string;
    readonly got: string;
  })[];
  /** Episodes that could not be replayed because the world broke; not stored. */
  readonly broken: readonly (Place & { readonly error: string })[];
  /** What the log says about its episodes; of the verified ones also what the world says. */
  readonly claims: Readonly<
    Record<Claim, { readonly episodes: number; readonly won: number; readonly notWon: number }>
  >;
  /** Verified episodes that the log calls won and the world does not, or the other way round. */
  readonly disagreements: readonly (Place & { readonly claimed: Claim; readonly world: "won" | "not won" })[];
  /** Actions of all episodes, and how many of them have a thought. */
  readonly steps: number;
  readonly stepsWithThought: number;
  /** Thoughts behind an episode's last action, which no step holds. */
  readonly unusedThoughts: number;
  /** Trajectories that were not in the repository before. */
  readonly added: number;
}

interface ReplayedEpisode {
  readonly place: Place;
  readonly episode: LoggedEpisode;
  readonly trajectory: Trajectory;
  readonly verification: Verification;
  readonly isNew: boolean;
}

/** Collects a summary while the logs are read. */
export function startTally(run: string) {
  const malformed: ImportSummary["malformed"][number][] = [];
  const unknownTasks: ImportSummary["unknownTasks"][number][] = [];
  const diverged: ImportSummary["diverged"][number][] = [];
  const broken: ImportSummary["broken"][number][] = [];
  const disagreements: ImportSummary["disagreements"][number][] = [];
  const claim = () => ({ episodes: 0, won: 0, notWon: 0 });
  const claims = { won: claim(), lost: claim(), "broken off": claim() };
  const count = { episodes: 0, verified: 0, steps: 0, stepsWithThought: 0, unusedThoughts: 0, added: 0 };

  return {
    malformed: (place: Place, problem: string) => void malformed.push({ ...place, problem }),
    unknownTask: (place: Place, task: string) => void unknownTasks.push({ ...place, task }),
    broken: (place: Place, error: string) => void broken.push({ ...place, error }),
    episode({ claimed, steps, unusedThoughts }: LoggedEpisode) {
      count.episodes += 1;
      count.steps += steps.length;
      count.stepsWithThought += steps.filter(({ thought }) => thought !== "").length;
      count.unusedThoughts += unusedThoughts;
      claims[claimed].episodes += 1;
    },
    replayed({ place, episode: { claimed }, trajectory, verification, isNew }: ReplayedEpisode) {
      if (isNew) count.added += 1;
      if (verification.kind === "diverged") {
        const { kind: _, ...difference } = verification;
        diverged.push({ ...place, ...difference });
        return;
      }
      count.verified += 1;
      claims[claimed][trajectory.success ? "won" : "notWon"] += 1;
      if ((claimed === "won") !== trajectory.success) {
        disagreements.push({ ...place, claimed, world: trajectory.success ? "won" : "not won" });
      }
    },
    summary(): ImportSummary {
      const lines = malformed.length + count.episodes;
      return { run, lines, malformed, unknownTasks, diverged, broken, claims, disagreements, ...count };
    },
  };
}
