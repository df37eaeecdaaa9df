import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { shared, skipWithout } from "../../../../test/shared.ts";
import { inspectData } from "./inspect.ts";

const folder = mkdtempSync(join(tmpdir(), "gleaner-inspect-"));
after(() => rmSync(folder, { recursive: true }));
const skip = skipWithout("webshop");
const PRODUCTS = "items_shuffle_1000.json.gz";
const HUMAN = "items_human_ins.json";
const copyData = (name: string, files: readonly string[]) => {
  for (const file of files) cpSync(shared(`webshop/${file}`), join(folder, name, file));
  return join(folder, name);
};

test("the 1,000 products: files, checksums, counts, splits", { skip }, async () => {
  const data = shared("webshop");
  const { files, sets } = await inspectData(data);
  const [small, full] = sets;
  assert.deepEqual(small, {
    set: "1000",
    counts: {
      products: 1000,
      instructions: 415,
      goals: { synthetic: 6910, human: 13 },
      splits: { synthetic: ["train", "eval", "test"], human: ["test"] },
      hasOfficialHumanGoals: false,
    },
    problems: [],
  });
  assert.deepEqual(full, { set: "all", counts: null, problems: [] });
  const products = files.find(({ name }) => name === "items_shuffle_1000.json")!;
  const path = join(data, PRODUCTS);
  const checksum = execFileSync("sha256sum", [path], { encoding: "utf8" }).split(" ")[0];
  assert.deepEqual(products, { name: "items_shuffle_1000.json", path, bytes: 768257, sha256: checksum });
  const absent = { name: "items_shuffle.json", path: null, bytes: null, sha256: null };
  assert.deepEqual(
    files.find(({ name }) => name === absent.name),
    absent,
  );
});

test("without reading, only names and sizes", { skip }, async () => {
  const { files, sets } = await inspectData(shared("webshop"), { read: false });
  assert.equal(files.find(({ name }) => name === HUMAN)!.bytes, 4731);
  assert(files.every(({ sha256 }) => sha256 === null));
  assert.deepEqual(sets[0], { set: "1000", counts: null, problems: [] });
});

test("a folder with nothing in it is a finding, not an error", async () => {
  const { files, sets } = await inspectData(join(folder, "none"));
  assert(files.every(({ path }) => path === null));
  assert(sets.every(({ counts, problems }) => counts === null && problems.length === 0));
});

test("missing and damaged files are problems of their set", { skip }, async () => {
  const withoutHuman = await inspectData(copyData("no-human", [PRODUCTS, "items_ins_v2_1000.json.gz"]));
  assert.deepEqual(withoutHuman.sets[0]!.problems, ["items_human_ins.json is missing, so there are no human goals"]);
  assert.equal(withoutHuman.sets[0]!.counts!.goals.human, 0);

  const incomplete = await inspectData(copyData("no-instructions", [PRODUCTS, HUMAN]));
  assert.equal(incomplete.sets[0]!.counts, null);
  assert.match(incomplete.sets[0]!.problems[0]!, /expected items_ins_v2_1000\.json/);

  const data = copyData("damaged", [PRODUCTS, HUMAN, "items_ins_v2_1000.json.gz"]);
  truncateSync(join(data, PRODUCTS), 100_000);
  const damaged = await inspectData(data);
  assert.equal(damaged.sets[0]!.counts, null);
  assert.match(damaged.sets[0]!.problems[0]!, /items_shuffle_1000\.json\.gz: damaged gzip at member \d+/);
});
