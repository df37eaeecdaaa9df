// Who may import whom. This table is the architecture; the test only reads it.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative, sep } from "node:path";
import { test } from "node:test";

const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: [],
  archives: ["core"],
  model: [],
  formats: ["core"],
  tokenizers: ["core"],
  tinker: ["core"],
  environments: ["core", "archives"],
  rollout: ["core"],
  store: ["core"],
  analysis: ["core"],
  servers: ["core"],
  datasets: ["core", "formats", "archives"],
  policies: ["core", "formats", "tokenizers", "tinker", "model"],
  trainers: ["core", "formats", "tokenizers", "tinker", "model"],
  exporters: ["core", "formats", "tokenizers"],
  algorithms: ["core", "formats"],
  experiment: ["core", "formats", "rollout", "algorithms"],
  cli: [
    "core",
    "archives",
    "model",
    "formats",
    "tokenizers",
    "tinker",
    "environments",
    "rollout",
    "store",
    "analysis",
    "servers",
    "datasets",
    "policies",
    "trainers",
    "exporters",
    "algorithms",
    "experiment",
  ],
};

const MAX_LINES = 400;
const root = join(import.meta.dirname, "..", "src");
const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));

test("every folder of src is in the table", () => {
  const folders = new Set(files.filter((file) => file.includes(sep)).map((file) => file.split(sep)[0]));
  for (const folder of folders) assert(folder! in MAY_IMPORT, `src/${folder} is not in the import table`);
});

for (const file of files) {
  const source = readFileSync(join(root, file), "utf8");
  test(`src/${file} imports only what its folder may`, () => {
    if (!file.includes(sep)) return;
    const from = file.split(sep)[0]!;
    if (file.endsWith(".test.ts")) return;
    for (const [, path] of source.matchAll(/(?:from |import\(|import )"(\.[^"]+)"/g)) {
      const to = relative(root, normalize(join(root, dirname(file), path!))).split(sep)[0]!;
      assert(to === from || MAY_IMPORT[from]!.includes(to), `${from} must not import ${to}: ${path}`);
    }
  });
  test(`src/${file} has at most ${MAX_LINES} lines`, () => assert(source.split("\n").length <= MAX_LINES + 1));
}
