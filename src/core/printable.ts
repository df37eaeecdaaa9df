/**
 * Text from outside (a log, a world, a server, a config, a file name) as a terminal may get it: what a terminal would obey
 * and what would change the order of the characters around it is shown as `\u{1b}`. One rule for every room.
 */

/**
 * Controls (C0, DEL, C1), format characters (writing direction, invisible signs), separators of lines and paragraphs, halves
 * of surrogate pairs. The joiner within one emoji (a family) stays: it only makes one picture of several.
 */
const OBEYED =
  /(?!(?<=\p{Extended_Pictographic}[\uFE0F\p{Emoji_Modifier}]?)\u200D\p{Extended_Pictographic})[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

const escaped = (character: string) => `\\u{${character.codePointAt(0)!.toString(16)}}`;

/** `text` for a place within a line: a cell, a label, an item of a list. Line feeds and tabs are shown escaped, too. */
export function printable(text: string): string {
  return text.replace(OBEYED, escaped);
}

/** A whole text of several lines: line feeds and tabs stay. */
export function printableLines(text: string): string {
  return text.replace(OBEYED, (character) =>
    character === "\n" || character === "\t" ? character : escaped(character),
  );
}

/** `printableLines` in pieces, for a page that sets escapes apart: joined they are its result. */
export function printablePieces(text: string): { readonly text: string; readonly escaped: boolean }[] {
  const pieces: { text: string; escaped: boolean }[] = [];
  const add = (piece: string, isEscaped: boolean) => {
    const last = pieces.at(-1);
    if (last?.escaped === isEscaped) last.text += piece;
    else if (piece !== "") pieces.push({ text: piece, escaped: isEscaped });
  };
  let from = 0;
  for (const { index, 0: character } of text.matchAll(OBEYED)) {
    if (character === "\n" || character === "\t") continue;
    add(text.slice(from, index), false);
    add(escaped(character), true);
    from = index + character.length;
  }
  add(text.slice(from), false);
  return pieces;
}

/**
 * JSON text that a terminal may get: the same values for whoever reads JSON. JSON itself escapes only what is below U+0020, and
 * its line feeds and blanks between values stay.
 */
export function printableJson(json: string): string {
  return json.replace(OBEYED, (character) =>
    character === "\n" || character === "\t" ? character : unitsOf(character),
  );
}

/** As JSON escapes: one `\uXXXX` for each UTF-16 unit. */
const unitsOf = (character: string) =>
  character
    .split("")
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("");
