/** The noun table that `gleaner env nouns webshop` makes, with the spaCy and the model of the recordings. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";
import { defaultCache } from "../../src/worlds/webshop/catalogue/load.ts";
import { makeNounTable } from "../../src/worlds/webshop/noun-table.ts";
import { shared, skipWithout } from "../shared.ts";

const GOLDEN = "webshop/golden/nouns_en_core_web_sm_3.8.json.gz";
const SCRIPT = join(import.meta.dirname, "..", "..", "python", "webshop_nouns.py");
const skip = skipWithout(GOLDEN);

const read = (path: string): unknown => JSON.parse(gunzipSync(readFileSync(path)).toString("utf8"));

test("the table of the 1,000 products is the recorded one, made twice to the byte", { skip }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "gleaner-nouns-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const said: string[] = [];
  const make = (name: string) =>
    makeNounTable({ data: shared("webshop"), products: 1000, out: join(folder, name), say: (line) => said.push(line) });
  assert.match(await make("nouns.json.gz"), /^table:nouns@[0-9a-f]{8}$/);
  assert.deepEqual(read(join(folder, "nouns.json.gz")), read(shared(GOLDEN)));
  assert.equal(said.at(-1), "tagged 1,000 of 1,000 titles");
  await make("again.json.gz");
  assert.deepEqual(readFileSync(join(folder, "again.json.gz")), readFileSync(join(folder, "nouns.json.gz")));
});

test("the script alone reads titles and products, and leaves no half table", { skip }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "gleaner-nouns-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const python = join(defaultCache(), "python-spacy", "bin", "python");
  const path = (name: string) => join(folder, name);
  const tag = (titles: string, out: string) =>
    execFileSync(python, [SCRIPT, path(titles), path(out)], { stdio: "pipe" });

  writeFileSync(path("titles.jsonl"), '"Oak Table for Two"\n"Oak Table for Two"\n\n"7"\n');
  writeFileSync(path("products.json.gz"), gzipSync(JSON.stringify([{ name: "Oak Table for Two" }, { name: "7" }])));
  tag("titles.jsonl", "a.json");
  tag("products.json.gz", "b.json");
  const table = { "Oak Table for Two": ["oak", "table"], "7": [] };
  for (const name of ["a.json", "b.json"]) assert.deepEqual(JSON.parse(readFileSync(path(name), "utf8")), table);

  writeFileSync(path("wrong.json"), '["Oak", 7]');
  assert.throws(() => tag("wrong.json", "c.json"), /wrong\.json: member 1: expected a title, found 7/);
  assert(!readdirSync(folder).some((name) => name.startsWith("c.json")));
});
