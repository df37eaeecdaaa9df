// bench/results: what a benchmark leaves behind, and what is committed of it.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { originNow, versionsOf } from "../bench/parts/origin.ts";
import { type Findings, resultOf, resultSchema, resultText } from "../bench/parts/result.ts";
import { ROOT } from "./command.ts";

const read = (file: string): string => readFileSync(join(ROOT, file), "utf8");
const filesIn = (pattern: string): string[] => globSync(pattern, { cwd: ROOT }).toSorted();
/** Dated entries: they say what was found on their day. */
const HISTORY = ["LOG.md", "CHANGELOG.md"];
const benches = filesIn("bench/*.ts")
  .map((file) => basename(file, ".ts"))
  .filter((name) => name !== "main");

const FINDINGS: Findings = {
  settings: { threads: 1, model: "tiny" },
  versions: { torch: "2.9.0+cpu" },
  figures: { gleaner: { "steps/s": 24_835.4, "load, ms": 1.23456789 }, other: { "steps/s": 7, "load, ms": null } },
  ratios: { "gleaner ÷ other, steps/s": 3547.914 },
};

/** Changes one member of the findings; returns what the refusal says. */
function refusal(changes: Partial<Findings>): string {
  try {
    resultOf("some-bench", { ...FINDINGS, ...changes }, originNow(["some-bench"]));
  } catch (error) {
    return (error as Error).message;
  }
  return "accepted";
}

test("a result says what was found, where, when and from what, in a fixed order", () => {
  const result = resultOf("some-bench", FINDINGS, originNow(["some-bench", "other"]));
  const text = resultText(result);
  assert(text.endsWith("}\n"));
  assert.deepEqual(Object.keys(JSON.parse(text)), Object.keys(resultSchema.shape));
  assert.deepEqual(JSON.parse(text), result);
  assert.equal(resultText(Object.fromEntries(Object.entries(result).toReversed()) as typeof result), text);
  assert.equal(result.command, "npm run bench -- some-bench other");
  assert.deepEqual(result.versions, { node: process.versions.node, torch: "2.9.0+cpu" });
  assert.deepEqual(result.figures, {
    gleaner: { "steps/s": 24_835, "load, ms": 1.2346 },
    other: { "steps/s": 7, "load, ms": null },
  });
  assert.deepEqual(result.ratios, { "gleaner ÷ other, steps/s": 3547.9 });
});

test("a result names the commit", (t) => {
  const git = (...args: string[]) => execFileSync("git", args, { cwd: ROOT, encoding: "utf8", stdio: "pipe" }).trim();
  let head: string;
  try {
    head = git("rev-parse", "HEAD");
  } catch {
    return t.skip("needs the git repository");
  }
  assert.equal(originNow([]).commit, head);
});

test("versions are those that are installed", () => {
  const { version } = JSON.parse(read("node_modules/zod/package.json"));
  assert.deepEqual(versionsOf("zod"), { zod: version });
  assert.throws(() => versionsOf("no-such-package"), /no-such-package/);
});

test("what a result may not say is refused by name", () => {
  assert.equal(refusal({}), "accepted");
  assert.match(refusal({ figures: { gleaner: { speed: 1 } } }), /ends in one of the units.*figures\.gleaner\.speed/s);
  assert.match(refusal({ figures: { gleaner: { "load, ms": Number.NaN } } }), /figures\.gleaner/);
  assert.match(refusal({ ratios: { faster: 2 } }), /of the form A ÷ B.*ratios\.faster/s);
  assert.match(refusal({ ratios: { "a ÷ b": Number.POSITIVE_INFINITY } }), /ratios/);
  for (const path of ["/srv/data/webshop", "data=/srv/data", "~/models", "C:\\data"]) {
    assert.match(refusal({ settings: { data: path } }), /no path of this machine.*settings\.data/s, path);
  }
  assert.match(refusal({ versions: { torch: "/srv/venv/bin/python" } }), /no path of this machine.*versions\.torch/s);
});

test("every benchmark exports run", () => {
  assert(benches.length > 0);
  for (const name of benches) assert.match(read(`bench/${name}.ts`), /^export async function run\(\)/m, name);
});

