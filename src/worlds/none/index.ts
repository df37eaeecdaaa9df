/**
 * `--env none`: no world. Episodes are kept as their logs have them, so nothing can be played, replayed or probed; what needs
 * no world (statistics, training sets) works.
 */
import type { Benchmark } from "../../core/environment.ts";
import { CliError } from "../../core/errors.ts";

/** What everything says that would play or replay. */
export const NEEDS_WORLD =
  "this needs a world, and episodes that were imported with --env none have none: write one as a module " +
  "(docs/guides/own-world.md) or a Python class (docs/guides/python-world.md) and import the logs again with --env";

/** `successReturn`: the reward at or above which an episode is won. */
export function withoutWorld(successReturn = 1): Benchmark {
  const refuse = async (): Promise<never> => {
    throw new CliError(NEEDS_WORLD);
  };
  return {
    ...{ name: "none", splits: ["train"], maxSteps: 1, successReturn, instructions: "" },
    tasks: refuse,
    task: refuse,
    open: refuse,
  };
}
