/**
 * A step's completion mostly holds its thought, word for word. Where thoughts are long, bodies keep only what stands around
 * it: half the bytes, and half the time to write them. What goes in comes out as it was, and a dump shows it whole.
 */
import type { Step, Trajectory } from "../core/trajectory.ts";

/** A shorter thought is not worth it. */
const LONG = 64;

/** What stands around the thought in a completion. */
interface Around {
  readonly after: string;
  readonly before: string;
}

/** The trajectory as its body keeps it. */
export function shortened(trajectory: Trajectory): unknown {
  if (!trajectory.steps.some(({ thought }) => thought.length >= LONG)) return trajectory;
  return { ...trajectory, steps: trajectory.steps.map(shortStep) };
}

function shortStep(step: Step): unknown {
  const { thought, completion } = step;
  const at = thought.length >= LONG ? completion.indexOf(thought.slice(0, LONG)) : -1;
  // To compare two texts takes a fraction of the time that looking for a long one takes.
  if (at < 0 || completion.slice(at, at + thought.length) !== thought) return step;
  const around: Around = { after: completion.slice(at + thought.length), before: completion.slice(0, at) };
  return { ...step, completion: around };
}

/** Whether a body may keep a completion so: the marks stand in no text, where quotes are escaped. */
export const isShortened = (body: string): boolean => body.includes('"completion":{"after":');

/** A body's record with whole completions; the identity on what has them, and on what has another shape. */
export function lengthened(record: unknown): unknown {
  const steps = (record as { readonly steps?: unknown } | null)?.steps;
  if (!Array.isArray(steps) || !steps.some(isShort)) return record;
  return { ...(record as object), steps: steps.map((step) => (isShort(step) ? longStep(step) : step)) };
}

interface ShortStep {
  readonly thought: string;
  readonly completion: Around;
}

function isShort(step: unknown): step is ShortStep {
  const { thought, completion } = (step ?? {}) as { readonly thought?: unknown; readonly completion?: Partial<Around> };
  if (typeof thought !== "string" || typeof completion !== "object" || completion === null) return false;
  return typeof completion.after === "string" && typeof completion.before === "string";
}

function longStep(step: ShortStep): object {
  const { before, after } = step.completion;
  return { ...step, completion: before + step.thought + after };
}
