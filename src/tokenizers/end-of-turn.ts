/** How a chat template ends what the assistant says and begins what it says next, in tokens. */
import { CliError } from "../core/errors.ts";
import type { Tool } from "../core/message.ts";
import type { Provenance, WeightedMessage } from "../core/training.ts";
import type { ChatTokenizer } from "./chat-tokenizer.ts";

const provenance = { trajectory: "", step: 0, actor: "", reason: "" } as unknown as Provenance;
const said = { role: "assistant", content: "b", weight: 1, provenance } as const;
const TOOLS: readonly Tool[] = [{ name: "act", description: "Act.", parameters: { type: "object", properties: {} } }];
const toolCalls = [{ id: "call00000", name: "act", arguments: '{"a": "b"}' }];

/**
 * The tokens with which the template ends what the assistant says: the last ones that a trainer learns. First that of a text, then
 * that of a call, where it is another (gpt-oss, GLM). Throws CliError for a template that cannot be trained at all.
 */
export function endsOfTurn(tokenizer: ChatTokenizer): readonly [number, ...number[]] {
  const text = endOf(tokenizer, said);
  const thought = text instanceof CliError ? endOf(tokenizer, { ...said, reasoning: "c" }) : text;
  const call = endOf(tokenizer, { ...said, content: "", toolCalls }, TOOLS);
  const thoughtAndCall =
    call instanceof CliError ? endOf(tokenizer, { ...said, content: "", reasoning: "c", toolCalls }, TOOLS) : call;
  const [first, ...others] = new Set([thought, thoughtAndCall].filter((end) => typeof end === "number"));
  if (first === undefined) throw text;
  return [first, ...others];
}

function endOf(tokenizer: ChatTokenizer, message: WeightedMessage, tools?: readonly Tool[]): number | CliError {
  const messages = [{ role: "user", content: "a", weight: 0 } as const, message];
  try {
    const { rows } = tokenizer.demonstration({ messages, source: provenance.trajectory, ...(tools && { tools }) });
    return rows[0]!.labels.findLast((label) => label >= 0)!;
  } catch (error) {
    if (error instanceof CliError) return error;
    throw error;
  }
}

/** The tokens that a prompt has behind its last message: the header of what the assistant is to say. None where the template has none. */
export function answerHeader(tokenizer: ChatTokenizer): readonly number[] {
  const messages = [{ role: "user", content: "a" }] as const;
  const [before, whole] = [tokenizer.render(messages, false), tokenizer.render(messages, true)];
  return whole.startsWith(before) ? tokenizer.encode(whole.slice(before.length)) : [];
}
