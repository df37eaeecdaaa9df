/** What the reports look like: Markdown, terminal, figures; with texts that try to break out of them. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { anyCharacter } from "../../test/any-character.ts";
import { cases } from "../../test/cases.ts";
import { addSyntheticRun, type SyntheticOptions } from "../../test/synthetic-run.ts";
import { compareRuns } from "../analysis/compare-runs.ts";
import { type Report, reportOf } from "../analysis/report.ts";
import { openSqlite } from "../store/sqlite.ts";
import { shortLabels } from "./document.ts";
import { GLOSSARY } from "./glossary.ts";
import { toHtml } from "./html.ts";
import { toMarkdown } from "./markdown.ts";
import { amount, duration, more, percent, points, probability, whole } from "./numbers.ts";
import { plots } from "./plots.ts";
import { reportDocument } from "./report-document.ts";
import { textOf, toTable } from "./terminal.ts";

function synthetic(options: SyntheticOptions = {}): Report {
  const repository = openSqlite(":memory:");
  addSyntheticRun(repository, options);
  return reportOf(repository, [options.run ?? "demo"]);
}

/** Cells of each table row of a Markdown text. */
const tableRows = (markdown: string) =>
  markdown
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .map((line) => line.replace(/\\./g, "").split("|").length - 2);

test("numbers", () => {
  assert.deepEqual([0, 0.8194, 1, null].map(percent), ["0.0 %", "81.9 %", "100.0 %", "–"]);
  assert.deepEqual([0.119, -0.043, 0, -0.0001].map(points), ["+11.9", "−4.3", "0.0", "0.0"]);
  assert.deepEqual([0.2, -0.34, 0.001].map(more), ["+20 %", "−34 %", "0 %"]);
  assert.deepEqual([0, 45906.25].map(whole), ["0", "45,906"]);
  assert.deepEqual([1, 0.021, 0.0012, 1e-9].map(probability), ["1.00", "0.02", "0.0012", "< 0.0001"]);
  const amounts = [0, 0.00421, 1.5, 12.345, 1234.5, null].map((value) => amount(value, "$"));
  assert.deepEqual(amounts, ["$0", "$0.0042", "$1.50", "$12.35", "$1,235", "–"]);
  const durations = [0, 999.4, 999.6, 59_940, 59_960, 245_000, 3_599_600, 7_380_000].map(duration);
  assert.deepEqual(durations, ["0 ms", "999 ms", "1.0 s", "59.9 s", "1 m 00 s", "4 m 05 s", "1 h 00 m", "2 h 03 m"]);
});

test("short labels of categories", () => {
  assert.deepEqual(shortLabels(["1 word", "2 words"]), ["1 word", "2 words"]);
  const alfworld = [
    "look_at_obj_in_light",
    "pick_and_place_simple",
    "pick_clean_then_place_in_recep",
    "pick_cool_then_place_in_recep",
    "pick_heat_then_place_in_recep",
    "pick_two_obj_and_place",
  ];
  assert.deepEqual(shortLabels(alfworld), ["light", "simple", "clean", "cool", "heat", "two"]);
  assert.deepEqual(shortLabels(["an order of 1 word", "an order of 2 words"]), ["1", "2"]);
  assert.deepEqual(shortLabels(["the same words here", "here the same words"]), ["#1", "#2"]);
});

