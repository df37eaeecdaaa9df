/**
 * Whole experiments, as the library offers them. Their parts are loaded on first use, since the YAML reader and the schemas
 * of all students are a third of what the library would load. Start reading at run.ts.
 */
import type { ExperimentConfig } from "./config.ts";
import type { Parts } from "./parts.ts";

export type { ExperimentConfig, ScriptedSource } from "./config.ts";
export type { Parts } from "./parts.ts";
export type { Phase, Progress } from "./progress.ts";

/**
 * Reads a config file, fills in every default and checks it.
 *
 * @param path A YAML file; docs/methods.md and examples/ say what may be in it.
 * @param sets Values that replace what the file says, as `--set` does: `["training.steps", 200]`.
 * @throws CliError with file, line and place of each problem.
 */
export async function readConfig(
  path: string,
  sets: readonly (readonly [key: string, value: unknown])[] = [],
): Promise<ExperimentConfig> {
  return (await import("./config.ts")).readConfig(path, sets);
}

/**
 * `readConfig` for a config that is already in memory.
 *
 * @param name What errors call it, in place of a file's path.
 * @param text YAML.
 * @param sets Values that replace what the text says, as `--set` does.
 * @throws CliError with name, line and place of each problem.
 */
export async function parseConfig(
  name: string,
  text: string,
  sets: readonly (readonly [key: string, value: unknown])[] = [],
): Promise<ExperimentConfig> {
  return (await import("./config.ts")).parseConfig(name, text, sets);
}

/**
 * Runs or continues an experiment. For each seed it plays the expert, clones its behaviour, then runs every method and
 * evaluates it on held-out tasks. Work that is already in `parts.repository` is not done again.
 *
 * @param config From `readConfig` or `parseConfig`.
 * @param parts The world, the expert, the student and the store that the config's names stand for. The caller closes them.
 * @throws StopError if a server or a budget ends the run, StoreError, TrainerError, and CliError for what does not fit together.
 *   With `restore` in the config the run must be noted with an audit of its world, as `gleaner run` does; EnvironmentError where
 *   that found a fault.
 */
export async function runExperiment(config: ExperimentConfig, parts: Parts): Promise<void> {
  return (await import("./run.ts")).runExperiment(config, parts);
}
