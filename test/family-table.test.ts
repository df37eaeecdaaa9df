// README's table of families says what docs/templates.md says, and leaves out none of its templates.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { between, FAMILIES, familyTable, wideTable } from "./family-table.ts";

const read = (file: string) => readFileSync(join(import.meta.dirname, "..", file), "utf8");

test("README's table of families is that of docs/templates.md (`npx node24 test/family-table.ts` writes it)", () => {
  assert.equal(between(read("README.md"), "families"), familyTable(read("docs/templates.md")));
});

test("every template is of one family", () => {
  const named = FAMILIES.flatMap(({ templates, older = [] }) => [...templates, ...older]);
  assert.deepEqual(named.toSorted(), [...wideTable(read("docs/templates.md")).byTemplate.keys()].toSorted());
});

test("a family has the best of its variables, and the least of its templates", () => {
  const rows = FAMILIES.flatMap(({ templates }) => templates).map((name) => `| ${name} | 100 |`);
  const others = rows.filter((row) => !/ (llama3_2|qwen3|phi3|gptoss|gemma) /.test(row));
  const given = [
    "| qwen3 | 0 |\n| qwen3, `enable_thinking: false` | 100 (1.8 rows) |",
    "| llama3_2 | 50 (2.0 rows) |\n| phi3 | 25 |\n| gptoss | – |\n| gemma | 100 |",
  ];
  const page = `<!-- table -->\n| template | text |\n|---|--:|\n${[...others, ...given].join("\n")}\n<!-- end -->`;
  const [head, , row] = familyTable(page).split("\n");
  assert.equal(head, "| what is trained | one row | several rows | in part |");
  const [kind, one, several, part, ...rest] = row!.slice(2, -2).split(" | ");
  assert.equal(kind, "answers");
  assert.match(one!, /^Qwen2\.5 and Qwen3-Instruct-2507 · Qwen3\.5 · .*Gemma 1–3 · /);
  assert.equal(several, "Qwen3 (1.8)");
  assert.equal(part, "Llama 3.1 and 3.2 (50 %, 2.0) · Phi-3 and 3.5 (25 %)");
  assert.deepEqual(rest, []);
  assert.doesNotMatch(row!, /gpt-oss/);
  assert.throws(() => familyTable(page.replace("| – |", "| many |")), /found "many"/);
});
