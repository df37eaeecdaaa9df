/** Which code a user's module is: the file and what it imports by relative paths. Another code is another world. */
import { dirname, join, relative, resolve } from "node:path";
import { fingerprint } from "../core/ids.ts";
import { codeOf, isFile } from "./code.ts";

/** What stands behind `from`, `import`, `import(` and `require(`, where it begins with a dot. */
const IMPORT = /\b(?:from|import|require)\s*\(?\s*["'](\.{1,2}\/[^"'\n]+)["']/g;

/** Our own files may be imported by path: another release of them is no edit of the user's. */
const OURS = resolve(import.meta.dirname, "..");

/** A hash of `file` and what it imports. Packages, and files that the code reads, are no part of it. */
export function ownCodeHash(file: string): string {
  const main = resolve(file);
  const texts = codeOf(main, (text, path) =>
    [...text.matchAll(IMPORT)]
      .map(([, name]) => join(dirname(path), name!))
      .filter((found) => isFile(found) && relative(OURS, found).startsWith("..")),
  );
  const named = [...texts].map(([path, text]) => [path === main ? "" : relative(dirname(main), path), text]);
  return fingerprint(Object.fromEntries(named));
}
