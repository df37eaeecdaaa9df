/**
 * Messages ⇄ actions. A format says how an episode is written as a conversation and how an action is read out of a
 * completion. Which format a policy reads is the run's choice and is stored with it. The formats there are: named.ts.
 */
import { resultsIn } from "../core/calls.ts";
import { EnvironmentError } from "../core/errors.ts";
import type { Message, Tool } from "../core/message.ts";
import type { Task } from "../core/task.ts";
import type { Step } from "../core/trajectory.ts";
import { quoted } from "../core/wording.ts";

/** Actions are part of the text. */
export const TEXT_FORMATS = ["compact", "text", "react", "eto", "agentgym"] as const;
/** Every format by name. In the last one actions are tool calls, which models make whose chat template has tools. */
export const FORMATS = [...TEXT_FORMATS, "tools"] as const;
/** `compact`, `text`, `react`, `eto`, `agentgym` or `tools`. `formatFor` says what each is. */
export type FormatName = (typeof FORMATS)[number];

/** How an episode is written as a conversation, and how an action is read out of a completion. */
export interface Format {
  /** The rules it was made by. */
  readonly name: FormatName | "logged";
  /** The system prompt, which comes first, or null if the format has none. */
  readonly system: string | null;
  /** What was said before the task came up: rules and their acceptance, example episodes. Users and assistants alternate. */
  readonly preamble?: readonly Message[];
  /** What the policy may call: then actions are calls, written as `turnText` does. Absent: actions are texts. */
  readonly tools?: readonly Tool[];
  /** What `withExamples` and `verbatim` changed; part of the format's identity. */
  readonly variants?: readonly string[];
  /** What `withMode` puts before the first thing that the user says; absent: nothing. */
  readonly lead?: string;
  /** Stands before each action; absent if the action stands alone. */
  readonly marker?: string;
  /** What the policy is told; the first observation comes with the task's instruction. */
  user(task: Task, observation: string, isFirst: boolean): string;
  /** What the agent says, as it is shown to the model again and learned. */
  assistant(decision: SpokenDecision): string;
  /** A turn's text as it goes back to the model; `index` tells turns apart. Absent: the text is the message. */
  message?(text: string, index: number): Message;
  /** The action (and thought) in a completion. Any text gives some action: the environment answers nonsense. */
  parse(completion: string): {
    /** "" if there is none. */
    readonly thought: string;
    /** Goes to the environment as it is. */
    readonly action: string;
  };
}

/** The usual first words: the goal, a blank line, and what is seen. */
export const withInstruction: Format["user"] = (task, observation, isFirst) =>
  isFirst ? `${task.instruction}\n\n${observation}` : observation;

/** What a policy decided and, where it is known, how it put it. */
export interface SpokenDecision {
  /** "" if there is none. */
  readonly thought: string;
  /** As the environment gets it. */
  readonly action: string;
  /** The raw text; absent: it is not known, or another format's. */
  readonly completion?: string;
}

/** What tells formats apart in ids: `react`, `react+examples-3f2a…+verbatim`. A mode (`withMode`) is not told. */
export const formatId = ({ name, variants = [] }: Format): string => [name, ...variants].join("+");

/** What stands before the first observation. */
export function opening({ system, preamble = [] }: Format): Message[] {
  return system === null ? [...preamble] : [{ role: "system", content: system }, ...preamble];
}

/** A step as the policy met it. */
export interface StepMessages {
  /** What came before it since the last turn: the observation, or the results of the last turn's calls, one message each. */
  readonly told: readonly Message[];
  readonly said: Message;
}

/** One for each step, in order. `firstCall`: the number of the first call, which tells calls of several episodes apart. */
export function stepMessages(format: Format, task: Task, steps: readonly Step[], firstCall = 0): StepMessages[] {
  let said: Message | undefined;
  return steps.map((step, index) => {
    const told = toldMessages({ format, task, observation: step.observation, said });
    const text = format.assistant(step);
    const message = format.message?.(text, firstCall + index) ?? { role: "assistant", content: text };
    said = step.reasoning ? { ...message, reasoning: step.reasoning } : message;
    return { told, said };
  });
}

interface Told {
  readonly format: Format;
  readonly task: Task;
  readonly observation: string;
  /** What it answers; undefined at the start of the task. */
  readonly said: Message | undefined;
}

/**
 * What the policy is told: as the answer to its call if it made one; of several calls each has its own. Throws EnvironmentError
 * where a world gave several calls one answer.
 */
export function toldMessages({ format, task, observation, said }: Told): readonly Message[] {
  const { toolCalls: calls = [] } = said ?? {};
  if (calls.length < 2) {
    const content = format.user(task, observation, said === undefined);
    return [calls[0] ? { role: "tool", content, toolCallId: calls[0].id } : { role: "user", content }];
  }
  const results = resultsIn(observation);
  if (results?.length !== calls.length) {
    const found = `${calls.length} calls of one turn were answered by ${quoted(observation)}`;
    throw new EnvironmentError(`${found}, expected a list of their results, as a world gives it that openWorld opened`);
  }
  return calls.map(({ id }, index) => {
    const content = format.user(task, results[index] ?? NOT_DONE, false);
    return { role: "tool", content, toolCallId: id };
  });
}

/** What a call of a turn led to that ended the episode before it. */
const NOT_DONE = "Not done: the episode was over before this call.";

/**
 * The conversation so far: what a model is asked to continue.
 *
 * @param format How it is written.
 * @param task What is to be solved.
 * @param steps The steps so far, in order.
 * @param observation What the world shows now; the conversation ends with it.
 */
export function conversation(format: Format, task: Task, steps: readonly Step[], observation: string): Message[] {
  const turns = stepMessages(format, task, steps);
  const last = toldMessages({ format, task, observation, said: turns.at(-1)?.said });
  return [...opening(format), ...turns.flatMap(({ told, said }) => [...told, said]), ...last];
}
