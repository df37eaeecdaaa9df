/** ScienceWorld: science experiments in a text house, played in the original simulator. Start reading at benchmark.ts. */
import type { Benchmark } from "../../core/environment.ts";
import type { ScienceWorldOptions } from "./benchmark.ts";

export type { ScienceWorldOptions } from "./benchmark.ts";

/**
 * ScienceWorld: science experiments in a text house, 30 tasks in 7,207 variations, returns from -100 to 100 (a success). The
 * world is the original simulator, in JVMs of its own; `gleaner env install scienceworld` gets it. It is loaded when this is
 * called. Throws CliError for options out of range and for what is not installed. Source: Wang et al. 2022, arXiv 2203.07540.
 */
export async function scienceworld(options: ScienceWorldOptions = {}): Promise<Benchmark> {
  return (await import("./benchmark.ts")).scienceworld(options);
}
