/** Trajectories side by side, rounds side by side, and finding text. Types only: see shared.ts. */
import type { TaskId, TrajectoryId } from "../../core/ids.ts";
import type { RoundLine, Text, TrajectoryHead } from "./shared.ts";
import type { TranscriptStep } from "./transcript.ts";

/** `diff/LIST` – trajectories of one task side by side, 2 to 8 of them. LIST is `ID,ID[,ID…]`, each encoded, and encoded as a whole. */
export interface Diff {
  readonly task: TaskId;
  readonly instruction: Text;
  readonly columns: readonly TrajectoryHead[];
  /** How many first steps all of them share. */
  readonly shared: number;
  /** The first step whose action or observation differs; null if they are the same to the end of the shortest. */
  readonly divergesAt: number | null;
  readonly rows: readonly DiffRow[];
}

export interface DiffRow {
  readonly index: number;
  readonly same: boolean;
  /** By column; null: it had ended. */
  readonly cells: readonly (Pick<TranscriptStep, "observation" | "thought" | "action" | "reward" | "actor"> | null)[];
}

/** `flips/RUN/ROUND/RUN/ROUND` – held-out tasks under one round (a) and another (b), of two runs, methods or iterations */
export interface Flips {
  readonly a: FlipSide;
  readonly b: FlipSide;
  /** Flips first: won by a and lost by b, then the other way round, then the rest. */
  readonly lines: readonly FlipLine[];
  readonly counts: { readonly wonToLost: number; readonly lostToWon: number; readonly same: number };
  /** Tasks that only one of them played. */
  readonly onlyA: number;
  readonly onlyB: number;
}

export interface FlipSide {
  readonly run: string;
  readonly round: RoundLine;
}

export interface FlipLine {
  readonly task: TaskId;
  readonly category: string;
  readonly a: boolean;
  readonly b: boolean;
  readonly trajectoryA: TrajectoryId;
  readonly trajectoryB: TrajectoryId;
  /** Examples about this task in b's training set that a's does not have, and the other way round. */
  readonly addedRows: number;
  readonly droppedRows: number;
}

/** `runs/RUN/search?q=TEXT` – only on a server; an exported folder is searched by the page itself, in what it holds */
export interface Search {
  readonly query: string;
  readonly hits: readonly Hit[];
  /** There are more than these. */
  readonly more: boolean;
  /** What was not searched, in words (`40 % of the project is indexed …`); null: everything was. */
  readonly remark: string | null;
}

export interface Hit {
  readonly trajectory: TrajectoryId;
  readonly task: TaskId;
  readonly who: string;
  readonly won: boolean;
  readonly step: number;
  readonly part: "observation" | "thought" | "action";
  readonly before: string;
  readonly match: string;
  readonly after: string;
}
