/**
 * One turn of the policy: what it read, and what it wrote. It read the messages before, rendered with the generation prompt.
 * What it wrote is what the template has behind that when the turn is the last, through the end of the turn; white space that
 * the template puts around or trims off a message is as rendered. Where the template's rendering cannot be what was written,
 * the turn is refused:
 *
 *   an empty thought   Qwen 3 writes one into the last turn only. The turn as it stands before the next message has none.
 *   the end            GLM's turns end with the next speaker's tag: that is what the model writes last, and stops at.
 *   what was read      gpt-oss drops the thoughts before earlier calls once the answer is there. The turn is what stands at
 *                      the end of both, and is written so behind a conversation that has no such thoughts.
 *   a thought behind   DeepSeek's prompts open a thought, and its template never writes one: the thought goes behind the
 *   the prompt         prompt, then `</think>`, then the turn as rendered.
 */
import { CliError } from "../core/errors.ts";
import type { Message } from "../core/message.ts";
import { firstUnwritten } from "./call-parts.ts";
import { PROBE, type Render, reply, type Speaker, type TemplateFacts, unlessRefused } from "./template-facts.ts";
import { difference, type SpecialTokens, skipSpace } from "./texts.ts";

/** Its text is `prompt`, `written` and `tail`, one behind the other. */
export interface Turn {
  /** Which message of the conversation it is. */
  readonly message: number;
  /** What the policy read. */
  readonly prompt: string;
  /** What it wrote, as far as the template writes it behind the prompt: with `next` behind the turn, or as the last. */
  readonly written: string;
  readonly next?: Message;
  /** The rest of what it wrote. Mostly empty. */
  readonly tail: string;
}

/** A conversation and the template that renders it. */
export interface Rendered {
  readonly messages: readonly Message[];
  readonly render: Render;
  readonly specials: SpecialTokens;
  readonly facts: TemplateFacts;
}

export const textOf = ({ prompt, written, tail }: Turn): string => prompt + written + tail;

/** What the policy reads before it writes message `index`. */
export const promptOf = ({ messages, render }: Rendered, index: number): string =>
  render(messages.slice(0, index), true);

/**
 * The turn that is message `index`, an assistant's, behind its prompt. Throws CliError naming it where what was written cannot be
 * told exactly.
 */
export function turnAt(of: Rendered, index: number, prompt: string): Turn {
  const message = of.messages[index]!;
  const whole = throughTurn(of, [...of.messages.slice(0, index), message]);
  try {
    if (whole.startsWith(prompt)) return turnBehind(of, index, { prompt, written: whole.slice(prompt.length) });
    const tail = behindOpenThought(of, message, { prompt, whole });
    if (tail !== undefined) return { message: index, prompt, written: "", tail };
    const written = writtenAlone(of, message, { prompt, whole });
    if (written !== undefined) return turnBehind(of, index, { prompt, written });
  } catch (error) {
    if (error instanceof Unwritten) throw new CliError(`message ${index}: ${error.message}`);
    throw error;
  }
  throw new CliError(
    `message ${index}: the chat template renders what is before it otherwise once it is there: ${difference(prompt, whole)}`,
  );
}

/** Why the template's text is not what was written. */
class Unwritten extends Error {}

/** A conversation as rendered through the end of its last turn. */
function throughTurn({ render, facts }: Rendered, upTo: readonly Message[]): string {
  const text = render(upTo, false).trimEnd();
  const after = facts.afterConversation;
  return after !== "" && text.endsWith(after) ? text.slice(0, -after.length) : text;
}

