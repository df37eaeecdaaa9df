/** How a chat template ends what the assistant says and begins what it says next, in tokens. */
import type { Provenance } from "../core/training.ts";
import type { ChatTokenizer } from "./chat-tokenizer.ts";

/** The token with which the template ends what the assistant says: the last one that a trainer learns. */
export function endOfTurn(tokenizer: ChatTokenizer): number {
  const provenance = { trajectory: "", step: 0, actor: "", reason: "" } as unknown as Provenance;
  const { rows } = tokenizer.demonstration({
    messages: [
      { role: "user", content: "a", weight: 0 },
      { role: "assistant", content: "b", weight: 1, provenance },
    ],
    source: provenance.trajectory,
  });
  return rows[0]!.labels.findLast((label) => label >= 0)!;
}

/** The tokens that a prompt has behind its last message: the header of what the assistant is to say. None where the template has none. */
export function answerHeader(tokenizer: ChatTokenizer): readonly number[] {
  const messages = [{ role: "user", content: "a" }] as const;
  const [before, whole] = [tokenizer.render(messages, false), tokenizer.render(messages, true)];
  return whole.startsWith(before) ? tokenizer.encode(whole.slice(before.length)) : [];
}
