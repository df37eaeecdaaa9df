/** What the list of commands knows of each before it is loaded. */
import type { Command } from "commander";

export interface CommandEntry {
  readonly name: string;
  /** What it does, in `gleaner --help` and at the top of its own help. */
  readonly summary: string;
  /** Its file, which gives the command its arguments, options and action. `all`: every command there is. */
  load(): Promise<{ register(command: Command, all: readonly CommandEntry[]): void }>;
}
