/**
 * Conversations as chat APIs have them, whoever logged them: `[{role, content}, …]` (or ShareGPT's `{from, value}`), system
 * messages in front, tool calls understood. How the agent spelled its turns is one of gleaner's own formats (src/formats), so
 * thoughts and actions are what a policy of that format would have sent to the world.
 */
import type { Benchmark } from "../core/environment.ts";
import { CliError } from "../core/errors.ts";
import type { FormatName } from "../formats/format.ts";
import { formatFor } from "../formats/named.ts";
import { type Episode, isConsent, type Message, readEpisode, type Spelling } from "./conversation.ts";
import { objectOf, shown, textOf } from "./reader.ts";
import { toolAction } from "./tool-calls.ts";
import { plainOpening } from "./worlds/plain.ts";
import type { World } from "./worlds/world.ts";

/** The spellings that a conversation can be read back from; of `compact` the world's own text is lost. */
export const SPELLINGS = ["react", "eto", "agentgym", "text"] as const satisfies readonly FormatName[];
export type SpellingName = (typeof SPELLINGS)[number];

const ROLES: Readonly<Record<string, Message["speaker"] | "system">> = {
  system: "system",
  developer: "system",
  user: "world",
  human: "world",
  tool: "world",
  function: "world",
  assistant: "agent",
  gpt: "agent",
};

/** A message with its speaker told as the world, the agent, or what set both up. */
export type ChatMessage = Omit<Message, "speaker"> & { readonly speaker: Message["speaker"] | "system" };

/** The messages of a chat, in order. `place` names the list in errors. Throws CliError. */
export function chatMessages(list: unknown, place: string): ChatMessage[] {
  if (!Array.isArray(list)) throw new CliError(`${place}: expected a list of messages, found ${shown(list)}`);
  return list.map((message: unknown, index) => {
    const at = `${place}[${index}]`;
    const fields = objectOf(message, `role and content in ${at}`);
    const role = fields.role ?? fields.from;
    const speaker = typeof role === "string" && Object.hasOwn(ROLES, role) ? ROLES[role]! : undefined;
    if (!speaker)
      throw new CliError(`${at}.role: expected one of ${Object.keys(ROLES).join(", ")}, found ${shown(role)}`);
    const action = speaker === "agent" ? toolAction(fields.tool_calls, `${at}.tool_calls`) : undefined;
    const text = contentOf(fields.content ?? fields.value, `${at}.content`, action !== undefined);
    return { speaker, text, place: at, ...(action !== undefined && { action }) };
  });
}

/** Text, or parts of which only texts count: reasoning and pictures are no part of what was said. */
function contentOf(content: unknown, place: string, mayLack: boolean): string {
  if (mayLack && (content === null || content === undefined)) return "";
  if (!Array.isArray(content)) return textOf(content, place, "text");
  return content
    .map((part: unknown, index) => objectOf(part, `type and text in ${place}[${index}]`))
    .filter(({ type, text }) => typeof type === "string" && /^(?:input_|output_)?text$/.test(type) && text !== "")
    .map(({ text }, index) => textOf(text, `${place}[${index}].text`, "text"))
    .join("\n");
}

export interface ChatOptions {
  readonly benchmark: Benchmark;
  readonly world: World;
  /** Absent: it is recognised. */
  readonly spelling?: SpellingName;
  /** The goal may be missing, since the task is known. */
  readonly hasKey: boolean;
}

/** The episode that a chat tells. Throws CliError naming the message, what was found and what was expected. */
export function readChat(chat: readonly ChatMessage[], { benchmark, world, spelling, hasKey }: ChatOptions): Episode {
  const spoken = withoutSystem(chat);
  const messages = withoutRules(spoken);
  const name = spelling ?? recognised(messages, messages.length < spoken.length);
  const last = messages.at(-1);
  const isRemark = last?.speaker === "agent" && last.action === undefined && messages.some(({ action }) => action);
  const turns = isRemark ? messages.slice(0, -1) : messages;
  refuseOtherOrder(turns);
  const opening = (told: string) =>
    world.opening(told) ?? plainOpening(told) ?? (hasKey ? { instruction: "", firstObservation: told } : undefined);
  const episode = readEpisode(turns, { world, spelling: spellingOf(name, benchmark, turns), opening });
  return isRemark ? { ...episode, unusedThoughts: 1 } : episode;
}

function withoutSystem(chat: readonly ChatMessage[]): readonly Message[] {
  const begin = chat.findIndex(({ speaker }) => speaker !== "system");
  const spoken = begin < 0 ? [] : chat.slice(begin);
  const late = spoken.find(({ speaker }) => speaker === "system");
  if (late) throw new CliError(`${late.place}: a system message, expected it before all others`);
  return spoken as readonly Message[];
}

/** Rules and the agent's consent to them come before the episode. */
function withoutRules(messages: readonly Message[]): readonly Message[] {
  const [rules, consent, start] = messages;
  const isRule = rules?.speaker === "world" && consent?.speaker === "agent" && start?.speaker === "world";
  return isRule && consent.action === undefined && isConsent(consent.text) && !consent.text.includes("Action:")
    ? messages.slice(2)
    : messages;
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

function spellingOf(name: SpellingName, benchmark: Benchmark, messages: readonly Message[]): Spelling {
  const { parse } = formatFor(name, benchmark);
  const [, ...answers] = messages.filter(({ speaker }) => speaker === "world");
  const prefix = /^Observation:[ \n]?/;
  const isPrefixed = answers.length > 0 && answers.every(({ text }) => prefix.test(text));
  return {
    parse,
    observation: (heard) => (isPrefixed ? heard.replace(prefix, "") : heard),
    turn: "the agent's turn",
  };
}