function turnBehind(
  of: Rendered,
  index: number,
  { prompt, written }: { readonly prompt: string; readonly written: string },
): Turn {
  const message = of.messages[index]!;
  const moved = movedPart(of, message, written);
  if (moved) throw new Unwritten(moved);
  const { header, isEnded } = partsOf(of, message, written);
  const tail = isEnded ? "" : tagBehind(of, index, written);
  if (!hasEmptyThought(of, index, { prompt, written, header })) {
    // Some templates head a turn with tokens that the prompt does not have (gpt-oss: the channel).
    const isHeader = !header?.trim() || of.specials.endOf(header.trimEnd()) !== undefined;
    if (!isHeader) throw changed(message.content.trim(), written);
    return { message: index, prompt, written, tail };
  }
  const next = nextOf(of, index);
  const before = of.render([...of.messages.slice(0, index), message, next], false);
  const kept = withoutHeader(before.slice(before.startsWith(prompt) ? prompt.length : before.length), written);
  if (kept === undefined || kept === written) throw new Unwritten(EMPTY_THOUGHT);
  partsOf(of, message, kept);
  return { message: index, prompt, written: kept, next, tail };
}

/** Why what was written cannot have stood in the template's order, or undefined. */
export function movedPart({ facts }: Rendered, { content, toolCalls }: Message, written: string): string | undefined {
  if (toolCalls && content.trim() !== "" && facts.isTextBehindCall) {
    return "the chat template writes its text behind its call, and the text was written first";
  }
  // Gemma's prompts behind a tool's answer have no header, and one of its templates writes it into the turn.
  const header = facts.answerHeader;
  if (header === "" || !written.trimStart().startsWith(header)) return undefined;
  return `the chat template begins it with ${JSON.stringify(header)}, which its prompt lacks`;
}

const EMPTY_THOUGHT =
  "the chat template writes an empty thought that nobody thought; most such templates leave it to the prompt with enable_thinking: false";

interface Parts {
  /** What stands before the text; unknown with calls or a thought. */
  readonly header: string | undefined;
  /** Whether special tokens end the turn. */
  readonly isEnded: boolean;
}

/** Throws Unwritten if `written` is not the message. */
function partsOf(of: Rendered, message: Message, written: string): Parts {
  if (!message.toolCalls && !message.reasoning) return partsOfText(of.specials, message.content.trim(), written);
  const ending = of.specials.endOf(written) ?? "";
  // A text may itself end with what looks like a special token.
  const [said, unended] = [message.content.trim(), written.slice(0, written.length - ending.length)];
  const isOwn = !message.toolCalls && said !== "" && written.endsWith(said) && !unended.trimEnd().endsWith(said);
  const missing = firstUnwritten(isOwn ? written : unended, message);
  if (missing !== undefined) {
    const [what, doubt] = message.toolCalls ? ["call", "tools"] : ["thought", "thoughts"];
    throw new Unwritten(
      `the chat template does not write ${JSON.stringify(missing.slice(0, 80))} of its ${what}; it may know no ${doubt}`,
    );
  }
  return { header: undefined, isEnded: ending !== "" && !isOwn };
}

function partsOfText(specials: SpecialTokens, content: string, written: string): Parts {
  const start = skipSpace(written, 0);
  const isText = (at: number) => written.startsWith(content, at) && specials.areAll(written.slice(at + content.length));
  const parts = (at: number) => ({
    header: written.slice(0, at),
    isEnded: written.slice(at + content.length).trim() !== "",
  });
  if (isText(start)) return parts(start);
  for (let at = written.indexOf(content); at >= 0 && at < written.length; at = written.indexOf(content, at + 1)) {
    if (isText(at)) return parts(at);
  }
  if (written.startsWith(content, start)) {
    const found = JSON.stringify(
      written
        .slice(start + content.length)
        .trimStart()
        .slice(0, 20),
    );
    throw new Unwritten(`expected a special token that ends the turn after it, found ${found}`);
  }
  throw changed(content, written);
}

function changed(content: string, written: string): Unwritten {
  const start = skipSpace(written, 0);
  const found = written.slice(start, start + content.length);
  return new Unwritten(`the chat template changes it: ${difference(content, found)}`);
}

/** Who speaks behind a turn: whoever does in the conversation; behind its last message whoever would. */
function nextOf({ messages }: Rendered, index: number): Message {
  const [message, next] = [messages[index]!, messages[index + 1]];
  if (next?.role === "user" || next?.role === "tool") return next;
  return reply(message.toolCalls ? "tool" : "user", message);
}

