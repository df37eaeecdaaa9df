/**
 * What was written at a turn, read off the prompt of a later one that has it as it was: one rendering a turn instead of two.
 * Found only where nothing is left to doubt; for anything else the turn itself is rendered (turns.ts).
 */
import type { Message } from "../core/message.ts";
import { firstUnwritten } from "./call-parts.ts";
import { skipSpace } from "./texts.ts";
import { movedPart, type Rendered, type Turn } from "./turns.ts";

/** The turn that is message `index`, or undefined: `later` is a prompt that goes on from it. */
export function keptTurn(of: Rendered, index: number, prompt: string, later: string): Turn | undefined {
  const [message, next] = [of.messages[index]!, of.messages[index + 1]];
  const { reasoning = "", content, toolCalls } = message;
  const isTrimmed = [reasoning, content].every((text) => text === text.trim());
  if (!isTrimmed || !later.startsWith(prompt) || (next?.role !== "user" && next?.role !== "tool")) return undefined;
  const ending = toolCalls ? of.facts.endOfCall : of.facts.endOfText;
  const header = of.facts.headerOf(next.role);
  if (!ending || !header) return undefined;
  const rest = later.slice(prompt.length);
  const written = untilNext(rest, ending, header);
  if (written === undefined || !isWhole(written, message, ending) || movedPart(of, message, written)) {
    return undefined;
  }
  return mayHaveEmptyThought(of, message, written) ? undefined : { message: index, prompt, written, tail: "" };
}

/** Through the first ending, which the next speaker's header must follow. */
function untilNext(rest: string, ending: string, header: string): string | undefined {
  const at = rest.indexOf(ending);
  const end = at + ending.length;
  const isNext = at >= 0 && rest.startsWith(header, end) && rest.indexOf(header) >= end;
  return isNext ? rest.slice(0, end) : undefined;
}

function isWhole(written: string, message: Message, ending: string): boolean {
  const said = written.slice(0, -ending.length);
  if (message.toolCalls || message.reasoning) return firstUnwritten(said, message) === undefined;
  return message.content !== "" && said.slice(skipSpace(said, 0)) === message.content;
}

function mayHaveEmptyThought(of: Rendered, { reasoning, content, toolCalls }: Message, written: string): boolean {
  const mark = of.facts.thoughtMark;
  const isPlain = !toolCalls && written.trimStart().startsWith(content);
  return !reasoning && !isPlain && mark !== undefined && written.includes(mark);
}
