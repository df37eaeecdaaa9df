/** Which code a world in Python is: its module and those beside it that it imports. Another code is another world. */
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fingerprint } from "../../core/ids.ts";
import { codeOf, isFile } from "../code.ts";

/** `import a, b as c` and `from a.b import c`: the names behind the word, at any depth of the code. */
const IMPORT = /^[ \t]*(?:import[ \t]+(.+)|from[ \t]+(\.?[\w.]+)[ \t]+import[ \t(]*(.*))/gm;

/**
 * A hash of `file` and of what it imports from its own folder, modules and packages, and so on. Files that the code reads
 * and what is installed are no part of it. A file that is not there counts as empty.
 */
export function sourceHash(file: string): string {
  const folder = dirname(file);
  const read = codeOf(file, (text) => importedBy(text).flatMap((name) => filesOf(folder, name)));
  const texts = [...read].map(([path, text]) => [path === file ? "" : path.slice(folder.length), text] as const);
  return fingerprint(Object.fromEntries(texts));
}

/** First parts of the modules' names. `from . import a` names a. */
function importedBy(text: string): string[] {
  return [...text.matchAll(IMPORT)].flatMap(([, plain, from, what]) => {
    const isBeside = from !== undefined && /^\.+$/.test(from);
    const names = plain ?? (isBeside ? what! : from!);
    return names.split(",").flatMap((name) => /^\s*\.?(\w+)/.exec(name)?.[1] ?? []);
  });
}

/** The code of the module or package `name` in `folder`; none where it comes from elsewhere. */
function filesOf(folder: string, name: string): string[] {
  const module = join(folder, `${name}.py`);
  const own = isFile(module) ? [module] : [];
  if (!isFile(join(folder, name, "__init__.py"))) return own;
  const inside = readdirSync(join(folder, name), { recursive: true, encoding: "utf8" });
  return [...own, ...inside.filter((each) => each.endsWith(".py")).map((each) => join(folder, name, each))];
}
