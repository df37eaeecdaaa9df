/** Texts of trajectories, cut for a page. */
import type { Text } from "../api/shared.ts";

/** UTF-16 code units of a text that the page is given at once. */
const SHOWN = 4_000;

/** The first characters of `text`; no character is cut in two. */
export function cutText(text: string, shown = SHOWN): Text {
  const { length } = text;
  if (length <= shown) return { text, length };
  const isHalf = /[\uD800-\uDBFF]/.test(text[shown - 1]!) && /[\uDC00-\uDFFF]/.test(text[shown]!);
  return { text: text.slice(0, isHalf ? shown - 1 : shown), length };
}
