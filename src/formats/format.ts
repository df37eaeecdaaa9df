/**
 * Messages ⇄ actions. A format says how an episode is written as a conversation and how an action is read out of a
 * completion. Which format a policy reads is the run's choice and is stored with it.
 *
 *   compact  the environment's own short rendering, no system prompt: for students too small to read prose
 *   text     observations and bare actions in words
 *   react    thought and action in words (Yao et al. 2022, arXiv 2210.03629)
 */
import type { Benchmark } from "../core/environment.ts";
import { CliError } from "../core/errors.ts";
import type { Message } from "../core/policy.ts";
import type { Task } from "../core/task.ts";
import type { Step } from "../core/trajectory.ts";

export const FORMATS = ["compact", "text", "react"] as const;
export type FormatName = (typeof FORMATS)[number];

export interface Format {
  readonly name: FormatName;
  /** The first message, or null if the format has none. */
  readonly system: string | null;
  /** What the policy is told; the first observation comes with the task's instruction. */
  user(task: Task, observation: string, isFirst: boolean): string;
  assistant(decision: { readonly thought: string; readonly action: string }): string;
  /** The action (and thought) in a completion. Any text gives some action: the environment answers nonsense. */
  parse(completion: string): { readonly thought: string; readonly action: string };
}

/** Throws CliError if the benchmark has no compact rendering and `compact` is asked for. */
export function formatFor(name: FormatName, benchmark: Benchmark): Format {
  if (name === "compact") return compactFormat(benchmark);
  return name === "react" ? reactFormat(benchmark) : textFormat(benchmark);
}

function compactFormat(benchmark: Benchmark): Format {
  const { compact } = benchmark;
  if (!compact) throw new CliError(`format compact: ${benchmark.name} has no compact rendering; use text or react`);
  return {
    name: "compact",
    system: null,
    user(task, observation, isFirst) {
      const text = compact.observation(observation);
      return isFirst ? `${compact.instruction(task)} ; ${text}`.trim() : text;
    },
    assistant: ({ action }) => compact.action(action),
    parse: (completion) => ({ thought: "", action: compact.parse(completion.trim()) }),
  };
}

function textFormat(benchmark: Benchmark): Format {
  return {
    name: "text",
    system: benchmark.instructions,
    user: withInstruction,
    assistant: ({ action }) => action,
    parse: (completion) => ({ thought: "", action: completion.trim() }),
  };
}

function reactFormat(benchmark: Benchmark): Format {
  return {
    name: "react",
    system: `${benchmark.instructions}\nAnswer every observation with one line "Thought: …" and one line "Action: …".`,
    user: withInstruction,
    assistant: ({ thought, action }) => (thought ? `Thought: ${thought}\nAction: ${action}` : `Action: ${action}`),
    parse(completion) {
      const at = completion.lastIndexOf("Action:");
      if (at < 0) return { thought: "", action: completion.trim() };
      const thought = completion
        .slice(0, at)
        .replace(/^\s*Thought:/, "")
        .trim();
      return { thought, action: completion.slice(at + "Action:".length).trim() };
    },
  };
}

const withInstruction = (task: Task, observation: string, isFirst: boolean) =>
  isFirst ? `${task.instruction}\n\n${observation}` : observation;

/** The conversation so far, ending with `observation`: what a model is asked to continue. */
export function conversation(format: Format, task: Task, steps: readonly Step[], observation: string): Message[] {
  const messages: Message[] = format.system === null ? [] : [{ role: "system", content: format.system }];
  steps.forEach((step, index) => {
    messages.push({ role: "user", content: format.user(task, step.observation, index === 0) });
    messages.push({ role: "assistant", content: format.assistant(step) });
  });
  messages.push({ role: "user", content: format.user(task, observation, steps.length === 0) });
  return messages;
}
