/**
 * What was written at a turn, read off the prompt of a later one that has it as it was: one rendering a turn instead of two.
 * Found only where nothing is left to doubt; for anything else the turn itself is rendered (turns.ts).
 */
import type { Message } from "../core/message.ts";
import { firstUnwritten } from "./call-parts.ts";
import { skipSpace } from "./texts.ts";
import type { Rendered, Turn } from "./turns.ts";

/** The turn that is message `index`, or undefined: `later` is a prompt that goes on from it. */
export function keptTurn(of: Rendered, index: number, prompt: string, later: string): Turn | undefined {
  const message = of.messages[index]!;
  const { reasoning = "", content, toolCalls } = message;
  const isTrimmed = [reasoning, content].every((text) => text === text.trim());
  if (!isTrimmed || !later.startsWith(prompt)) return undefined;
  const ending = toolCalls ? of.facts.endOfCall : of.facts.endOfText;
  if (!ending) return undefined;
  const rest = later.slice(prompt.length);
  const written = toolCalls || reasoning ? throughParts(rest, message, ending) : throughText(rest, content, ending);
  if (written === undefined) return undefined;
  const mark = of.facts.thoughtMark;
  const mayHaveEmptyThought = !reasoning && mark !== undefined && written.includes(mark);
  const isPlain = !toolCalls && written.trimStart().startsWith(content);
  return mayHaveEmptyThought && !isPlain ? undefined : { message: index, prompt, written, tail: "" };
}

function throughText(rest: string, content: string, ending: string): string | undefined {
  const start = skipSpace(rest, 0);
  const end = start + content.length + ending.length;
  return content !== "" && rest.slice(start, end) === content + ending ? rest.slice(0, end) : undefined;
}

/** Through the first ending that has all of the message before it: texts and arguments may hold what looks like one. */
function throughParts(rest: string, message: Message, ending: string): string | undefined {
  for (let at = rest.indexOf(ending); at >= 0; at = rest.indexOf(ending, at + 1)) {
    if (firstUnwritten(rest.slice(0, at), message) === undefined) return rest.slice(0, at + ending.length);
  }
  return undefined;
}
