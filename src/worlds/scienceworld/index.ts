/** ScienceWorld: science experiments in a text house, played in the original simulator. Start reading at benchmark.ts. */
import type { Benchmark } from "../../core/environment.ts";
import type { ScienceWorldOptions } from "./benchmark.ts";

export type { ScienceWorldOptions } from "./benchmark.ts";

/**
 * ScienceWorld as it was installed. The world is loaded when this is called.
 * Throws CliError for options out of range and for what is not installed.
 */
export async function scienceworld(options: ScienceWorldOptions = {}): Promise<Benchmark> {
  return (await import("./benchmark.ts")).scienceworld(options);
}
