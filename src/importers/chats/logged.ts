/**
 * Chats that are kept as they are, without a world: every message of the agent is a step, with its calls; what was said
 * since its last message is what it saw. The steps tell in texts what the messages tell whole (`Chat`).
 */
import { CliError } from "../../core/errors.ts";
import { fingerprint } from "../../core/ids.ts";
import type { Chat, Message, ToolCall } from "../../core/message.ts";
import { type LoggedEpisode, type LoggedStep, shown } from "../reader.ts";
import type { ChatTurn, LoggedChat } from "./turn.ts";

export type KeptEpisode = Pick<
  LoggedEpisode,
  "instruction" | "firstObservation" | "steps" | "unusedThoughts" | "leftOut" | "chat"
>;

/** The episode that a chat tells by itself. Throws CliError for an answer to no call, and where the agent said nothing. */
export function keptEpisode({ turns, tools }: Pick<LoggedChat, "turns" | "tools">): KeptEpisode {
  expectCalls(turns);
  const own = [...turns.keys()].filter((index) => turns[index]!.role === "assistant" && !turns[index]!.isContext);
  if (own.length === 0) throw new CliError("messages: expected at least one of the agent, found none");
  const heard = [...own, turns.length].map((at, index) =>
    textOf(turns.slice(index === 0 ? 0 : own[index - 1]! + 1, at)),
  );
  const steps = own.map((at, index): LoggedStep => {
    const isLast = index === own.length - 1;
    const observation = isLast && own.at(-1) === turns.length - 1 ? null : heard[index + 1]!;
    return { ...said(turns[at]!), observation };
  });
  const leftOut = turns.flatMap((turn) => turn.leftOut ?? []);
  const chat: Chat = { messages: turns.map(message), turns: own, ...(tools && { tools }) };
  const instruction = turns.find(({ role }) => role === "user")?.content ?? "";
  return {
    ...{ instruction, firstObservation: heard[0]!, steps, unusedThoughts: 0, chat },
    ...(leftOut.length > 0 && { leftOut }),
  };
}

/** A key for an episode whose log names no task: that of what it was told first. */
export const keyByGoal = ({ instruction }: Pick<KeptEpisode, "instruction">): string =>
  `goal-${fingerprint(instruction)}`;

/** Whether `keyByGoal` made it. */
export const isByGoal = (key: string): boolean => /^goal-[0-9a-f]{20}$/.test(key);

/** What a turn says, in texts. A final answer is an action, too: the user hears it. */
function said({ content, reasoning = "", toolCalls = [] }: ChatTurn): Omit<LoggedStep, "observation"> {
  const calls = toolCalls.map(callText).join("\n");
  const completion = [content, calls].filter((text) => text !== "").join("\n");
  if (calls === "") return { thought: reasoning, action: content, completion };
  return { thought: [reasoning, content].filter((text) => text.trim() !== "").join("\n"), action: calls, completion };
}

const callText = ({ name, arguments: given }: ToolCall) => `${name}(${given})`;

const textOf = (turns: readonly ChatTurn[]) =>
  turns
    .filter(({ role }) => role !== "system")
    .map(({ content }) => content)
    .join("\n\n");

/** Without what only this import needs. */
function message({ place: _place, leftOut: _leftOut, isContext: _isContext, ...rest }: ChatTurn): Message {
  return rest;
}

/** An answer to a call that nobody made cannot be rendered, and says that something is missing. */
function expectCalls(turns: readonly ChatTurn[]): void {
  const called = new Set<string>();
  for (const { role, toolCalls = [], toolCallId, place } of turns) {
    for (const { id } of toolCalls) called.add(id);
    if (role !== "tool" || (toolCallId !== undefined && called.has(toolCallId))) continue;
    throw new CliError(`${place}: expected the answer to a call before it, found one to ${shown(toolCallId)}`);
  }
}