test("Markdown: the answer, what was run and the main table come first, every row has its columns, the sections are there", () => {
  const markdown = toMarkdown(synthetic());
  assert.match(
    markdown,
    /^# Report: demo\n\n\*\*EEF and RFT×2, its fairest control, cannot be told apart: .*\*\*\n\nMining .*\n\nNext: .*\n\n- put back: not audited: .*\n- seeds: 1, 2\n- tasks: .*\n\n## Success on held-out tasks\n\n\| method \| success \| 95 % \| 1 word \|/,
  );
  assert.match(markdown, /\| expert † \| 62\.5 % \|/);
  const titles = [...markdown.matchAll(/^## (.*)$/gm)].map(([, title]) => title);
  assert.deepEqual(titles, [
    "Success on held-out tasks",
    "Success by category, with intervals",
    "By iteration",
    "Differences",
    "What exploring gave",
    "What the selection counted",
    "Training tasks won at least once, by iteration",
    "Rollouts of EEF by where they start",
    "Labels that flip when probed again",
    "Cost per seed",
    "Cost for each newly solved training task",
    "Skills: kinds of action that episodes chose",
    "Unsolved training tasks",
    "Leakage check",
    "The config",
    "Glossary",
  ]);
  assert.match(markdown, /Not the same compute: EEF took 98 % more environment steps than RFT×2\./);
  assert.doesNotMatch(markdown, /NaN|undefined|null|Infinity/);
});

test("the terminal: the answer, what was run and the main table, at most 100 columns, no control characters", () => {
  const categories = [
    "pick_and_place_simple",
    "look_at_obj_in_light",
    "pick_heat_then_place_in_recep",
    "x".repeat(300),
  ];
  for (const options of [{}, { categories }, { seeds: [1] }]) {
    const report = synthetic(options);
    const [brief, all] = [toTable(report), toTable(report, { all: true })];
    assert.match(
      brief,
      /^EEF .*\n(.*\n)+Next: (.+\n)+\nput back +not audited: .*\nseeds .*\ntasks .*\n\nSuccess on held-out tasks\n┌/,
    );
    assert.match(brief, /\n│ method.*success.*95 %.*seeds.*rollouts.*env\. steps.*coverage.*training/);
    assert.doesNotMatch(brief, /Differences|Cost per seed|Glossary/);
    assert(all.startsWith(brief.slice(0, brief.indexOf("Success on held-out tasks"))));
    assert.match(all, /\nDifferences\n(.*\n)+Cost per seed\n(.*\n)+Glossary\n/);
    const lines = `${brief}\n${all}`.split("\n");
    for (const line of lines) assert([...line].length <= 100, line);
    assert.doesNotMatch(lines.join(""), /\p{Cc}|NaN|undefined/u);
  }
});

test("the terminal leaves the rows of a very long table to the files", () => {
  const report = synthetic({ seeds: [1] });
  const differences = Array.from({ length: 50 }, () => report.differences[0]!);
  assert.doesNotMatch(toTable({ ...report, differences }, { all: true }), /more rows/, "all is all");
  const { sections } = reportDocument({ ...report, differences }, { wide: true });
  const long = sections.filter(({ title }) => title === "Differences");
  assert.match(textOf({ title: "t", sections: long }), /^Differences\n(.*\n)+… and 10 more rows/);
});

test("an import and an empty experiment are reported too", () => {
  const repository = openSqlite(":memory:");
  addSyntheticRun(repository);
  repository.addRun({ name: "empty", kind: "experiment", config: {} });
  const empty = reportOf(repository, ["empty"]);
  assert.match(toMarkdown(empty), /Nothing has been recorded yet/);
  assert.match(toTable(empty), /Nothing has been recorded yet/);
  assert.match(toMarkdown(compareRuns(repository, "demo", "empty")), /evaluated nothing yet/);
});

/** Every different tag of a page, with its attributes. */
const tagsOf = (html: string) => new Set(html.match(/<[^>]*>/g));

/** The value with every string in it changed. */
function withTexts<T>(value: T, change: (text: string) => string): T {
  if (typeof value === "string") return change(value) as T;
  if (Array.isArray(value)) return value.map((inner) => withTexts(inner, change)) as T;
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withTexts(inner, change)])) as T;
}

