/** What is stored about a run besides its trajectories: enough to compute every figure of the report again. */
import type { CheckpointId, TrainingSetId, TrajectoryId } from "./ids.ts";
import type { Json } from "./json.ts";

/** What a run may be called: its name is safe as a folder's name, too. */
export const RUN_NAME = {
  pattern: /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/,
  expected: "expected up to 100 letters, digits, dots, dashes and underscores, a letter or digit first",
} as const;

/** One call of `gleaner run`, `import`, `play`, `expert` or `dataset`. */
export interface Run {
  /** The user's name for it; unique in the project. */
  readonly name: string;
  /** Which command made it; `experiment` is `gleaner run`. */
  readonly kind: "import" | "experiment" | "expert" | "play" | "dataset";
  /** The settings as resolved, defaults filled in, paths left out. */
  readonly config: Json;
}

/** One iteration of one method with one seed, evaluated. Iteration 0 is the starting policy (BC). */
export interface Round {
  /** The name of its run. */
  readonly run: string;
  /** `BC`, `RFT×6`, `EEF` …: the row of the report's table. */
  readonly method: string;
  /** Which row of the table: 0 = BC, then the methods in the config's order. Methods may run side by side. */
  readonly row: number;
  /** One of the config's seeds. */
  readonly seed: number;
  /** 0 = the starting policy. */
  readonly iteration: number;
  /** The expert trajectories given to the method, every one confirmed by replay. */
  readonly expert: readonly TrajectoryId[];
  /** Expert trajectories that cannot be replayed: given as examples only. Absent if there are none. */
  readonly learnOnly?: readonly TrajectoryId[];
  /** Rollouts from the start of training tasks made in this iteration. */
  readonly explored: readonly TrajectoryId[];
  /** Rollouts from states along expert trajectories made in this iteration. */
  readonly probed: readonly TrajectoryId[];
  /** What was learned. */
  readonly trainingSet: TrainingSetId;
  /** What came of it. */
  readonly checkpoint: CheckpointId;
  /** Greedy rollouts on held-out tasks, or of `samples` sampled ones of each task the best. */
  readonly evaluated: readonly TrajectoryId[];
  /** Sampled rollouts of each held-out task, of which the best counts. Absent: evaluated greedily, once. */
  readonly samples?: number;
  /** What the selection counted: `needRecover`, `needRecoverSolved`, `tasksLeftOut` … */
  readonly counts: Readonly<Record<string, number>>;
}

/** The lists of a round, and what a trajectory is in it. */
export const ROUND_LISTS = ["expert", "learnOnly", "explored", "probed", "evaluated"] as const;

/** One of `ROUND_LISTS`. */
export type RoundList = (typeof ROUND_LISTS)[number];

/** A round without its lists, of which it says how long they are. */
export interface RoundHead extends Omit<Round, RoundList> {
  /** How many trajectories each list names. */
  readonly members: Readonly<Record<RoundList, number>>;
}

/** The head of `round`. */
export function headOfRound(round: Round): RoundHead {
  const { expert, learnOnly = [], explored, probed, evaluated, ...head } = round;
  const lists = { expert, learnOnly, explored, probed, evaluated };
  const members = Object.fromEntries(ROUND_LISTS.map((list) => [list, lists[list].length]));
  return { ...head, members: members as RoundHead["members"] };
}

/** How long something took. Kept apart from everything else, since it is the only thing that differs between equal runs. */
export interface Timing {
  /** The name of its run. */
  readonly run: string;
  /** As in `Round.method`. */
  readonly method: string;
  /** As in `Round.seed`. */
  readonly seed: number;
  /** As in `Round.iteration`. */
  readonly iteration: number;
  /** What was done. */
  readonly phase: "explore" | "probe" | "train" | "evaluate" | "expert";
  /** Wall-clock time. */
  readonly milliseconds: number;
  /** When it ended: ISO 8601, UTC. Absent in stores made before it was kept. */
  readonly at?: string;
  /** The program that did it, `0.1.0 (1a2b3c4)`. Absent where it is not known. */
  readonly by?: string;
}

/**
 * What replaying found out about an imported trajectory: the world said the same (`verified`), said something else
 * (`diverged`), or cannot be asked (`unreplayable`).
 */
export type Verification =
  /** The world said again what was recorded. */
  | {
      readonly kind: "verified";
      /** Whose record it is. */
      readonly trajectory: TrajectoryId;
    }
  /**
   * It cannot be played again, so its texts, return and success are only its log's word. It serves for statistics and
   * as an example to imitate; nothing starts from its states, and its task is no training task.
   */
  | {
      readonly kind: "unreplayable";
      /** Whose record it is. */
      readonly trajectory: TrajectoryId;
      /** What the log leaves out. */
      readonly reason: string;
    }
  /** The world said something else. */
  | {
      readonly kind: "diverged";
      /** Whose record it is. */
      readonly trajectory: TrajectoryId;
      /** Index of the step whose result differs; -1 for the first observation. */
      readonly step: number;
      /** What was recorded there. */
      readonly expected: string;
      /** What the world said instead. */
      readonly got: string;
    };

/**
 * What the stored config of `run` says of the method in `row` of its rounds, which counts from 1; row 0 is behaviour cloning,
 * of which a config says nothing. undefined for that row, and where the run was stored without its methods.
 */
export function methodSaidOf(run: Run | undefined, row: number): Readonly<Record<string, Json>> | undefined {
  const { methods } = (run?.config ?? {}) as { readonly methods?: readonly Readonly<Record<string, Json>>[] };
  return methods?.[row - 1];
}

/** What the config of a run of kind `dataset` says: a training set that was chosen without a training. */
export interface DatasetConfig {
  /** The runs whose episodes it was chosen from. */
  readonly sources: readonly {
    /** A run's name. */
    readonly run: string;
  }[];
  /** What chose: `bc`, `pairs` …, or the method of an experiment's round. */
  readonly method: string;
  /** Of an experiment's round: its seed. */
  readonly seed?: number;
  /** Of an experiment's round: its iteration. */
  readonly iteration?: number;
  /** The training set's id in the store. */
  readonly trainingSet: TrainingSetId;
}

/** What `run` says of its training set; undefined for runs of other kinds. */
export function datasetOf({ kind, config }: Run): DatasetConfig | undefined {
  return kind === "dataset" ? (config as unknown as DatasetConfig) : undefined;
}
