/**
 * Messages ⇄ actions. A format says how an episode is written as a conversation and how an action is read out of a
 * completion. Which format a policy reads is the run's choice and is stored with it. The formats there are: named.ts.
 */
import type { Message } from "../core/policy.ts";
import type { Task } from "../core/task.ts";
import type { Step } from "../core/trajectory.ts";

export const FORMATS = ["compact", "text", "react", "eto", "agentgym"] as const;
export type FormatName = (typeof FORMATS)[number];

export interface Format {
  readonly name: FormatName;
  /** The first message, or null if the format has none. */
  readonly system: string | null;
  /** What was said before the task came up: rules and their acceptance, example episodes. Users and assistants alternate. */
  readonly preamble?: readonly Message[];
  /** What `withExamples` and `verbatim` changed; part of the format's identity. */
  readonly variants?: readonly string[];
  /** Stands before each action; absent if the action stands alone. */
  readonly marker?: string;
  /** What the policy is told; the first observation comes with the task's instruction. */
  user(task: Task, observation: string, isFirst: boolean): string;
  assistant(decision: SpokenDecision): string;
  /** The action (and thought) in a completion. Any text gives some action: the environment answers nonsense. */
  parse(completion: string): { readonly thought: string; readonly action: string };
}

/** What a policy decided and, where it is known, how it put it. */
export interface SpokenDecision {
  readonly thought: string;
  readonly action: string;
  readonly completion?: string;
}

/** What tells formats apart in ids: `react`, `react+examples-3f2a…+verbatim`. A mode (`withMode`) is not told. */
export const formatId = ({ name, variants = [] }: Format): string => [name, ...variants].join("+");

/** What stands before the first observation. */
export function opening({ system, preamble = [] }: Format): Message[] {
  return system === null ? [...preamble] : [{ role: "system", content: system }, ...preamble];
}

/** The conversation so far, ending with `observation`: what a model is asked to continue. */
export function conversation(format: Format, task: Task, steps: readonly Step[], observation: string): Message[] {
  const messages = opening(format);
  steps.forEach((step, index) => {
    messages.push({ role: "user", content: format.user(task, step.observation, index === 0) });
    messages.push({ role: "assistant", content: format.assistant(step) });
  });
  messages.push({ role: "user", content: format.user(task, observation, steps.length === 0) });
  return messages;
}
