/** A command that is disturbed, with all that the disturbers must know of it. */

/** Faults by their names in faults.ts. */
export type FaultName =
  | "SIGKILL"
  | "SIGTERM"
  | "SIGINT"
  | "SIGHUP"
  | "double start"
  | "other run at once"
  | "full disk"
  | "locked store"
  | "damaged copy";

export interface Scenario {
  readonly name: string;
  /** How often each fault is done in the full form. */
  readonly faults: Readonly<Partial<Record<FaultName, number>>>;
  /** Makes what its command reads, in `folder`. */
  open(folder: string): Promise<Opened>;
}

export interface Opened {
  args(project: string): readonly string[];
  /** The same command for another run of the same project. */
  readonly otherArgs?: readonly string[];
  /** Folders of a project that are part of the result, besides its store. */
  readonly folders: readonly string[];
  /** What a project must hold before the command. Default: nothing. */
  begin?(project: string): void;
  /** Whether the command has nothing left to do, so that started again it would refuse. */
  isDone?(project: string): boolean;
  /** How far it has come, in any unit; null where nothing tells, so that only time does. Default: rows of the store. */
  readonly progress?: ((project: string) => number) | null;
  /** What an undisturbed project has cost; called once, before anything is disturbed. */
  calm?(): void;
  /** Throws if the life of one project, disturbed so often, has cost more than it may. */
  expectPaidOnce?(faults: number): void;
  close?(): Promise<void>;
}
