/** The files that a user's world is made of: its own, and what it imports from beside it. */
import { readFileSync, statSync } from "node:fs";

/**
 * `file` and what it imports, and so on: paths and texts. A file that is not there counts as empty.
 *
 * @param importedBy Paths of what a text, which stands at `path`, imports; none for what comes from elsewhere.
 */
export function codeOf(
  file: string,
  importedBy: (text: string, path: string) => readonly string[],
): ReadonlyMap<string, string> {
  const read = new Map<string, string>();
  const waiting = [file];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (read.has(path)) continue;
    const text = isFile(path) ? readFileSync(path, "utf8") : "";
    read.set(path, text);
    waiting.push(...importedBy(text, path));
  }
  return read;
}

export const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
