/**
 * Episodes as conversations: the world and the agent take turns, the world first. What a message says of the world is the
 * business of worlds/, how an agent spells its turn that of the format.
 *
 *     the rules                                          OK                   (or a system message, or neither)
 *     the goal and the first observation                 Thought: … Action: …
 *     the next observation                               …
 *
 * It ends with the last observation or with the last action. Example episodes in front of the agent's own cannot be told
 * apart from it, so a second goal is refused.
 */
import { type CallResult, observationOfResults } from "../core/calls.ts";
import { CliError } from "../core/errors.ts";
import { type LoggedEpisode, type LoggedStep, objectOf, shown, textOf } from "./reader.ts";
import { templateNamed } from "./templates.ts";
import type { Opening, World } from "./worlds/world.ts";

/** One turn of the world and what the agent made of it. */
export interface Message {
  readonly speaker: "world" | "agent";
  readonly text: string;
  /** The agent's action, where the log has it apart from the text (a tool call); the text is then its thought. */
  readonly action?: string;
  /** The agent's thought, where the log has it apart from the text. */
  readonly reasoning?: string;
  /** The world's answers to an action of several calls, one for each; the text is then the first of them. */
  readonly results?: readonly CallResult[];
  /** Where it stands in its record, for errors. */
  readonly place: string;
}

/** How one format writes its turns. */
export interface Spelling {
  /** An agent's turn; undefined if it has no action. */
  parse(said: string): { readonly thought: string; readonly action: string } | undefined;
  /** An observation without what the logger put around it. Throws CliError for one that is none. */
  observation(heard: string): string;
  /** How a turn looks, for errors. */
  readonly turn: string;
}

export type Episode = Pick<
  LoggedEpisode,
  "instruction" | "firstObservation" | "told" | "steps" | "unusedThoughts" | "leftOut"
>;

export const THOUGHT_AND_ACTION = '"Thought: … Action: …"';

/** The agent's consent to the rules. */
export const isConsent = (said: string): boolean => /^ok\b/i.test(said.trim());

/**
 * The episode that `messages` tell, the rules left out. Throws CliError naming the message, what was found and what was
 * expected.
 */
export function readEpisode(
  messages: readonly Message[],
  { world, spelling, opening }: { world: World; spelling: Spelling; opening(told: string): Opening | undefined },
): Episode {
  const [first, ...turns] = messages;
  const begun = first && opening(spelling.observation(first.text));
  if (!begun)
    throw new CliError(
      `${first?.place ?? "messages"}: expected ${world.beginning}, found ${templateNamed(first?.text ?? "") ?? shown(first?.text)}`,
    );
  const steps: LoggedStep[] = [];
  for (let at = 0; at < turns.length; at += 2) {
    const { text: said, action, reasoning, place } = turns[at]!;
    const parsed = action === undefined ? spelling.parse(said) : { thought: said, action };
    if (!parsed) throw new CliError(`${place}: expected ${spelling.turn}, found ${shown(said)}`);
    const answer = turns[at + 1];
    if (answer) refuseOtherGoal(world, answer, begun.instruction);
    const observation = answer ? observationIn(answer, spelling) : null;
    const completion = action === undefined ? said : `${said}\n${action}`.trim();
    const thought = [reasoning, parsed.thought]
      .map((text = "") => text.trim())
      .filter(Boolean)
      .join("\n");
    steps.push({ thought, action: parsed.action.trim(), completion, observation });
  }
  if (steps.length === 0) throw new CliError("messages: expected at least one action, found none");
  return { ...begun, steps, unusedThoughts: 0 };
}

function observationIn({ text, results }: Message, { observation }: Spelling): string {
  if (!results) return observation(text);
  return observationOfResults(results.map((result) => (result === null ? null : observation(result))));
}

function refuseOtherGoal(world: World, { text, place }: Message, goal: string): void {
  const other = world.isTelling ? world.opening(text)?.instruction : undefined;
  if (other === undefined || other === goal) return;
  throw new CliError(`${place}: a second task, ${shown(other)}: expected one episode, without examples before it`);
}

/** Messages in ShareGPT's spelling, `[{from, value}, …]`, taking turns, `human` first. Throws CliError. */
export function shareGptMessages(conversations: unknown): Message[] {
  if (!Array.isArray(conversations)) {
    throw new CliError(`conversations: expected a list of messages, found ${shown(conversations)}`);
  }
  return conversations.map((message: unknown, index) => {
    const place = `conversations[${index}]`;
    const { from, value } = objectOf(message, `from and value in ${place}`);
    const speaker = index % 2 === 0 ? "human" : "gpt";
    if (from !== speaker) throw new CliError(`${place}.from: expected "${speaker}", found ${shown(from)}`);
    const text = textOf(value, `${place}.value`, "text");
    return { speaker: speaker === "human" ? "world" : "agent", text, place };
  });
}

/** An episode behind rules that were answered "OK", as ETO and AgentGym have it. Throws CliError. */
export function readConversation(conversations: unknown, world: World, spelling: Spelling): Episode {
  const [, ok, ...messages] = shareGptMessages(conversations);
  if (!isConsent(ok?.text ?? "")) {
    throw new CliError(`conversations[1]: expected the rules to be answered "OK", found ${shown(ok?.text)}`);
  }
  const start = messages.length > 0 ? messages : [{ speaker: "world", text: "", place: "conversations[2]" } as const];
  return readEpisode(start, { world, spelling, opening: world.opening });
}
