/** What the viewer knows of a project: its store, and what other rooms lend to it as functions. Nothing here can write. */
import type { SkillOf } from "../analysis/skills.ts";
import type { RunReading } from "../analysis/story.ts";
import type { CommandLine } from "../core/command-line.ts";
import type { TrajectoryId } from "../core/ids.ts";
import type { Repository } from "../core/repository.ts";
import type { Round, Run } from "../core/run.ts";
import type { Checkpoint, Example } from "../core/training.ts";
import type { Findings } from "../store/searching.ts";
import type { Progress } from "./api/project.ts";
import type { RowTokens, TargetSays } from "./api/transcript.ts";

export interface View {
  /** The folder's name. */
  readonly project: string;
  /** Of gleaner. */
  readonly version: string;
  /** Commands on this project, as a user types them. */
  readonly command: CommandLine;
  /** Open to read. It may hide runs that are not asked for. */
  readonly repository: Repository;
  /**
   * A number that is another one once the store has changed. Whatever is computed may be kept until then; the functions of `data/`
   * keep it by `View`.
   */
  readonly changes: () => number;
  /** What runs that are under way say of themselves now. */
  readonly progress: () => readonly Progress[];
  /**
   * Reads the labels of the last of `rounds` again: rounds of one method and seed up to it, in order, of a method that probed.
   * By expert trajectory.
   */
  readonly readingsOf: (rounds: readonly Round[]) => ReadonlyMap<TrajectoryId, RunReading>;
  /**
   * The wins of one task that pass through the state before a step of a trajectory (null: the task's start): those that the method
   * chose first, then in the order in which they lost. `wins` come in the order in which the method had them.
   */
  readonly rankedWins: (
    wins: readonly Win[],
    at: { readonly trajectory: TrajectoryId; readonly step: number } | null,
    rule: { readonly distinct: boolean; readonly one: boolean },
  ) => readonly RankedWin[];
  /** What an example is trained as, token by token. */
  readonly trainedRow: (asked: AskedRow) => TrainedRow;
  /** The export targets, in the order in which they are listed. */
  readonly toolNames: readonly string[];
  /** What a target's tool would train of an example. Rejects with StoreError where a disk refuses the files that it is asked with. */
  readonly toolOn: (target: string, asked: AskedRow) => Promise<TargetSays>;
  /** At most `limit` places in the trajectories of `run` that say the words of `query`, one after the other. */
  readonly find: (run: string, query: string, limit: number) => Findings;
  /** What counts as one kind of action in the run's world; undefined where that is not known. */
  readonly skillOf: (run: string) => SkillOf | undefined;
}

/** A won trajectory; `iteration` is 0 for the expert's own runs, else the one that made it. */
export interface Win {
  readonly id: TrajectoryId;
  readonly iteration: number;
}

export interface RankedWin extends Win {
  /** The expert's actions from the state on, which would be learned. */
  readonly expertActions: number;
  readonly steps: number;
  /** Why it was not chosen; null if it was. */
  readonly lostBy: string | null;
}

export interface AskedRow {
  readonly run: Run;
  /** That was made of the example's set; undefined: nothing was trained. */
  readonly checkpoint: Checkpoint | undefined;
  readonly example: Example;
  /** Of a set of preferences. */
  readonly beta?: number;
}

export interface TrainedRow {
  /** Where the tokens are from; null where nobody can tell them. */
  readonly from: string | null;
  /** Why not. */
  readonly missing: string | null;
  readonly rows: readonly RowTokens[];
}
