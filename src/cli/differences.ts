/** Two texts that should be equal, printed so that the difference can be seen: where it is, whitespace included. */
import { printable } from "./terminal.ts";

export interface Difference {
  /** Index of the step whose answer differs; -1 for the first observation. */
  readonly step: number;
  readonly expected: string;
  readonly got: string;
}

/** Characters of each text that are printed. */
const WIDTH = 200;
/** Equal characters printed before the difference. */
const LEAD = 40;

/** Three lines: the step, what was recorded, what the world answered. */
export function differenceLines({ step, expected, got }: Difference): [string, string, string] {
  const where = step < 0 ? "first observation" : `answer to step ${step}`;
  const [recorded, replayed] = excerpts(expected, got);
  const how = isSameButForBlanks(expected, got) ? ": the same JSON with other blanks" : "";
  return [`${where}${how}`, `  recorded  ${recorded}`, `  replayed  ${replayed}`];
}

/** Python's json module writes blanks that other writers leave out. */
function isSameButForBlanks(a: string, b: string): boolean {
  const [one, other] = [withoutBlanks(a), withoutBlanks(b)];
  return one !== undefined && one === other;
}

/** An object or list of JSON without the blanks outside its texts; undefined if it is none. */
function withoutBlanks(text: string): string | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    JSON.parse(text);
    return text.replace(/("(?:[^"\\]+|\\.)*")|\s+/g, "$1");
  } catch {
    return undefined;
  }
}

/** Both texts in quotes, from shortly before the first difference on. */
export function excerpts(a: string, b: string): [string, string] {
  const from = Math.max(0, firstDifference(a, b) - LEAD);
  return [excerpt(a, from), excerpt(b, from)];
}

function firstDifference(a: string, b: string): number {
  let at = 0;
  while (at < Math.min(a.length, b.length) && a[at] === b[at]) at++;
  return at;
}

/** At most WIDTH characters from `from` on, in quotes. */
function excerpt(text: string, from: number): string {
  const cut = text.slice(from, from + WIDTH);
  return `${from > 0 ? "…" : ""}"${visible(cut)}"${from + WIDTH < text.length ? "…" : ""}`;
}

/** Whitespace as it would be typed, and nothing that a terminal would obey. */
function visible(text: string): string {
  const typed = text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\t", "\\t");
  return printable(typed.replace(/^ +| +$| {2,}/g, (blanks) => "·".repeat(blanks.length)));
}
