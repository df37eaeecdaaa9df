/**
 * Whether a server shows its model the prompts that are trained here: the same chat template, with the same variables, by the
 * same tokenizer. A few short conversations are compared, with several turns and with calls, since templates rewrite those.
 */
import { messageOf } from "../core/errors.ts";
import type { Message, Tool } from "../core/message.ts";
import { quoted } from "../core/wording.ts";
import { apiKeyFrom, redactor } from "../http/secrets.ts";
import type { ChatTokenizer } from "../tokenizers/chat-tokenizer.ts";
import type { ServerOptions } from "./options.ts";
import { missing, ok, type ServerCheck } from "./sampling-checks.ts";
import { type PromptQuestion, type ShownPrompt, waysToAsk } from "./shown-prompt.ts";

/** What came of it. */
export interface PromptCheck {
  /** Whether completions of the server come with token ids. */
  readonly tokenIds: boolean;
  readonly check: ServerCheck;
  /** The first difference, as the end of a sentence; absent: none was found. */
  readonly difference?: string;
}

const SYSTEM: Message = { role: "system", content: "You are in a house." };
const ASKED: Message = { role: "user", content: 'Where is "it" & <why>?' };
const ANSWERED: Message = { role: "assistant", content: "Thought: it is near.\nAction: look" };
const SEEN: Message = { role: "user", content: "You see a lamp." };
const TOOL: Tool = {
  name: "look",
  description: 'Look at a thing: "é" & <more>.',
  parameters: { type: "object", properties: { at: { type: "string" } }, required: ["at"] },
};
const CALLED: Message = {
  role: "assistant",
  content: "",
  toolCalls: [{ id: "call00000", name: TOOL.name, arguments: '{"at": "the lamp"}' }],
};
const RESULT: Message = { role: "tool", content: "It is on.", toolCallId: "call00000" };

/** The first is one that every template can render. */
type Questions = readonly [PromptQuestion, ...PromptQuestion[]];
const QUESTIONS: Questions = [
  { messages: [ASKED] },
  { messages: [SYSTEM, ASKED] },
  { messages: [ASKED, ANSWERED, SEEN] },
];
const WITH_TOOLS: Questions = [
  { messages: [ASKED], tools: [TOOL] },
  { messages: [SYSTEM, ASKED, CALLED, RESULT], tools: [TOOL] },
];

export interface PromptCheckOptions {
  /** The first of its URLs is asked. */
  readonly server: ServerOptions;
  /** What renders the prompts here, with the variables of `server.template`. What it throws is why nothing is compared. */
  openTokenizer(): ChatTokenizer;
  /** Whether the model will be given tools. */
  readonly hasTools: boolean;
}

/** Costs a few requests of one token. What cannot be compared is said in the check's note. */
export async function checkPrompts({ server, openTokenizer, hasTools }: PromptCheckOptions): Promise<PromptCheck> {
  const [first, ...others] = hasTools ? WITH_TOOLS : QUESTIONS;
  const found = await firstShown(server, first);
  if (typeof found === "string") return { tokenIds: false, check: notCompared(found) };
  const { way } = found;
  const { tokenIds } = way;
  const { clean } = redactor(apiKeyFrom(server.apiKeyEnv));
  const refusal = ourPrompt(openTokenizer, first);
  if (typeof refusal === "string") return { tokenIds, check: notCompared(refusal) };
  const tokenizer = openTokenizer();
  let count = 0;
  for (const question of [first, ...others]) {
    const ours = ourPrompt(() => tokenizer, question);
    // A template that refuses a conversation does so at the server, too.
    if (typeof ours === "string") continue;
    const shown = question === first ? found.shown : await way.ask(question).catch(messageOf);
    if (typeof shown === "string") return { tokenIds, check: notCompared(shown) };
    const differs = differenceOf(shown, question, ours, tokenizer);
    if (differs !== undefined) {
      // Token ids passed the transport, which cleans texts.
      const difference = clean(differs, true);
      return { tokenIds, check: missing("prompts", difference, NOT_TRAINED), difference };
    }
    count += 1;
  }
  return { tokenIds, check: sameCheck(found.shown.kind, count) };
}

const NOT_TRAINED = "the server shows its model other prompts than those that are trained here";
const notCompared = (why: string): ServerCheck =>
  missing("prompts", "not compared", `prompts could not be compared with those that are trained here: ${why}`);

function sameCheck(kind: ShownPrompt["kind"], count: number): ServerCheck {
  const prompts = `${count} prompt${count === 1 ? "" : "s"}`;
  if (kind === "ids") return ok("prompts", `${prompts} as here, token for token`);
  if (kind === "text") return ok("prompts", `${prompts} as here, letter for letter`);
  const note = "prompts could be compared with those that are trained here by their number of tokens only";
  return missing("prompts", `${prompts} with as many tokens as here`, note);
}

/** By the most exact way that the server knows; the last reason where it knows none. */
async function firstShown(server: ServerOptions, question: PromptQuestion) {
  let reason = "";
  for (const way of waysToAsk(server)) {
    try {
      return { way, shown: await way.ask(question) };
    } catch (error) {
      reason = messageOf(error);
    }
  }
  return reason;
}

/** Its tokens, or the reason why it cannot be rendered or tokenised. */
function ourPrompt(open: () => ChatTokenizer, { messages, tools }: PromptQuestion): readonly number[] | string {
  try {
    return open().prompt(messages, tools);
  } catch (error) {
    return messageOf(error);
  }
}

/** Where two prompts differ first, as the end of a sentence; undefined: nowhere. */
function differenceOf(
  shown: ShownPrompt,
  { messages, tools }: PromptQuestion,
  ours: readonly number[],
  tokenizer: ChatTokenizer,
): string | undefined {
  if (shown.kind === "count") {
    return shown.count === ours.length
      ? undefined
      : `a prompt of ${shown.count} tokens, expected ${ours.length}: ${quoted(tokenizer.render(messages, true, tools))}`;
  }
  if (shown.kind === "ids") return idsDifference(shown.ids, ours, tokenizer);
  return textDifference(shown.text, tokenizer.render(messages, true, tools), tokenizer);
}

/** A character may be several tokens: from some of them before the difference it can be read. */
const [SHOWN_BEFORE, SHOWN_AFTER] = [4, 12];

function idsDifference(found: readonly number[], ours: readonly number[], tokenizer: ChatTokenizer) {
  const at = ours.findIndex((id, index) => id !== found[index]);
  const position = at < 0 ? ours.length : at;
  if (at < 0 && found.length === ours.length) return undefined;
  const part = (ids: readonly number[]) =>
    decoded(ids.slice(Math.max(0, position - SHOWN_BEFORE), position + SHOWN_AFTER), tokenizer);
  return `from token ${position} on it has ${part(found)}, expected ${part(ours)}`;
}

/** Ids that the tokenizer does not know are shown as they are. */
function decoded(ids: readonly number[], { decode }: ChatTokenizer): string {
  try {
    return quoted(decode(ids));
  } catch {
    return JSON.stringify(ids);
  }
}

/** llama.cpp leaves out a token that its tokenizer puts in front. */
function textDifference(found: string, ours: string, { encode }: ChatTokenizer): string | undefined {
  if (found === ours) return undefined;
  if (ours.endsWith(found) && encode(ours.slice(0, ours.length - found.length)).length === 1) return undefined;
  let at = 0;
  while (at < ours.length && ours[at] === found[at]) at++;
  const part = (text: string) => quoted(text.slice(Math.max(0, at - 20), at + 40));
  return `from character ${at} on it has ${part(found)}, expected ${part(ours)}`;
}
