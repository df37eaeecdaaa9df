/**
 * A conversation as tokens, for the embedded student: `<bos>`, then each message followed by `<end>`. Users and
 * assistants alternate, so roles need no tokens of their own. Prefix-stable by construction: a longer conversation
 * begins with exactly the tokens of a shorter one.
 */
import type { Message } from "../core/message.ts";
import type { WeightedMessage } from "../core/training.ts";

export interface Tokenizer {
  encode(text: string): readonly number[];
  readonly bos: number;
  readonly end: number;
}

/** One list of tokens for each message, `<end>` included, `<bos>` in front of the first. */
export function tokenChunks(messages: readonly Message[], tokenizer: Tokenizer): number[][] {
  return messages.map(({ content }, index) => [
    ...(index === 0 ? [tokenizer.bos] : []),
    ...tokenizer.encode(content),
    tokenizer.end,
  ]);
}

/** All tokens with their weights; the `<end>` of a learned message is learned with it. Both arrays have one entry a token. */
export function weightedTokens(
  messages: readonly WeightedMessage[],
  tokenizer: Tokenizer,
): { readonly tokens: number[]; readonly weights: number[] } {
  const chunks = tokenChunks(messages, tokenizer);
  return {
    tokens: chunks.flat(),
    weights: chunks.flatMap((chunk, index) => chunk.map(() => messages[index]!.weight)),
  };
}
