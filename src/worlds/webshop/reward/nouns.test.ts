import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { shared, skipWithout } from "../../../../test/shared.ts";
import { CliError, EnvironmentError } from "../../../core/errors.ts";
import type { Catalogue, Product } from "../types.ts";
import { heuristicNouns, missingTitles, nounRule, nounTable } from "./nouns.ts";

const TABLE = { "Oak Table for Two": ["oak", "table"], "7 in 1": [] };

/** The path of a file with this content, gone after the test. */
function file(t: { after(end: () => void): void }, name: string, content: string | Buffer): string {
  const folder = mkdtempSync(join(tmpdir(), "gleaner-nouns-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function catalogueOf(...titles: readonly string[]): Catalogue {
  return { size: titles.length, product: (row) => ({ title: titles[row] }) as Product, rowOf: () => undefined };
}

test("the heuristic takes words that begin with a letter, except function words", () => {
  assert.deepEqual(heuristicNouns.nounsOf("Ann's Oak-Table for 2, 16\" and The oak"), ["ann's", "oak-table", "oak"]);
  assert.deepEqual(heuristicNouns.nounsOf("Café 飲み物 B07"), ["caf", "é", "飲", "み", "物", "b"]);
  assert.deepEqual(heuristicNouns.nounsOf(""), []);
});

const skip = skipWithout("webshop/golden/noun_stop_words.json");
test("the heuristic's function words are those of the recordings", { skip }, () => {
  const words = JSON.parse(readFileSync(shared("webshop/golden/noun_stop_words.json"), "utf8")) as string[];
  assert.equal(words.length, 27);
  assert.deepEqual(heuristicNouns.nounsOf(words.join(" ")), []);
  assert.deepEqual(
    heuristicNouns.nounsOf("under over into out not me my he she they"),
    "under over into out not me my he she they".split(" "),
  );
});

test("a table is read packed or not, and named after its content", (t) => {
  const text = JSON.stringify(TABLE);
  const plain = nounTable(file(t, "shop.json", text));
  const packed = nounTable(file(t, "shop.json.gz", gzipSync(text)));
  for (const table of [plain, packed]) {
    assert.deepEqual(table.nounsOf("Oak Table for Two"), ["oak", "table"]);
    assert.deepEqual(table.nounsOf("7 in 1"), []);
    assert.match(table.name, /^table:shop@[0-9a-f]{8}$/);
  }
  assert.equal(plain.name, packed.name);
  assert.notEqual(plain.name, nounTable(file(t, "shop.json", "{}")).name);
});

test("a title that the table lacks is named, and counted before anything is bought", (t) => {
  const path = file(t, "shop.json", JSON.stringify(TABLE));
  const table = nounTable(path);
  assert.throws(() => table.nounsOf("Elm Bench"), new EnvironmentError(`${table.name} lacks the title "Elm Bench"`));
  const catalogue = catalogueOf("7 in 1", "Elm Bench", "Ash Stool");
  assert.deepEqual(missingTitles(table, catalogue), { count: 2, examples: ["Elm Bench", "Ash Stool"] });
  assert.throws(
    () => nounRule(path, catalogue),
    (error) =>
      error instanceof CliError && /lacks 2 of the catalogue's 3 titles, such as "Elm Bench"/.test(error.message),
  );
  assert.equal(nounRule(path, catalogueOf("7 in 1")).name, table.name);
  assert.equal(nounRule("heuristic", catalogue), heuristicNouns);
});

test("what is no table is refused with the file's name", (t) => {
  const cases: readonly (readonly [content: string, problem: RegExp])[] = [
    ["{", /shop\.json: expected a JSON object .* found no JSON/],
    ["[]", /shop\.json: expected a JSON object .* found a list/],
    ["null", /found null/],
    ['{"Oak": "oak"}', /shop\.json: "Oak": expected a list of nouns, found "oak"/],
    ['{"Oak": [1]}', /found \[1\]/],
  ];
  for (const [content, problem] of cases) {
    const path = file(t, "shop.json", content);
    assert.throws(
      () => nounTable(path),
      (error) => error instanceof CliError && problem.test(error.message),
      content,
    );
  }
  assert.throws(() => nounTable("/no/such/table.json"), CliError);
  assert.throws(() => nounTable(file(t, "shop.json.gz", gzipSync("{}").subarray(0, 15))), CliError);
});
