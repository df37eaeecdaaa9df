/**
 * `Student` is the model being trained, as an experiment sees it: where it starts, and how a checkpoint of it acts.
 * `StudentKind` is what every kind of student declares. A kind is a folder beside this file and one line in kinds.ts.
 */
import type { z } from "zod";
import type { Json } from "../core/json.ts";
import type { Message } from "../core/message.ts";
import type { Policy } from "../core/policy.ts";
import type { Checkpoint, Trainer } from "../core/training.ts";
import type { Format } from "../formats/format.ts";

/**
 * The model being trained, as an experiment sees it: where it starts, what trains it, and how a checkpoint of it acts.
 */
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
  /**
   * Looks whether the files of a checkpoint are whole. What is damaged is set aside, and a sentence says so: the checkpoint
   * must be made again. undefined: nothing is wrong. Absent: its checkpoints are no files of this project.
   */
  check?(checkpoint: Checkpoint): Promise<string | undefined>;
  /** A checkpoint as a policy that reads `format`. `temperature` 0 = greedy. The caller closes it. */
  policy(checkpoint: Checkpoint, format: Format, temperature: number): Promise<Policy>;
  /** What its rollouts cannot guarantee, for the report; for example, because a server ignores seeds. */
  notes(): Promise<readonly string[]>;
  /** Ends what it keeps running between policies. */
  close(): Promise<void>;
}

/** The properties of a student that change its rollouts. They are part of every trajectory's id. */
export interface Sampling {
  readonly format: string;
  readonly restrict: boolean;
  readonly maxTokens: number;
  /** Tokens of prompt and completion together; absent: what the checkpoint or its server says. */
  readonly context?: number;
  /** More fields of each request to a server. */
  readonly extra?: Readonly<Record<string, Json>>;
  /** What the chat template is given beside the conversation. Absent: nothing. */
  readonly template?: Readonly<Record<string, Json>>;
  /** The ending that conversations ask for at their beginning. Absent: they ask for none. */
  readonly mode?: string;
}

/** What every config says, whatever its student. */
export interface RunSettings {
  readonly run: string;
  /** Episodes in flight. */
  readonly concurrency: number;
}

/** The part of a config that a kind of student is put together from. */
export type StudentConfig<Parts extends z.ZodRawShape> = z.output<z.ZodObject<Parts>> & RunSettings;

/** One kind of student: its part of a config, and what follows from it. Loads nothing heavy until it is opened. */
export interface StudentKind<Parts extends z.ZodRawShape, Config = StudentConfig<Parts>> {
  /** The members that it adds to a config, every default included. */
  readonly parts: Parts;
  /** Members of `student` that are folders on this machine. */
  readonly folders: readonly string[];
  /** True for pretrained models: they read and learn their own words as written, not as a format renders them. */
  readonly writesFreely: boolean;
  /** What changes its rollouts, beside the format and `maxTokens`. */
  sampling(config: Config): Pick<Sampling, "context" | "extra" | "template">;
  /** Episodes of random play that it is trained on first; absent: it needs none. */
  practiceEpisodes?(config: Config): number;
  /** What of `student` and `training` decides results, and is stored with a run: no paths, no addresses. Throws CliError. */
  stored(config: Config): { readonly student: object; readonly training: object };
  /**
   * `project`: the folder that its checkpoints go to. `say` hears, a line at a time, when a server keeps it waiting. Throws
   * CliError for what it needs and is not there.
   */
  open(project: string, config: Config, say?: (line: string) => void): Promise<Student>;
}
