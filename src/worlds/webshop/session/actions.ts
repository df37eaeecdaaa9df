/**
 * The action grammar: `search[words]` and `click[label]`. A prefix of the first line counts, as with the original's
 * `re.match(r"(.+)\[(.+)\]", action)`: both groups greedy, `.` anything but a line feed. Found here from the last
 * brackets, so that a megabyte of brackets takes no longer than one pass.
 */

export interface Action {
  /** As written: names are case-sensitive. */
  readonly name: string;
  /** In lower case, blanks kept. Never empty. */
  readonly argument: string;
}

/** null: not of the form `name[argument]`. */
export function parseAction(text: string): Action | null {
  const end = text.indexOf("\n");
  const line = end < 0 ? text : text.slice(0, end);
  const close = line.lastIndexOf("]");
  // At least one character stands between the brackets, and one before them.
  const open = close < 3 ? -1 : line.lastIndexOf("[", close - 2);
  if (open < 1) return null;
  return { name: line.slice(0, open), argument: line.slice(open + 1, close).toLowerCase() };
}

export const clickAction = (label: string): string => `click[${label}]`;

export const searchAction = (query: string): string => `search[${query}]`;
