import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import fc from "fast-check";
import { plainProduct } from "../../../../test/webshop-products.ts";
import { CliError } from "../../../core/errors.ts";
import { catalogueOf } from "../catalogue/memory.ts";
import { buildIndex, loadIndex, saveIndex } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "gleaner-search-"));
after(() => rmSync(folder, { recursive: true }));

const titles = ["red shoe", "red hat", "blue hat ★", "ünï red ".repeat(300), ""];
const catalogue = catalogueOf(titles.map((title, i) => plainProduct(`B${9 - i}`, title)));
const index = await buildIndex(catalogue);

function saved(name: string): string {
  const file = join(folder, name);
  saveIndex(index, catalogue, file);
  return file;
}

/** The error's words; fails if there is none. */
function refusal(load: () => unknown): string {
  try {
    load();
  } catch (error) {
    assert(error instanceof CliError);
    return error.message;
  }
  assert.fail("expected a CliError");
}

test("a saved index is the same when it is loaded, and its file too when it is saved again", () => {
  const file = saved("same/again");
  const loaded = loadIndex(catalogue, file);
  assert.deepEqual(loaded.postings, index.postings);
  for (const query of ["red", "hat ★", "ünï shoes"]) assert.deepEqual(loaded.search(query, 9), index.search(query, 9));
  const bytes = readFileSync(file);
  saveIndex(loaded, catalogue, file);
  assert(bytes.equals(readFileSync(file)));
  assert.deepEqual(readdirSync(join(folder, "same")), ["again"]);
});

test("an index without products is saved as well", async () => {
  const none = catalogueOf([]);
  const file = join(folder, "none");
  saveIndex(await buildIndex(none), none, file);
  assert.deepEqual(loadIndex(none, file).search("red", 9), []);
});

test("a damaged file is refused wherever the damage is", () => {
  const file = saved("damaged");
  const bytes = readFileSync(file);
  fc.assert(
    fc.property(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const damaged = Buffer.from(bytes);
      damaged[at]! ^= change;
      writeFileSync(file, damaged);
      assert.match(
        refusal(() => loadIndex(catalogue, file)),
        /damaged: expected a search index .*; delete it/,
      );
    }),
    { numRuns: 300 },
  );
});

test("a file that ends early or late is refused", () => {
  const bytes = readFileSync(saved("whole"));
  const file = join(folder, "cut");
  for (const length of [0, 7, 15, 16, 100, bytes.length - 1]) {
    writeFileSync(file, bytes);
    truncateSync(file, length);
    assert.match(
      refusal(() => loadIndex(catalogue, file)),
      /ends early|instead of/,
    );
  }
  writeFileSync(file, Buffer.concat([bytes, Buffer.alloc(1)]));
  assert.match(
    refusal(() => loadIndex(catalogue, file)),
    /has \d+ bytes instead of \d+/,
  );
});

test("an index of another catalogue is refused", () => {
  const file = saved("other");
  const withTitle = (row: number, title: string) =>
    catalogueOf(titles.map((old, i) => plainProduct(`B${9 - i}`, i === row ? title : old)));
  const others = [withTitle(2, "blue cap"), catalogueOf([]), { ...catalogue, fingerprint: "changed" }];
  for (const other of others)
    assert.match(
      refusal(() => loadIndex(other, file)),
      /belongs to another catalogue/,
    );
  assert.equal(loadIndex(withTitle(2, "blue hat ★"), file).search("blue", 9).length, 1);
});

test("files of other kinds, missing files, and places where nothing can be written are named", () => {
  const file = join(folder, "text");
  writeFileSync(file, "no index, but long enough to be one");
  assert.match(
    refusal(() => loadIndex(catalogue, file)),
    /text: .*it is no search index/,
  );
  assert.match(
    refusal(() => loadIndex(catalogue, join(folder, "absent"))),
    /absent: .*ENOENT/,
  );
  assert.match(
    refusal(() => saveIndex(index, catalogue, join(file, "below"))),
    /below: could not write/,
  );
});