test("npm run bench says what it takes", () => {
  const bench = (...args: string[]) => {
    const { status, stderr } = spawnSync(process.execPath, ["bench/main.ts", ...args], { cwd: ROOT, encoding: "utf8" });
    assert.equal(status, 2);
    for (const name of benches) assert(stderr.includes(name), name);
    return stderr;
  };
  assert.match(bench(), /expected the name of a benchmark/);
  assert.match(bench("workshop", "nonsense"), /nonsense: no such benchmark/);
  assert.match(bench("workshop", "--nonsense"), /--nonsense/);
});

for (const file of filesIn("bench/results/*.json")) {
  test(`${file} is what its benchmark writes, from a commit without changes`, () => {
    const result = resultSchema.parse(JSON.parse(read(file)));
    assert.equal(read(file), resultText(result));
    assert.equal(result.bench, basename(file, ".json"));
    assert(benches.includes(result.bench), "its benchmark is not there");
    assert(result.command.split(" ").includes(result.bench), `it was not made by ${result.command}`);
    assert.equal(result.dirty, false, "measured on changes that its commit does not show: commit, then measure again");
    assert.notEqual(result.commit, null, "measured outside a git repository");
    assert(Object.keys(result.figures).length > 0, "no figures");
  });
}

/** `npm run bench -- a b --no-write` names a and b. Capitals stand for any name. */
const citedIn = (text: string): string[] =>
  [...text.matchAll(/npm run bench -- ([^`\n]+)`/g)].flatMap(([, names]) =>
    names!.split(/\s+/).filter((name) => /^[a-z]/.test(name)),
  );

/** Cells of the column `steps/s` in Markdown tables, with the first cell of their row: world and figure. */
function stepRates(text: string): { readonly world: string; readonly rate: number }[] {
  const tables = text.match(/(?:^\|.*\n)+/gm) ?? [];
  return tables.flatMap((table) => {
    const [header, , ...rows] = table
      .trim()
      .split("\n")
      .map((line) => line.split("|").map((cell) => cell.trim()));
    const column = header!.indexOf("steps/s");
    if (column < 0) return [];
    const rates = rows.map((cells) => {
      const world = cells[1]!.replaceAll("`", "");
      return { world, rate: Number(/^[\d,.]+/.exec(cells[column]!)?.[0].replaceAll(",", "")) };
    });
    return rates.filter(({ rate }) => !Number.isNaN(rate));
  });
}

const pages = [...filesIn("*.md"), ...filesIn("docs/**/*.md")];

test("every benchmark that a page cites has its results; LOG.md gives those of its day with their commit", () => {
  const current = pages.filter((page) => !HISTORY.includes(page));
  const cited = current.flatMap((page) => citedIn(read(page)).map((name) => ({ page, name })));
  assert(cited.length > 0);
  const results = filesIn("bench/results/*.json").map((file) => basename(file, ".json"));
  assert.deepEqual(
    cited.filter(({ name }) => !results.includes(name)),
    [],
  );
});

test("steps/s in tables of README and docs are those of the results", () => {
  const rates = pages.filter((page) => !HISTORY.includes(page)).flatMap((page) => stepRates(read(page)));
  assert(rates.length > 0);
  for (const { world, rate } of rates) {
    const file = `bench/results/${world}.json`;
    assert(existsSync(join(ROOT, file)), `${file} is not there`);
    const { figures } = resultSchema.parse(JSON.parse(read(file)));
    const measured = Object.values(figures).flatMap((row) => Math.round(row["steps/s"] ?? Number.NaN));
    assert(measured.includes(rate), `${world}: expected one of ${measured.join(", ")} steps/s, found ${rate}`);
  }
});

test("citations and rates are found", () => {
  assert.deepEqual(citedIn("`npm run bench -- NAME`, `npm run bench -- export`, `npm run bench -- a b --no-write`"), [
    "export",
    "a",
    "b",
  ]);
  const table = "| world | steps/s | by |\n|---|--:|---|\n| `shop` | 1,220.5 in each | 7 |\n| own | | 8 |\n";
  assert.deepEqual(stepRates(`before\n\n${table}\nafter`), [{ world: "shop", rate: 1220.5 }]);
});
