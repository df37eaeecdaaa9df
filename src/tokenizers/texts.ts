/** What is looked for in rendered texts: special tokens, white space, and where two texts part. */

/** The special tokens of a tokenizer, looked for in texts. */
export interface SpecialTokens {
  /** The longest that begins at `position`. */
  at(text: string, position: number): string | undefined;
  /** The longest that `text` ends with. */
  endOf(text: string): string | undefined;
  /** Whether `text` has nothing but special tokens, and white space around them; so has the empty text. */
  areAll(text: string): boolean;
}

export function specialTokens(tokens: readonly string[]): SpecialTokens {
  const longestFirst = tokens.toSorted((a, b) => b.length - a.length);
  const at = (text: string, position: number) => longestFirst.find((token) => text.startsWith(token, position));
  return {
    at,
    endOf: (text) => longestFirst.find((token) => text.endsWith(token)),
    areAll(text) {
      for (let position = skipSpace(text, 0); position < text.length; position = skipSpace(text, position)) {
        const token = at(text, position);
        if (token === undefined) return false;
        position += token.length;
      }
      return true;
    },
  };
}

/** The first position from `from` on that is no white space. */
export function skipSpace(text: string, from: number): number {
  let position = from;
  while (position < text.length && /\s/.test(text[position]!)) position++;
  return position;
}

/** Where two texts differ first, and how they go on there. */
export function difference(expected: string, found: string): string {
  let at = 0;
  while (at < expected.length && expected[at] === found[at]) at++;
  const from = Math.max(0, at - 20);
  const show = (text: string) => JSON.stringify(text.slice(from, at + 30));
  return `at character ${at} expected ${show(expected)}, found ${show(found)}`;
}
