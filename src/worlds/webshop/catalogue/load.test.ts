import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { shared, skipWithout } from "../../../../test/shared.ts";
import { CliError } from "../../../core/errors.ts";
import { type CatalogueOptions, loadCatalogue } from "./load.ts";
import { stockOf } from "./stock.ts";

const folder = mkdtempSync(join(tmpdir(), "gleaner-catalogue-"));
after(() => rmSync(folder, { recursive: true }));
let folders = 0;
const newFolder = () => {
  const made = join(folder, String(folders++));
  mkdirSync(made);
  return made;
};

const NAMES = { products: "items_shuffle.json", instructions: "items_ins_v2.json", human: "items_human_ins.json" };

function record(asin: string, fields: object = {}) {
  return {
    asin,
    name: `Product ${asin}`,
    full_description: "text",
    small_description: ["bullet"],
    query: "Things",
    category: "garden",
    product_category: "A › B",
    pricing: "$10.00$30.00",
    images: ["image"],
    customization_options: {
      Color: [
        { value: "Red", image: "red" },
        { value: "Blue", image: null },
      ],
      Size: null,
    },
    ...fields,
  };
}
const instruction = { attributes: ["soft"], instruction: "a thing", instruction_attributes: ["soft"] };
const wish = { instruction: "i want it.", instruction_attributes: ["soft"], instruction_options: ["red"] };
const RECORDS = ["A", "B", "C", "D"].map((asin) => record(asin));
const INSTRUCTIONS = { A: instruction, B: { attributes: [] }, C: instruction };
const HUMAN = { B: [wish, wish], Z: [wish] };

/** A folder with these files; a string is written as it is. */
function dataFolder(files: Readonly<Record<string, unknown>>): string {
  const data = newFolder();
  for (const [name, content] of Object.entries(files)) {
    const isRaw = typeof content === "string" || content instanceof Uint8Array;
    writeFileSync(join(data, name), isRaw ? content : JSON.stringify(content));
  }
  return data;
}
const smallFolder = () =>
  dataFolder({ [NAMES.products]: RECORDS, [NAMES.instructions]: INSTRUCTIONS, [NAMES.human]: HUMAN });

/** Everything that can be seen of a catalogue. */
async function contents(options: CatalogueOptions) {
  const catalogue = await loadCatalogue(options);
  const products = Array.from({ length: catalogue.size }, (_, row) => catalogue.product(row));
  const stocks = (["synthetic", "human"] as const).map((kind) => stockOf(catalogue, { kind, seed: 3 }));
  const rows = products.map(({ asin }) => catalogue.rowOf(asin));
  assert.equal(catalogue.rowOf("no such"), undefined);
  for (const row of [-1, 0.5, catalogue.size]) assert.throws(() => catalogue.product(row), RangeError);
  catalogue.close();
  return { products, stocks, rows, set: catalogue.set, fingerprint: catalogue.fingerprint };
}

test("the packed 1,000 products are the same as those in memory", { skip: skipWithout("webshop") }, async () => {
  const data = shared("webshop");
  const cache = newFolder();
  const inMemory = await contents({ data, storage: "memory" });
  assert.equal(inMemory.products.length, 1000);
  assert.deepEqual(inMemory.rows, [...inMemory.rows.keys()]);
  const seen: number[] = [];
  const pack = { data, cache, storage: "packed" } as const;
  assert.deepEqual(await contents({ ...pack, onProgress: (products) => seen.push(products) }), inMemory);
  const [packed] = readdirSync(cache);
  assert.deepEqual(await contents(pack), inMemory);
  assert.deepEqual(readdirSync(cache), [packed]);
});