test("any category, id or label stays inside its cell", () => {
  const fragments = [
    "a|b",
    "`x`",
    "\n\n# title",
    "<script>alert(1)</script>",
    "[l](http://x)",
    "\u001b[31m",
    "\\",
    "𐀀𐀀",
  ];
  const anyText = fc.oneof(fc.constantFrom(...fragments), fc.string({ unit: anyCharacter, minLength: 1 }));
  const categories = ["c0", "c1", "c2"];
  const synthesized = synthetic({ seeds: [1], categories });
  const violation = { trainingSet: "c0", example: 0, message: 0, problem: "c1" };
  const leakage = { ...synthesized.leakage, violations: 1, listed: [violation] };
  const unsolved = { ...synthesized.unsolved, count: 1, listed: [{ id: "c2", category: "c0" }] };
  const report = { ...synthesized, leakage, unsolved };
  const [usual, usualTerminal] = [tableRows(toMarkdown(report)), toTable(report).match(/│/g)!.length];
  fc.assert(
    fc.property(fc.array(anyText, { minLength: 3, maxLength: 3 }), (names) => {
      const hostile = withTexts(report, (text) => names[categories.indexOf(text)] ?? text);
      const markdown = toMarkdown(hostile);
      assert.deepEqual(tableRows(markdown), usual);
      assert.doesNotMatch(markdown.replaceAll("\n", ""), /[\p{Cc}\p{Cf}\p{Cs}]|(?<!\\)(?:\\\\)*[`<]/u);
      assert.equal(markdown.match(/^# /gm)!.length, 1);
      const html = toHtml(hostile);
      assert.deepEqual(tagsOf(html), tagsOf(toHtml(report)), "no text becomes a tag");
      assert.doesNotMatch(html.replaceAll("\n", ""), /[\p{Cc}\p{Cf}\p{Cs}]/u);
      const terminal = toTable(hostile);
      assert.doesNotMatch(terminal.replaceAll("\n", ""), /[\p{Cc}\p{Cf}\p{Cs}]/u);
      assert(terminal.match(/│/g)!.length >= usualTerminal);
    }),
    cases(100),
  );
});

test("three iterations: a column and a row for each", async () => {
  const report = synthetic({ iterations: 3 });
  const markdown = toMarkdown(report);
  assert.match(markdown, /\| method \| expert \| iteration 1 \| iteration 2 \| iteration 3 \|/);
  assert.match(markdown, /\| EEF \| 3 \| \d/);
  const flips = report.methods.at(-1)!.flips!;
  // In each of two seeds two iterations come back to 24 starts and 72 states.
  assert.deepEqual([flips.states, flips.triedLater], [0, 2 * 2 * (24 + 3 * 24)]);
  for (const line of toTable(report).split("\n")) assert([...line].length <= 100, line);
  assert.equal((await plots(report)).length, 4);
});

test("when a report was written, and by what, stands among the facts", () => {
  const report = synthetic();
  const written = { by: "1.2.3 (abc1234)", at: new Date("2026-05-04T03:02:01Z") };
  const sentence = "written 2026-05-04 by gleaner 1.2.3 (abc1234)";
  const ran = [
    { ...report.ran[0]!, timing: { from: "2026-05-03T22:10:00Z", to: "2026-05-04T01:30:59Z", programs: ["1.2.3"] } },
  ];
  for (const text of [toHtml({ ...report, ran }, [], { written }), toTable({ ...report, ran }, { written })]) {
    assert(text.includes(sentence));
    assert(text.includes("2026-05-03 22:10 to 2026-05-04 01:30 UTC, gleaner 1.2.3"));
  }
  assert(toMarkdown(report, { written }).includes(sentence));
  assert.doesNotMatch(toMarkdown(report), /this report|ran:/);
});

test("every word of the glossary stands in every format", () => {
  const report = synthetic();
  const texts = [toMarkdown(report), toHtml(report), toTable(report, { all: true })];
  for (const { word } of GLOSSARY) for (const text of texts) assert(text.includes(word), word);
  assert(GLOSSARY.length >= 10);
});

test("a violation is shouted", () => {
  const report = synthetic({ seeds: [1] });
  const violation = { trainingSet: "t", example: 3, message: 4, problem: "a user message has weight 1" };
  const bad = { ...report, leakage: { ...report.leakage, violations: 1, listed: [violation] } };
  assert.match(toMarkdown(bad), /\| a user message has weight 1 \| t \| 3 \| 4 \|\n\n1 VIOLATIONS in/);
  assert.match(toTable(bad), /^Do not trust these figures: the leakage check found 1 VIOLATIONS/);
  assert.match(toMarkdown(bad), /^# .*\n\n\*\*Do not trust these figures/);
});

test("a comparison as Markdown and for the terminal", () => {
  const repository = openSqlite(":memory:");
  addSyntheticRun(repository, { run: "a", seeds: [1], config: { rate: 1 } });
  addSyntheticRun(repository, { run: "b|c", seeds: [1], config: { rate: 2 }, skill: 0.2 });
  const comparison = compareRuns(repository, "a", "b|c");
  const markdown = toMarkdown(comparison);
  assert.match(markdown, /^# a compared with b\\\|c\n\n## Success on the tasks that both evaluated\n/);
  assert.match(markdown, /\| rate \| 1 \| 2 \|/);
  const lines = toTable(comparison).split("\n");
  for (const line of lines) assert([...line].length <= 100, line);
});

test("HTML: the sections and tables of the Markdown, each figure once, nothing from elsewhere", async () => {
  const report = synthetic();
  const figures = await plots(report);
  const html = toHtml(report, figures);
  const titles = [...toMarkdown(report).matchAll(/^## (.*)$/gm)].map(([, title]) => title!);
  const headings = [...html.matchAll(/<h3>(.*?)<\/h3>/g)].map(([, title]) => title!);
  assert.deepEqual(headings, ["What was run", ...titles]);
  assert.equal(
    html.match(/<td/g)!.length,
    tableRows(toMarkdown(report)).reduce((all, cells) => all + cells, 0) - headCells(html),
  );
  assert.equal(html.match(/<svg /g)!.length, figures.length);
  assert.deepEqual(
    [...new Set(html.match(/https?:[^"]*/g))],
    ["http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"],
  );
  assert.doesNotMatch(html, /<script|NaN|undefined|Infinity/);
  assert.equal(html.match(/<section>/g)!.length, 1, "only the main table is open");
  assert.equal(html.match(/<details>\n<summary>/g)!.length, headings.length - 1);
  // The answer, what follows from it and its figure come before anything else.
  const first =
    /<h1>.*<\/h1>\n<div class="first">\n<div>\n<p class="answer">EEF .*<\/p>\n(<p class="follows.*\n)+<\/div>\n<figure>/;
  assert.match(html, first);
  assert.match(html, /<p class="follows next"><strong>Next:<\/strong> /);
  assert(html.indexOf("<figure>") < html.indexOf("<nav"));
  // A figure whose section is not there stands at the end.
  const [success] = figures;
  assert.match(
    toHtml(report, [{ ...success!, name: "other" }]),
    /<h3>More figures<\/h3><\/summary>\n.*\n<figure><svg /,
  );
});

test("HTML: every link of the contents has its place, and the groups follow each other", () => {
  const html = toHtml(synthetic());
  const ids = [...html.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
  const links = [...html.matchAll(/href="#([^"]*)"/g)].map(([, id]) => id);
  assert.equal(new Set(ids).size, ids.length);
  assert.deepEqual(links.toSorted(), ids.toSorted());
  const groups = [...html.matchAll(/<h2 [^>]*>(.*?)<\/h2>/g)].map(([, group]) => group);
  assert.deepEqual(groups, ["Results", "Exploring", "Costs", "Actions and tasks", "How to read it"]);
});

test("HTML: the policy names this very style and allows nothing else", () => {
  const html = toHtml(synthetic());
  const style = /<style>(.*?)<\/style>/s.exec(html)![1]!;
  const hash = createHash("sha256").update(style).digest("base64");
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)![1];
  assert.equal(policy, `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`);
  assert.doesNotMatch(html, / style="| on[a-z]+="/);
});

/** Markdown has a head and a rule for each table, of as many cells each. */
const headCells = (html: string) =>
  2 * html.match(/<th/g)!.filter((tag) => tag === "<th").length - 2 * html.match(/<thead/g)!.length;

test("figures: the same bytes for the same report, nothing unescaped, none without methods", async () => {
  const report = synthetic({ categories: ["<script>"], run: "demo" });
  const hostile = {
    ...report,
    methods: report.methods.map((method) => ({ ...method, label: `<b>&"${method.label}` })),
  };
  const drawn = await plots(hostile);
  assert.deepEqual(
    drawn.map(({ name }) => name),
    ["success", "iterations", "coverage", "probes"],
  );
  assert.deepEqual(await plots(hostile), drawn);
  for (const { svg } of drawn) {
    assert.match(svg, /^<svg /);
    assert.doesNotMatch(svg, /<b>|NaN|undefined/);
    assert.match(svg, /&lt;b&gt;/);
  }
  const expertOnly: Report = { ...report, methods: [] };
  assert.deepEqual(await plots(expertOnly), []);
});
