// What the written docs name must exist: paths, links, sections of methods.md, packages. What exists must be in their tables.
import assert from "node:assert/strict";
import { existsSync, globSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { METHODS } from "../src/engine/algorithms/methods.ts";
import { FAMILY_NAMES } from "../src/model/families.ts";
import { STUDENTS } from "../src/students/kinds.ts";
import { ENVIRONMENTS } from "../src/worlds/open.ts";

const root = join(import.meta.dirname, "..");
const read = (file: string): string => readFileSync(join(root, file), "utf8");
const filesIn = (pattern: string) => globSync(pattern, { cwd: root }).toSorted();

const docs = [...filesIn("*.md"), ...filesIn("docs/**/*.md")];
const sources = [...filesIn("src/**/*.ts"), ...filesIn("test/**/*.ts"), ...filesIn("examples/*.ts")];
/** Dated entries: they name what was there on their day. */
const HISTORY = ["LOG.md", "CHANGELOG.md"];
/** Made by `npm run docs`, so a fresh clone does not have it. */
const BUILT = ["docs/api"];

/** Without what stands between fences, which is code of other places. */
const prose = (text: string) => text.replace(/^```[\s\S]*?^```/gm, "");

/** `src/…` and `test/…` with or without a line, a star for any folder. */
function pathsIn(text: string): string[] {
  const found = [
    ...text.matchAll(/(?<![\w./-])(?:src|test|python|java|bench|runs|examples|docs|bin)\/[\w./*-]*\w\/?/g),
  ];
  return found.map(([path]) => path.replace(/:\d+$/, ""));
}

function missingPaths(text: string): string[] {
  const named = pathsIn(text).filter((path) => !BUILT.includes(path));
  return named.filter((path) => (path.includes("*") ? filesIn(path).length === 0 : !existsSync(join(root, path))));
}

/** Targets of Markdown links that are neither addresses nor places on the same page. */
function missingLinks(file: string, text: string): string[] {
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!);
  const isLocal = (target: string) => !/^(?:[a-z]+:|#)/.test(target);
  const place = (target: string) => join(root, dirname(file), target.replace(/#.*$/, ""));
  return targets.filter((target) => isLocal(target) && !existsSync(place(target)));
}

/** Numbers of the sections of docs/methods.md that `text` cites: `methods.md §2`, `[methods.md](methods.md) §2`. */
const citedSections = (text: string) =>
  [...text.matchAll(/methods\.md(?:\]\([^)]*\))? §(\d+)/g)].map(([, section]) => section!);

/** Whole-line and block comments. */
const comments = (source: string) => [...source.matchAll(/^\s*(?:\/\/|\/?\*).*$/gm)].map(([line]) => line).join("\n");

/**
 * Names of TypeScript, Java and Python files with a folder before them, and of our pages, that lie neither in the
 * repository nor in src/ or test/ nor beside `file`. (Exporters cite the sources of other tools, which are in Python.)
 */
function staleNames(file: string, text: string): string[] {
  const named = text.matchAll(
    /(?<![\w./:@-])(?:(?:\.\/)?[\w-]+\/[\w./-]*\.(?:ts|java)|python\/\w+\.py|docs\/(?:\w+\/)?[\w-]+\.md)\b/g,
  );
  const places = ["", "src", "test", dirname(file), dirname(dirname(file))];
  return [...named]
    .map(([name]) => name)
    .filter((name) => !places.some((place) => existsSync(join(root, place, name))));
}

for (const file of docs.filter((each) => !HISTORY.includes(each))) {
  test(`${file}: every path and relative link exists`, () => {
    const text = read(file);
    assert.deepEqual(missingPaths(prose(text)), [], "paths that do not exist");
    assert.deepEqual(missingLinks(file, prose(text)), [], "links that lead nowhere");
  });
}

test("pictures in docs/architecture name files that exist", () => {
  for (const file of filesIn("docs/architecture/*.md")) assert.deepEqual(missingPaths(read(file)), [], file);
});

test("every section of methods.md that is cited exists", () => {
  const sections = [...read("docs/methods.md").matchAll(/^## (\d+)\. /gm)].map(([, section]) => section!);
  const cited = [...docs, ...sources].flatMap((file) =>
    citedSections(read(file)).map((section) => ({ file, section })),
  );
  assert(cited.length > 0);
  assert.deepEqual(
    cited.filter(({ section }) => !sections.includes(section)),
    [],
  );
});

test("every file that a source comment names exists", () => {
  const missing = sources.flatMap((file) => staleNames(file, comments(read(file))).map((name) => `${file}: ${name}`));
  assert.deepEqual(missing, []);
});

test("README is what a person reads before trying: at most 130 lines of 140 characters, tables aside", () => {
  const lines = read("README.md").trimEnd().split("\n");
  assert(lines.length <= 130, `README.md has ${lines.length} lines`);
  const long = lines.filter((line) => !line.startsWith("|") && line.length > 140);
  assert.deepEqual(long, []);
});

test("every decision and every page of the architecture is in its list", () => {
  for (const folder of ["docs/decisions", "docs/architecture"]) {
    const list = read(`${folder}/README.md`);
    const pages = readdirSync(join(root, folder)).filter((name) => name.endsWith(".md") && name !== "README.md");
    assert.deepEqual(
      pages.filter((page) => !list.includes(`](${page})`)),
      [],
      folder,
    );
  }
});

test("the list of the engine's files names each of them, and no other", () => {
  const blocks = read("docs/architecture/README.md").split("```\n");
  const list = blocks.find((block) => block.startsWith("src/engine/")) ?? "";
  const folders = list.split(/^(?=src\/)/m).map((part) => part.split("\n"));
  const listed = folders.flatMap(([folder, ...lines]) =>
    lines.filter((line) => line !== "").map((line) => `${folder}${line.trim().split(" ")[0]}`),
  );
  const files = sources.filter((file) => file.startsWith("src/engine/") && !file.endsWith(".test.ts"));
  assert.deepEqual(listed.toSorted(), files.toSorted(), "docs/architecture/README.md: a line for each file");
});

test("a page of the architecture stays short: at most 90 lines", () => {
  for (const file of filesIn("docs/architecture/*.md")) {
    const { length } = read(file).trimEnd().split("\n");
    assert(length <= 90, `${file} has ${length} lines: move what is a list of cases to a page under docs/`);
  }
});

test("dependencies.md has one line for each package of package.json, and no other", () => {
  const { dependencies, optionalDependencies, devDependencies } = JSON.parse(read("package.json"));
  const rows = [...read("docs/decisions/dependencies.md").matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name);
  const packages = { ...dependencies, ...optionalDependencies, ...devDependencies };
  assert.deepEqual(rows.toSorted(), Object.keys(packages).toSorted());
});

// npm runs the install scripts of the packages that the lockfile gives one, and of no other.
test("the lockfile gives no package an install script", () => {
  const { packages } = JSON.parse(read("package-lock.json"));
  const scripted = Object.keys(packages).filter((path) => packages[path].hasInstallScript);
  assert.deepEqual(
    scripted,
    [],
    "delete the line hasInstallScript, if the package works without (docs/decisions/install.md)",
  );
});

const UNITS: Readonly<Record<string, number>> = { MiB: 2 ** 20, GiB: 2 ** 30, s: 1000 };

test("every limit of limits.md is what the source says", async () => {
  const rows = [...read("docs/limits.md").matchAll(/^\| .* \| (\d+) ?(\w*) \| `([\w.]+)` in `(.*)` \|$/gm)];
  assert(rows.length > 3);
  for (const [row, amount, unit, name, file] of rows) {
    const [constant, field] = name!.split(".");
    const value = (await import(join(root, file!)))[constant!];
    assert.equal(field === undefined ? value : value[field], Number(amount) * (UNITS[unit!] ?? 1), row);
  }
  assert.equal(rows.length, (read("docs/limits.md").match(/^\| .* `.*` \|$/gm) ?? []).length, "a row that is not read");
});

/** First cells of a page's tables, as far as they are code: "`eef`, `probes: 2`" gives `eef`. */
const rowsOf = (page: string) => new Set([...read(page).matchAll(/^\| `([\w-]+)`/gm)].map(([, name]) => name));

const LISTED = {
  "docs/methods.md": METHODS,
  "docs/architecture/students-and-trainers.md": STUDENTS,
  "docs/architecture/worlds-and-bridges.md": ENVIRONMENTS,
};

for (const [page, list] of Object.entries(LISTED)) {
  test(`${page} has a row for everything that a config can name`, () => {
    assert.deepEqual([...rowsOf(page)].toSorted(), Object.keys(list).toSorted());
  });
}

test("students.md has a row for every family of models inside Node", () => {
  const [section] = /^## Models inside Node$[\s\S]*?(?=^## )/m.exec(read("docs/students.md"))!;
  const rows = [...section.matchAll(/^\| `([\w-]+)` \|/gm)]
    .map(([, name]) => name)
    .filter((name) => name !== "model_type");
  assert.deepEqual(rows.toSorted(), FAMILY_NAMES.toSorted());
});

test("methods.md says what every option of a method does", () => {
  const text = read("docs/methods.md");
  const options = new Set(Object.values(METHODS).flatMap((method) => Object.keys(method.options)));
  const missing = [...options].filter((option) => !new RegExp(`\`${option}[\`:]`).test(text));
  assert.deepEqual(missing, []);
});

test("what does not exist is found", () => {
  const text = ["see `src/engine/run.ts`, [page](nowhere.md), src/core/ids.ts and methods.md", "§9"].join(" ");
  assert.deepEqual(missingPaths(text), ["src/engine/run.ts"]);
  assert.deepEqual(missingLinks("README.md", text), ["nowhere.md"]);
  assert.deepEqual(citedSections(text), ["9"]);
  assert.deepEqual(staleNames("src/core/ids.ts", "as in old/ids.ts and engine/rollout/rollout.ts"), ["old/ids.ts"]);
});
