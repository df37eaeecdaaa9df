/** The model being trained, as an experiment sees it: where it starts and how a checkpoint of it acts. */
import type { Json } from "../core/json.ts";
import type { Message, Policy } from "../core/policy.ts";
import type { Checkpoint, Trainer } from "../core/training.ts";
import type { Format } from "../formats/format.ts";

export interface Student {
  /** Trains every checkpoint of this experiment. */
  readonly trainer: Trainer;
  /** Trains the base phase on practice episodes. */
  readonly practiceTrainer: Trainer;
  /**
   * The untrained student of a seed. `material` is what its vocabulary is learned from; a pretrained student ignores it.
   * Deterministic; done once, found again later.
   */
  initial(seed: number, material: readonly Message[]): Promise<Checkpoint>;
  /** A checkpoint as a policy that reads `format`. `temperature` 0 = greedy. The caller closes it. */
  policy(checkpoint: Checkpoint, format: Format, temperature: number): Promise<Policy>;
  /** What cannot be promised of its rollouts, for the report: a server that ignores seeds, say. */
  notes(): Promise<readonly string[]>;
  /** Ends what it keeps running between policies. */
  close(): Promise<void>;
}

/** What of a student changes its rollouts; part of every trajectory's id. */
export interface Sampling {
  readonly format: string;
  readonly restrict: boolean;
  readonly maxTokens: number;
  /** Tokens of prompt and completion together; absent: what the checkpoint or its server says. */
  readonly context?: number;
  /** More fields of each request to a server. */
  readonly extra?: Readonly<Record<string, Json>>;
  /** How conversations say they are to end; absent: they do not say. */
  readonly mode?: string;
}
