/** The tokens of a training row as cells. Pure functions of the data. */
import type { RowToken } from "../../api/transcript.ts";

export interface TokenCell {
  readonly place: number;
  readonly id: number;
  /** As it is shown: unseen blanks get a sign, and a line feed stays one behind its sign. */
  readonly text: string;
  readonly learned: boolean;
  /** Looks like a mark of the chat's own language (`<|im_start|>`, `</s>`, `[INST]`) rather than text. */
  readonly isMark: boolean;
}

/** Cells for the first `most` tokens. */
export function cellsOf(tokens: readonly RowToken[], most = Infinity): TokenCell[] {
  const shown = tokens.length > most ? tokens.slice(0, most) : tokens;
  return shown.map(({ id, text, learned }, place) => ({
    place,
    id,
    text: signed(text),
    learned,
    isMark: MARK.test(text),
  }));
}

const MARK = /^(?:<\|[^|\s]{1,60}\|>|<\/?[a-z_]{1,40}>|\[\/?[A-Z_]{2,40}\]|<[｜\u2581\w]{1,60}[｜>]>?)$/u;

/** Blanks at a token's edges are what tells it from another, so they are seen; those within a token are plain. */
function signed(text: string): string {
  if (text === "") return "∅";
  return text
    .replace(/^ +| +$/g, (blanks) => "·".repeat(blanks.length))
    .replaceAll("\t", "→\t")
    .replaceAll("\r", "␍")
    .replaceAll("\n", "⏎\n");
}

/** `340 tokens, 25 of them learned (7.4 %)`. */
export function tokensInWords(tokens: readonly RowToken[]): string {
  const learned = tokens.reduce((sum, token) => sum + Number(token.learned), 0);
  const share = tokens.length ? ` (${((100 * learned) / tokens.length).toFixed(1)} %)` : "";
  return `${tokens.length.toLocaleString("en")} ${tokens.length === 1 ? "token" : "tokens"}, ${learned.toLocaleString("en")} of them learned${share}`;
}
