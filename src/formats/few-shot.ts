/** Example episodes in front of the task's own: the model reads them as turns it took before. They are never learned. */
import { CliError } from "../core/errors.ts";
import { fingerprint } from "../core/ids.ts";
import type { Message } from "../core/message.ts";
import type { Task } from "../core/task.ts";
import type { Trajectory } from "../core/trajectory.ts";
import { type Format, stepMessages, toldMessages } from "./format.ts";

/** An episode shown to a model before its own task. */
export interface ExampleEpisode {
  /** What was to be solved. */
  readonly task: Task;
  /** How it went; at least one action. */
  readonly trajectory: Trajectory;
}

/** Calls in examples are numbered from here, far from those of the task. */
const FIRST_CALL = 10_000;

/**
 * `format`, with `examples` between its rules and the task, whatever the task is. What the last action of an example led to is
 * left out, so that turns keep alternating, unless it answers a call. Throws CliError for an episode without actions.
 */
export function withExamples(format: Format, examples: readonly ExampleEpisode[]): Format {
  if (examples.length === 0) return format;
  const turns = examples.flatMap(({ task, trajectory }, index) => {
    if (trajectory.steps.length === 0) throw new CliError(`example ${trajectory.id}: expected actions, found none`);
    const messages = stepMessages(format, task, trajectory.steps, FIRST_CALL * (index + 1));
    const { said } = messages.at(-1)!;
    const answers = toldMessages({ format, task, observation: trajectory.finalObservation, said });
    return [
      ...messages.flatMap(({ told, said }): Message[] => [...told, said]),
      ...answers.filter(({ role }) => role === "tool"),
    ];
  });
  return {
    ...format,
    preamble: [...(format.preamble ?? []), ...turns],
    variants: [...(format.variants ?? []), `examples-${fingerprint(turns)}`],
  };
}
