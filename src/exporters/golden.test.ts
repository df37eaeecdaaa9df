/** Every target's files for small hand-made sets, byte for byte as they were read beside the tools' documentation. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { EXPORT_SETS } from "../../test/export-sets.ts";
import { BYTES, GOLDEN_CASES, writeCase } from "../../test/golden/export/cases.ts";
import { temporaryFolder } from "../../test/temporary.ts";
import { checkExport } from "./check.ts";
import { readManifest } from "./manifest.ts";

const golden = join(import.meta.dirname, "..", "..", "test", "golden", "export");
const folder = temporaryFolder();

for (const one of GOLDEN_CASES) {
  test(`${one.path}: the files are as they were read by hand`, () => {
    writeCase(one, folder);
    const written = join(folder, one.path);
    const expected = join(golden, one.path);
    assert.deepEqual(readdirSync(written).sort(), readdirSync(expected).sort());
    for (const name of readdirSync(expected)) {
      const [got, wanted] = [written, expected].map((at) => readFileSync(join(at, name)));
      if (name.endsWith(".parquet")) assert(got!.equals(wanted!), name);
      else assert.equal(got!.toString("utf8"), wanted!.toString("utf8"), name);
    }
  });
}

const exported = GOLDEN_CASES.filter(({ path }) => !readdirSync(join(golden, path)).includes("refused.txt"));

test("most targets take demonstrations with masks, and every target takes something", () => {
  assert(exported.filter(({ set }) => set === "sft").length >= 9);
  assert.deepEqual(
    new Set(exported.map(({ exporter }) => exporter.name)),
    new Set(GOLDEN_CASES.map(({ exporter }) => exporter.name)),
  );
});

for (const { path, set, exporter } of exported) {
  test(`${path}: the tool learns exactly what is stored`, async () => {
    const manifest = readManifest(join(golden, path));
    const tokenizer = exporter.tokenizer === "needed" ? { tokenizer: BYTES } : {};
    const report = await checkExport({ folder: join(golden, path), manifest, set: EXPORT_SETS[set], ...tokenizer });
    assert.deepEqual(report.differences, []);
    assert(report.learned > 0);
  });
}
