/** Templates against the text that Python makes of them (test/golden/jinja/write.py), and values against JSON. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { pythonJson } from "../../test/json-texts.ts";
import { dumps, fromJavaScript, type JsonStyle, parseJson } from "./json.ts";
import { compileTemplate } from "./template.ts";
import type { Value } from "./values.ts";

const GOLDEN = join(import.meta.dirname, "..", "..", "test", "golden", "jinja");
const golden = (name: string) => JSON.parse(readFileSync(join(GOLDEN, name), "utf8")) as (string | null)[];
const VARIABLES = {
  messages: [
    { role: "system", content: "Play." },
    { role: "user", content: "Well?" },
  ],
  ...{ tools: null, documents: null, add_generation_prompt: true, eos_token: "</s>" },
};
const LIMITS = { steps: 1e6, size: 2 ** 24 };

function render(template: string, variables: object = VARIABLES, date: string | null = null): string {
  const given = Object.entries(variables).map(([name, value]) => [name, fromJavaScript(value)] as const);
  return compileTemplate(template, { limits: LIMITS, date })(new Map<string, Value>(given));
}

/** What Python can do and we refuse by name. */
const REFUSED = /__class__|set loop|'a%sb'|format\(|batch|wordcount|round|escape/;

test("templates give the text that they give in Python, or are refused", () => {
  const [templates, expected] = [golden("templates.json") as string[], golden("expected.json")];
  assert.equal(templates.length, expected.length);
  for (const [index, template] of templates.entries()) {
    if (expected[index] === null || REFUSED.test(template)) assert.throws(() => render(template), Error, template);
    else assert.equal(render(template), expected[index], template);
  }
});

test("a date is written where the day is given, in English", () => {
  const template = "{{ strftime_now('%d %b %Y, %A %e %B %y %%') }}";
  assert.equal(render(template, {}, "2026-07-04"), "04 Jul 2026, Saturday  4 July 26 %");
  assert.throws(() => render(template, {}), /today's date/);
  assert.throws(() => render("{{ strftime_now('%H:%M') }}", {}, "2026-07-04"), /%H of a date/);
});

const COMPACT: JsonStyle = { ensureAscii: false, indent: null, separators: [",", ":"], sortKeys: false };

test("any JSON is written again as it was: numbers, types, order and texts", () => {
  fc.assert(
    fc.property(pythonJson, (text) => {
      assert.equal(dumps(parseJson(text), COMPACT), text);
    }),
    { numRuns: 1000 },
  );
});

test("in a list or object, a character is refused that not every Python prints alike", () => {
  assert.equal(render("{{ [x] }}{{ y }}", { x: "é🙂\u0378", y: "\u{1fae9}" }), "['é🙂\\u0378']\u{1fae9}");
  assert.throws(() => render("{{ [x] }}", { x: "\u{1fae9}" }), /not every Python prints alike/);
});

test("what JSON does not know is refused", () => {
  for (const text of ["NaN", "Infinity", "1e400", "{'a': 1}", "[1,]", "", "01", `${"9".repeat(5000)}`]) {
    assert.throws(() => parseJson(text), SyntaxError, text);
  }
});
