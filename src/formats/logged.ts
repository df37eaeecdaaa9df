/**
 * Episodes that are kept as their logs have them (`Trajectory.chat`): every message stays as it is, with its calls and
 * thoughts. No world answers them, so nothing is ever asked in this format.
 */
import type { Chat } from "../core/message.ts";
import type { Format, StepMessages } from "./format.ts";

/** The format of training sets that are made of logged conversations. */
export const logged: Format = {
  name: "logged",
  system: null,
  user: () => refuse(),
  assistant: () => refuse(),
  parse: () => refuse(),
};

function refuse(): never {
  throw new Error("a trajectory without its messages has no logged form");
}

/** One for each step, in order; messages behind the last turn belong to none. */
export function loggedTurns({ messages, turns }: Chat, lead = ""): StepMessages[] {
  const first = messages.findIndex(({ role }) => role === "user");
  const led = messages.map((message, index) =>
    index === first ? { ...message, content: lead + message.content } : message,
  );
  return turns.map((at, index) => ({ told: led.slice(index === 0 ? 0 : turns[index - 1]! + 1, at), said: led[at]! }));
}
