/**
 * Chats as episodes of a world. In a chat of calls the calls of the world's tool are the actions (chats/actions.ts).
 * Elsewhere the agent spelled its turns in one of gleaner's own formats (src/formats), so thoughts and actions are what a
 * policy of that format would have sent to the world.
 */
import type { Benchmark } from "../core/environment.ts";
import { CliError } from "../core/errors.ts";
import type { FormatName } from "../formats/format.ts";
import { formatFor } from "../formats/named.ts";
import { callEpisode, hasCalls } from "./chats/actions.ts";
import { actionInTags, hasActionTags } from "./chats/tags.ts";
import type { ChatTurn } from "./chats/turn.ts";
import { type Episode, isConsent, type Message, readEpisode, type Spelling } from "./conversation.ts";
import { shown } from "./reader.ts";
import { openingIn } from "./worlds/plain.ts";
import type { World } from "./worlds/world.ts";

/** The spellings that a conversation can be read back from; of `compact` the world's own text is lost. */
export const SPELLINGS = ["react", "eto", "agentgym", "text"] as const satisfies readonly FormatName[];
export type SpellingName = (typeof SPELLINGS)[number];

export interface ChatOptions {
  readonly benchmark: Benchmark;
  readonly world: World;
  /** Absent: it is recognised. */
  readonly spelling?: SpellingName;
  /** The goal may be missing, since the task is known. */
  readonly hasKey: boolean;
  /** The names of the world's tools. Absent: by evidence. */
  readonly actsWith?: readonly string[];
}

/** The episode that a chat tells. Throws CliError naming the message, what was found and what was expected. */
export function readChat(chat: readonly ChatTurn[], options: ChatOptions): Episode {
  const { benchmark, world, spelling, hasKey, actsWith } = options;
  const turns = withoutSystem(chat.filter(({ isContext }) => !isContext));
  const opening = (told: string) => openingIn(told, world, hasKey);
  const parts = chat.flatMap(({ leftOut = [] }) => leftOut);
  if (hasCalls(turns)) {
    const { messages, unusedThoughts, leftOut } = callEpisode(turns, {
      actsWith,
      tools: benchmark.tools?.map(({ name }) => name),
    });
    refuseOtherOrder(messages);
    const spelled = spellingOf(formatFor("text", benchmark).parse, messages);
    const episode = readEpisode(messages, { world, spelling: spelled, opening });
    return { ...episode, unusedThoughts, ...noted([...parts, ...leftOut]) };
  }
  const spoken = turns.map(spokenMessage);
  const messages = withoutRules(spoken);
  const isTagged = spelling === undefined && hasActionTags(turns);
  const name = spelling ?? recognised(messages, messages.length < spoken.length);
  const parse = isTagged ? actionInTags : formatFor(name, benchmark).parse;
  refuseOtherOrder(messages);
  const episode = readEpisode(messages, { world, spelling: spellingOf(parse, messages), opening });
  return { ...episode, ...noted(parts) };
}

const noted = (leftOut: readonly string[]) => (leftOut.length > 0 ? { leftOut } : {});

function spokenMessage({ role, content, reasoning, place }: ChatTurn): Message {
  if (role !== "assistant") return { speaker: "world", text: content, place };
  return { speaker: "agent", text: content, place, ...(reasoning !== undefined && { reasoning }) };
}

function withoutSystem(turns: readonly ChatTurn[]): readonly ChatTurn[] {
  const begin = turns.findIndex(({ role }) => role !== "system");
  const spoken = begin < 0 ? [] : turns.slice(begin);
  const late = spoken.find(({ role }) => role === "system");
  if (late) throw new CliError(`${late.place}: a system message, expected it before all others`);
  return spoken;
}

/** Rules and the agent's consent to them come before the episode. */
function withoutRules(messages: readonly Message[]): readonly Message[] {
  const [rules, consent, start] = messages;
  const isRule = rules?.speaker === "world" && consent?.speaker === "agent" && start?.speaker === "world";
  return isRule && isConsent(consent.text) && !consent.text.includes("Action:") ? messages.slice(2) : messages;
}

function refuseOtherOrder(messages: readonly Message[]): void {
  messages.forEach(({ speaker, place, text }, index) => {
    const expected = index % 2 === 0 ? "world" : "agent";
    if (speaker === expected) return;
    const whose = expected === "world" ? "the world's answer (user or tool)" : "the agent's turn (assistant)";
    throw new CliError(`${place}: expected ${whose}, found another ${shown(text)}`);
  });
}

/** `text` if no turn has an "Action:"; headings on lines of their own are AgentGym's, rules that were accepted ETO's. */
function recognised(messages: readonly Message[], hasRules: boolean): SpellingName {
  const said = messages.filter(({ speaker }) => speaker === "agent").map(({ text }) => text);
  if (!said.some((text) => text.includes("Action:"))) return "text";
  if (said.some((text) => /(?:^|\n)Action:\s*\n/.test(text))) return "agentgym";
  return hasRules ? "eto" : "react";
}

function spellingOf(parse: Spelling["parse"], messages: readonly Message[]): Spelling {
  const [, ...answers] = messages.filter(({ speaker }) => speaker === "world");
  const heard = answers.flatMap(({ text, results }) => results?.filter((result) => result !== null) ?? [text]);
  const prefix = /^Observation:[ \n]?/;
  const isPrefixed = heard.length > 0 && heard.every((text) => prefix.test(text));
  return {
    parse,
    observation: (heard) => (isPrefixed ? heard.replace(prefix, "") : heard),
    turn: "the agent's turn with an action",
  };
}
