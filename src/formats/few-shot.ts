/** Example episodes in front of the task's own: the model reads them as turns it took before. They are never learned. */
import { CliError } from "../core/errors.ts";
import { fingerprint } from "../core/ids.ts";
import type { Message } from "../core/policy.ts";
import type { Task } from "../core/task.ts";
import type { Trajectory } from "../core/trajectory.ts";
import type { Format } from "./format.ts";

export interface ExampleEpisode {
  readonly task: Task;
  readonly trajectory: Trajectory;
}

/**
 * `format` with `examples` between its rules and the task, whatever the task is. What the last action of an example led
 * to is left out, so that turns keep alternating. Throws CliError for an episode without actions.
 */
export function withExamples(format: Format, examples: readonly ExampleEpisode[]): Format {
  if (examples.length === 0) return format;
  const turns = examples.flatMap(({ task, trajectory }) => {
    if (trajectory.steps.length === 0) throw new CliError(`example ${trajectory.id}: expected actions, found none`);
    return trajectory.steps.flatMap((step, index): Message[] => [
      { role: "user", content: format.user(task, step.observation, index === 0) },
      { role: "assistant", content: format.assistant(step) },
    ]);
  });
  return {
    ...format,
    preamble: [...(format.preamble ?? []), ...turns],
    variants: [...(format.variants ?? []), `examples-${fingerprint(turns)}`],
  };
}
