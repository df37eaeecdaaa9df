/** ALFWorld: household tasks in text, from the original's game files. Start reading at benchmark.ts. */
import type { Benchmark } from "../../core/environment.ts";
import type { AlfworldOptions } from "./benchmark.ts";

export type { AlfworldOptions } from "./benchmark.ts";
export type { TaskKind } from "./kinds.ts";

/**
 * ALFWorld: household tasks in text, won (return 1) or not. Needs the original's game files; observations and listed actions
 * are the original's to the letter. The world is loaded when this is called. Throws CliError if `data` or `logic` are not what
 * they should be. Source: Shridhar et al. 2021, arXiv 2010.03768.
 */
export async function alfworld(options: AlfworldOptions): Promise<Benchmark> {
  return (await import("./benchmark.ts")).alfworld(options);
}
