/** ALFWorld: household tasks in text, from the original's game files. Start reading at benchmark.ts. */
import type { Benchmark } from "../../core/environment.ts";
import type { AlfworldOptions } from "./benchmark.ts";

export type { AlfworldOptions } from "./benchmark.ts";
export type { TaskKind } from "./kinds.ts";

/**
 * ALFWorld's games in the folder `data`. The world is loaded when this is called.
 * Throws CliError if `data` or `logic` are not what they should be.
 */
export async function alfworld(options: AlfworldOptions): Promise<Benchmark> {
  return (await import("./benchmark.ts")).alfworld(options);
}