test("the two sets and their spellings", async () => {
  const full = { [NAMES.products]: RECORDS, [NAMES.instructions]: INSTRUCTIONS };
  const small = { "items_shuffle_1000.json.gz": gzipSync(JSON.stringify(RECORDS.slice(0, 2))) };
  const load = async (files: Readonly<Record<string, unknown>>, products?: number | "all") => {
    const { set, size } = await loadCatalogue({ data: dataFolder(files), ...(products && { products }) });
    return { set, size };
  };
  assert.deepEqual(await load(full), { set: "all", size: 4 });
  assert.deepEqual(await load(full, 3), { set: "all", size: 3 });
  // Both are there: the small one, unless it is not enough.
  assert.deepEqual(await load({ ...full, ...small }), { set: "1000", size: 2 });
  assert.deepEqual(await load({ ...full, ...small }, "all"), { set: "all", size: 4 });
  assert.deepEqual(await load({ ...full, ...small }, 1), { set: "1000", size: 1 });
  assert.deepEqual(await load({ ...full, ...small }, 1001), { set: "all", size: 4 });
  const smallInstructions = { "items_ins_v2_1000.json": INSTRUCTIONS };
  assert.deepEqual(await load({ ...small, ...smallInstructions }), { set: "1000", size: 2 });
  // A plain file goes before a gzipped one.
  assert.deepEqual(await load({ ...full, ...small, "items_shuffle_1000.json": RECORDS.slice(0, 3) }), {
    set: "1000",
    size: 3,
  });
  const refuses = (files: Readonly<Record<string, unknown>>, message: RegExp, products?: number | "all") =>
    assert.rejects(load(files, products), (error) => error instanceof CliError && message.test(error.message));
  await refuses({}, /expected WebShop's files items_shuffle_1000.json or items_shuffle.json, plain or as .gz/);
  await refuses(small, /expected items_ins_v2_1000.json/);
  await refuses(
    { ...small, ...smallInstructions },
    /expected WebShop's files items_shuffle.json.*1,000 products only/,
    "all",
  );
  await refuses({ [NAMES.products]: RECORDS, ...smallInstructions }, /expected items_ins_v2.json/);
  await refuses(full, /expected a whole number of products above 0/, 1.5);
});

test("what the original skips is skipped, after the cut to the first so many", async () => {
  const records = [record("nan"), record("A"), record("A", { name: 5 }), record("TOO-LONG-ASIN"), record("C")];
  const data = dataFolder({ [NAMES.products]: records, [NAMES.instructions]: INSTRUCTIONS });
  const asins = async (products: number | "all") => {
    const catalogue = await loadCatalogue({ data, products });
    return Array.from({ length: catalogue.size }, (_, row) => catalogue.product(row).asin);
  };
  assert.deepEqual(await asins("all"), ["A", "C"]);
  assert.deepEqual(await asins(4), ["A"]);
});

test("a changed file replaces its pack; a damaged pack is made anew; the dead leave nothing behind", async () => {
  const data = smallFolder();
  const cache = newFolder();
  const pack = { data, cache, storage: "packed" } as const;
  const before = await contents(pack);
  const [name] = readdirSync(cache);
  writeFileSync(join(data, NAMES.products), JSON.stringify(RECORDS.slice(0, 3)));
  utimesSync(join(data, NAMES.products), 1, 1);
  const changed = await contents(pack);
  assert.equal(changed.products.length, 3);
  assert.notEqual(changed.fingerprint, before.fingerprint);
  // Process ids are far smaller than this one.
  mkdirSync(join(cache, `${name}.partial-999999999`));
  mkdirSync(join(cache, `${name}.old-999999999`));
  for (const file of ["products.jsonl", "offsets.bin", "asins.json", "meta.json"]) {
    truncateSync(join(cache, name!, file), 3);
    assert.deepEqual(await contents(pack), changed, file);
  }
  assert.deepEqual(readdirSync(cache), [name]);
});

test("an open pack survives its replacement", async () => {
  const data = smallFolder();
  const pack = { data, cache: newFolder(), storage: "packed" } as const;
  const catalogue = await loadCatalogue(pack);
  writeFileSync(join(data, NAMES.products), JSON.stringify([record("C"), record("E")]));
  const changed = await loadCatalogue(pack);
  assert.equal(changed.product(1).asin, "E");
  assert.equal(catalogue.product(3).asin, "D");
  changed.close();
  catalogue.close();
});

test("a pack that cannot be made leaves nothing behind", async () => {
  const cache = newFolder();
  const data = dataFolder({ [NAMES.products]: [...RECORDS, 5], [NAMES.instructions]: INSTRUCTIONS });
  const message = /items_shuffle.json: product 4: found 5, expected an object/;
  await assert.rejects(loadCatalogue({ data, cache, storage: "packed" }), (error) => {
    return error instanceof CliError && message.test(error.message);
  });
  assert.deepEqual(readdirSync(cache), []);
  writeFileSync(join(cache, "file"), "");
  const blocked = loadCatalogue({ data: smallFolder(), cache: join(cache, "file"), storage: "packed" });
  await assert.rejects(
    blocked,
    (error) => error instanceof CliError && /cannot pack the catalogue/.test(error.message),
  );
});

test("two that pack at once both get the catalogue", async () => {
  const pack = { data: smallFolder(), cache: newFolder() };
  const open = JSON.stringify({ ...pack, storage: "packed" });
  const program = `
    const { loadCatalogue } = await import(${JSON.stringify(join(import.meta.dirname, "load.ts"))});
    console.log((await loadCatalogue(${open})).product(3).asin);`;
  const run = promisify(execFile);
  const runs = [1, 2, 3].map(() => run(process.execPath, ["--input-type=module", "--eval", program]));
  for (const { stdout } of await Promise.all(runs)) assert.equal(stdout, "D\n");
  assert.equal(readdirSync(pack.cache).length, 1);
});

test("entries that nobody reads may be as deep as they like", async () => {
  const deep = "[".repeat(100_000) + "]".repeat(100_000);
  const instructions = `{"deep": ${deep}, ${JSON.stringify(INSTRUCTIONS).slice(1)}`;
  const records = `[{"model": ${deep}, ${JSON.stringify(RECORDS).slice(2)}`;
  const data = dataFolder({ [NAMES.products]: records, [NAMES.instructions]: instructions });
  assert.equal((await loadCatalogue({ data })).size, 4);
});

test("errors name file and record", async () => {
  const refuses = async (files: Readonly<Record<string, unknown>>, message: RegExp) => {
    const whole = { [NAMES.products]: RECORDS, [NAMES.instructions]: INSTRUCTIONS, [NAMES.human]: HUMAN };
    await assert.rejects(loadCatalogue({ data: dataFolder({ ...whole, ...files }) }), (error) => {
      assert(error instanceof CliError);
      assert.match(error.message, message);
      return true;
    });
  };
  const packed = gzipSync(JSON.stringify(RECORDS));
  await refuses(
    { [NAMES.products]: [RECORDS[0], record("B", { query: 1 })] },
    /items_shuffle\.json: product 1 \(B\): `query` is 1/,
  );
  await refuses(
    { [NAMES.instructions]: { A: [] } },
    /items_ins_v2\.json: entry A: found an empty list, expected an object/,
  );
  await refuses({ [NAMES.human]: { A: 1 } }, /items_human_ins\.json: entry A: found 1, expected a list/);
  await refuses({ [NAMES.human]: "[]" }, /items_human_ins\.json: member 0: found "\[", expected an object/);
  await refuses({ [NAMES.instructions]: {} }, /items_ins_v2\.json: no entry for any product/);
  await refuses({ [NAMES.products]: [] }, /items_shuffle\.json: expected products, found none/);
  await refuses(
    { "items_shuffle_1000.json.gz": packed.subarray(0, 60) },
    /items_shuffle_1000\.json\.gz: damaged gzip at member \d+/,
  );
});

test("whatever happens to the files, the result is a catalogue that works or a CliError", async () => {
  const files = { [NAMES.products]: RECORDS, [NAMES.instructions]: INSTRUCTIONS, [NAMES.human]: HUMAN };
  const texts = Object.entries(files).map(([name, content]) => [name, JSON.stringify(content)] as const);
  type Change = (text: string) => string;
  /** One value of the JSON text, however deep, becomes another. */
  const changeValue = ([at, value]: readonly [number, unknown]): Change => {
    return (text) => {
      const values = [...text.matchAll(/"[^"]*"(?!:)|null|\[\]|\{\}/g)];
      const { 0: found, index } = values[at % values.length]!;
      return text.slice(0, index) + JSON.stringify(value) + text.slice(index + found.length);
    };
  };
  const changeBytes = ([at, bytes]: readonly [number, string]): Change => {
    return (text) => {
      const start = at % text.length;
      return text.slice(0, start) + bytes + text.slice(start + 1 + (at % 3));
    };
  };
  const cut = (at: number): Change => {
    return (text) => text.slice(0, at % text.length);
  };
  const mutation = fc.oneof(
    { weight: 3, arbitrary: fc.tuple(fc.nat(), fc.string()).map(changeValue) },
    { weight: 3, arbitrary: fc.tuple(fc.nat(), fc.jsonValue({ maxDepth: 2 })).map(changeValue) },
    { weight: 3, arbitrary: fc.tuple(fc.nat(), fc.string({ unit: "binary-ascii", maxLength: 3 })).map(changeBytes) },
    { weight: 1, arbitrary: fc.nat().map(cut) },
  );
  const outcomes = { catalogue: 0, refused: 0 };
  const data = newFolder();
  const cache = newFolder();
  const property = fc.asyncProperty(
    fc.nat(2),
    mutation,
    fc.boolean(),
    fc.boolean(),
    async (which, change, isPacked, isZipped) => {
      for (const [i, [name, text]] of texts.entries()) {
        const content = i === which ? change(text) : text;
        for (const spelling of [name, `${name}.gz`]) rmSync(join(data, spelling), { force: true });
        writeFileSync(join(data, isZipped ? `${name}.gz` : name), isZipped ? gzipSync(content) : content);
      }
      try {
        const { products, stocks } = await contents({ data, cache, storage: isPacked ? "packed" : "memory" });
        assert(products.length > 0 && stocks.every(({ goals }) => goals.every(({ weight }) => weight > 0)));
        outcomes.catalogue++;
      } catch (error) {
        if (!(error instanceof CliError)) throw error;
        outcomes.refused++;
      }
    },
  );
  await fc.assert(property, { numRuns: 200 });
  assert(outcomes.catalogue > 0 && outcomes.refused > 0, JSON.stringify(outcomes));
});