function tagBehind(of: Rendered, index: number, written: string): string {
  const tag = of.facts.tagOf(nextOf(of, index).role as Speaker);
  if (tag !== undefined) return tag;
  const { toolCalls, reasoning } = of.messages[index]!;
  const what = toolCalls ? "its call" : reasoning ? "its thought" : "it";
  const found = toolCalls || reasoning ? JSON.stringify(written.slice(-20)) : '""';
  throw new Unwritten(`expected a special token that ends the turn after ${what}, found ${found}`);
}

interface Written {
  readonly prompt: string;
  readonly written: string;
  readonly header: string | undefined;
}

/** Whether a turn without a thought has what the template writes around one: a thought put into it changes nothing else. */
function hasEmptyThought(of: Rendered, index: number, { prompt, written, header }: Written): boolean {
  const message = of.messages[index]!;
  if (message.reasoning || header?.trim() === "") return false;
  const mark = of.facts.thoughtMark;
  if (mark === undefined || !written.includes(mark)) return false;
  const content = message.content.trim();
  const mayBeMark = mark !== "" && (mark.startsWith(content) || content.startsWith(mark));
  if (!mayBeMark && written.trimStart().startsWith(content)) return false;
  const thinking = unlessRefused(() =>
    throughTurn(of, [...of.messages.slice(0, index), { ...message, reasoning: PROBE }]),
  );
  if (!thinking?.startsWith(prompt) || !thinking.includes(PROBE, prompt.length)) return false;
  const bare = (text: string) => text.replace(/\s+/g, "");
  return bare(thinking.slice(prompt.length).replace(PROBE, "")) === bare(written);
}

/** The longest end of `written` that `before` begins with. */
function withoutHeader(before: string, written: string): string | undefined {
  for (let at = 0; at < written.length; at++) {
    if (before[0] === written[at] && before.startsWith(written.slice(at))) return written.slice(at);
  }
  return undefined;
}

/** What the template writes behind another prompt, where its `whole` ends with the same, behind what this prompt ends with. */
function writtenAlone(
  of: Rendered,
  message: Message,
  { prompt, whole }: { readonly prompt: string; readonly whole: string },
): string | undefined {
  const asked: Message[] = [{ role: "user", content: "a" }];
  const alone = unlessRefused(() => [
    of.render(asked, false),
    of.render(asked, true),
    throughTurn(of, [...asked, message]),
  ]);
  const [read, asks, said] = alone ?? [];
  if (read === undefined || !asks?.startsWith(read) || !said?.startsWith(asks)) return undefined;
  const [header, written] = [asks.slice(read.length), said.slice(asks.length)];
  return header !== "" && prompt.endsWith(header) && whole.endsWith(header + written) ? written : undefined;
}

const OPEN_THOUGHT = /<think>\s*$/;
const END_OF_THOUGHT = "</think>";

/** What was written behind a prompt that opens a thought, where the template's `whole` has none. */
function behindOpenThought(
  of: Rendered,
  message: Message,
  { prompt, whole }: { readonly prompt: string; readonly whole: string },
): string | undefined {
  const { reasoning, content, ...rest } = message;
  const before = prompt.replace(OPEN_THOUGHT, "");
  if (before === prompt || !whole.startsWith(before)) return undefined;
  const said = whole.slice(before.length);
  if (reasoning) {
    if (!isTurn(partsOf(of, { ...rest, content }, said))) return undefined;
    return `${reasoning.trim()}\n${END_OF_THOUGHT}\n\n${said}`;
  }
  const end = content.lastIndexOf(END_OF_THOUGHT) + END_OF_THOUGHT.length;
  if (!content.includes(END_OF_THOUGHT)) return undefined;
  if (!isTurn(partsOf(of, { ...rest, content: content.slice(end) }, said))) return undefined;
  return content.slice(0, end).replace(/^\s*<think>\s*/, "") + said;
}

const isTurn = ({ header, isEnded }: Parts) => isEnded && !header?.trim();
