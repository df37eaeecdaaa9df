/** One trajectory turn by turn: what was learned of it and why, and the exact training row. Types only: see shared.ts. */
import type { Share } from "../../analysis/statistics.ts";
import type { TrajectoryId } from "../../core/ids.ts";
import type { Actor, Interval, RoundLine, StepLabel, Text, TrajectoryHead } from "./shared.ts";

/** `runs/RUN/rounds/ROUND/trajectories/ID` */
export interface Transcript {
  readonly run: string;
  readonly round: RoundLine | null;
  readonly head: TrajectoryHead;
  readonly instruction: Text;
  readonly verification: Verified;
  /** For a shell: starts a person at the task's start; `{step}` stands for the step. null where it cannot be played. */
  readonly play: string | null;
  readonly steps: readonly TranscriptStep[];
  readonly finalObservation: Text;
  /** Examples of the round's training set that are made of this trajectory, or of a student's that left it on the way. */
  readonly examples: readonly ExampleLine[];
  /** Other trajectories of the same task in this run, to compare with; at most 50. */
  readonly others: readonly TrajectoryHead[];
}

/** What replaying found out; `unknown`: nobody asked (the run's own rollouts are exact by construction). */
export type Verified =
  | { readonly kind: "verified" | "unknown" }
  | { readonly kind: "unreplayable"; readonly reason: string }
  | { readonly kind: "diverged"; readonly step: number; readonly expected: Text; readonly got: Text };

export interface TranscriptStep {
  readonly index: number;
  readonly observation: Text;
  readonly thought: Text;
  readonly action: Text;
  readonly reward: number;
  readonly actor: Actor;
  /** Tokens read and written; null when no model acted. */
  readonly tokens: { readonly read: number; readonly written: number } | null;
  readonly label: StepLabel;
  readonly taken: Share | null;
  readonly needRecover: boolean;
  readonly mask: Mask;
}

/**
 * Of one turn in the round's training set. `rejected`: it is on the worse side of a preference. `example` is the place of the
 * example that says so (`ExampleLine.position`). `unused`: no example shows it.
 */
export type Mask =
  | { readonly kind: "learned" | "context" | "rejected"; readonly reason: string; readonly example: number }
  | { readonly kind: "unused"; readonly reason: string };

export interface ExampleLine {
  /** Its place in the training set, from 0. */
  readonly position: number;
  readonly part: "example" | "preferred" | "rejected";
  /** The trajectory that it is made of: this one, or one that shares this one's first `shared` steps. */
  readonly trajectory: TrajectoryId;
  readonly shared: number;
  readonly reasons: readonly string[];
  /** Indices of the learned steps, of those that are shared. */
  readonly learned: readonly number[];
}

/** `runs/RUN/rounds/ROUND/decisions/ID/STEP` – which rule decided whether this action is learned */
export interface Decision {
  readonly isLearned: boolean;
  /** One sentence: the rule, in methods.md's words. */
  readonly rule: string;
  /** `methods.md §2, Solution`. */
  readonly source: string;
  readonly label: StepLabel;
  /** The states around the action whose tries decided the label. */
  readonly states: readonly (Interval & { readonly step: number })[];
  /** The important state that an example is trained for; null where the method has none. */
  readonly important: { readonly trajectory: TrajectoryId; readonly step: number } | null;
  /** Won trajectories through it: the chosen one first, then in the order in which they lost. At most 10. */
  readonly candidates: readonly Candidate[];
  readonly remarks: readonly string[];
}

export interface Candidate {
  readonly head: TrajectoryHead;
  readonly chosen: boolean;
  /** Expert actions from the important state on, which are learned. */
  readonly expertActions: number;
  readonly iteration: number;
  readonly steps: number;
  /** Why it lost to the chosen one: `2 expert actions more`. null for the chosen one. */
  readonly lostBy: string | null;
}

/** `runs/RUN/rounds/ROUND/rows/POSITION` – the exact training row of an example */
export interface Row {
  readonly position: number;
  /** `token ids as the model wrote them`, `tokenizer of CHECKPOINT`; null where the student has no tokenizer (`missing` says why). */
  readonly tokensFrom: string | null;
  readonly missing: string | null;
  /** One conversation, or the two sides of a preference; several where a template rewrites earlier turns. */
  readonly rows: readonly RowTokens[];
  readonly messages: readonly RowMessage[];
  /** Export targets by name, each of which can be asked what its tool would train. */
  readonly targets: readonly string[];
}

export interface RowTokens {
  readonly side: "example" | "preferred" | "rejected";
  readonly tokens: readonly RowToken[];
}

export interface RowToken {
  readonly id: number;
  /** What it stands for; bytes that are no text are shown as `\xNN`. */
  readonly text: string;
  readonly learned: boolean;
}

export interface RowMessage {
  readonly side: "example" | "preferred" | "rejected";
  readonly role: string;
  readonly content: Text;
  readonly learned: boolean;
  readonly reason: string | null;
  /** The step that it is of; null for context that is no action. */
  readonly step: number | null;
}

/** `runs/RUN/rounds/ROUND/rows/POSITION/targets/TARGET` – what another tool would train of this example */
export interface TargetSays {
  /** `trl`, `verl-multiturn` …: the exporters' names. */
  readonly target: string;
  /** By message of `messages`: what the tool trains. null where it refuses the example. */
  readonly learned: readonly boolean[] | null;
  /** What it cannot express; null if it learns exactly what is stored. */
  readonly refusal: string | null;
}
