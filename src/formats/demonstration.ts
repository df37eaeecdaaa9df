/** Where the mask is made: a trajectory as a conversation in which each message has weight 0 or 1. */
import type { Task } from "../core/task.ts";
import type { Demonstration, WeightedMessage } from "../core/training.ts";
import type { Trajectory } from "../core/trajectory.ts";
import { type Format, opening, type StepMessages, stepMessages } from "./format.ts";
import { loggedTurns } from "./logged.ts";

/** What `demonstration` makes a conversation of. */
export interface DemonstrationOptions {
  /** How it is written. */
  readonly format: Format;
  /** The task of `trajectory`. */
  readonly task: Task;
  /** The episode. */
  readonly trajectory: Trajectory;
  /** Steps before this index are context; this step and all later ones are learned. */
  readonly learnFrom: number;
  /** Why it is learned; stored with every learned message. */
  readonly reason: string;
  /** The policy that acted in the forked prefix; needed only if the trajectory is a fork. */
  readonly parentPolicy?: string;
}

/**
 * A trajectory as a conversation in which each message has weight 0 (context) or 1 (learned). This is where the mask is made.
 * Observations and instructions always have weight 0, actions before `learnFrom` too; every later action has weight 1, whoever
 * took it, thought and action together. Throws a plain Error for a fork without `parentPolicy`. Source: docs/methods.md §2,
 * Mask.
 */
export function demonstration(options: DemonstrationOptions): Demonstration {
  const { format, task, trajectory, learnFrom, reason, parentPolicy } = options;
  const ownFrom = trajectory.fork?.step ?? 0;
  if (ownFrom > 0 && parentPolicy === undefined) throw new Error(`${trajectory.id} is a fork: expected parentPolicy`);
  const before = trajectory.chat ? [] : opening(format);
  const messages: WeightedMessage[] = before.map((message) => ({ ...message, weight: 0 }));
  for (const [index, { told, said }] of turnsOf(format, task, trajectory).entries()) {
    messages.push(...told.map((message) => ({ ...message, weight: 0 as const })));
    if (index < learnFrom) {
      messages.push({ ...said, weight: 0 });
      continue;
    }
    const actor = index < ownFrom ? parentPolicy! : trajectory.policy;
    const provenance = { trajectory: trajectory.id, step: index, actor, reason };
    messages.push({ ...said, role: "assistant", weight: 1, provenance });
  }
  const tools = trajectory.chat ? trajectory.chat.tools : format.tools;
  return { messages, ...(tools && { tools }), source: trajectory.id };
}

/** Each step with what was said before it. */
function turnsOf(format: Format, task: Task, { chat, steps }: Trajectory): StepMessages[] {
  return chat ? loggedTurns(chat, format.lead) : stepMessages(format, task, steps);
}
