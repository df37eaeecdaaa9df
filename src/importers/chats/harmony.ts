/**
 * An agent's turn as gpt-oss writes it, when a logger kept the raw text: several messages in one, each with its channel.
 *
 *     <|channel|>analysis<|message|>THOUGHT<|end|>
 *     <|start|>assistant<|channel|>commentary to=functions.NAME <|constrain|>json<|message|>{…}<|call|>
 *     <|start|>assistant<|channel|>final<|message|>TEXT<|return|>
 *
 * Source: openai/harmony on GitHub, "OpenAI harmony response format".
 */
import { CliError } from "../../core/errors.ts";
import { shown } from "../reader.ts";
import type { Draft } from "./ids.ts";
import { type Part, textParts, thoughtParts, turnsOfParts } from "./parts.ts";
import type { ChatTurn } from "./turn.ts";

export const HARMONY = "<|channel|>";
const BEGIN = /^\s*(?:<\|start\|>assistant[^<\n]{0,200})?<\|channel\|>/;
const START = "<|start|>";
const MESSAGE = "<|message|>";
const END = /<\|(?:end|call|return)\|>/;
/** The recipient stands behind the role or behind the channel. */
const HEADER =
  /^(?:assistant)?\s*(?:to=(\S+)\s*)?<\|channel\|>(analysis|commentary|final)\s*(?:to=(\S+))?\s*(?:<\|constrain\|>\s*\w+|json|code)?\s*$/;

/** Whether an agent's text is of this spelling: it begins with a channel. */
export const isHarmony = (text: string): boolean => BEGIN.test(text);

/**
 * The turn whose text `isHarmony`, as several where it thinks again behind what it said. Throws CliError for a message in it that
 * is not understood.
 */
export function harmonyTurns(turn: ChatTurn): Draft[] {
  const { content, reasoning = "", place } = turn;
  const parts: Part[] = thoughtParts(reasoning);
  let rest = content.trimStart();
  while (rest !== "") {
    const at = rest.indexOf(MESSAGE);
    const head = at < 0 ? rest : rest.slice(rest.startsWith(START) ? START.length : 0, at);
    const found = at < 0 || head.length > 500 ? undefined : HEADER.exec(head);
    if (!found) throw new CliError(`${place}: expected a channel and ${MESSAGE}, found ${shown(head)}`);
    const body = rest.slice(at + MESSAGE.length);
    const end = END.exec(body);
    const said = end ? body.slice(0, end.index) : body;
    const [, early, channel, recipient = early] = found;
    if (recipient !== undefined) {
      const name = recipient.replace(/^functions\./, "");
      parts.push({ kind: "call", call: { id: "", name, arguments: said.trim() } });
    } else parts.push(...(channel === "analysis" ? thoughtParts(said) : textParts(said)));
    rest = end ? body.slice(end.index + end[0].length).trimStart() : "";
  }
  const { leftOut, isContext } = turn;
  return turnsOfParts("assistant", parts, place).map((one, index) => ({
    ...one,
    ...(isContext && { isContext }),
    ...(index === 0 && leftOut && { leftOut }),
  }));
}
