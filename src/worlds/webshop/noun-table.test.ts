import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { CliError } from "../../core/errors.ts";
import { makeNounTable } from "./noun-table.ts";

/** A folder with data files of one product, and a program that stands in for Python. */
function folderWith(t: { after(end: () => void): void }, program: string) {
  const folder = mkdtempSync(join(tmpdir(), "gleaner-nouns-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const product = {
    ...{ asin: "B000000001", name: "Oak Table", full_description: "", pricing: "$5.0", images: ["a.jpg"] },
    ...{
      product_category: "Home",
      small_description: [""],
      customization_options: "",
      category: "home",
      query: "table",
    },
  };
  writeFileSync(join(folder, "items_shuffle_1000.json"), JSON.stringify([product]));
  writeFileSync(join(folder, "items_ins_v2_1000.json"), JSON.stringify({ B000000001: { attributes: ["solid oak"] } }));
  writeFileSync(join(folder, "items_human_ins.json"), "{}");
  const python = join(folder, "python");
  writeFileSync(python, `#!/bin/sh\n${program}\n`);
  chmodSync(python, 0o755);
  const request = {
    data: folder,
    out: join(folder, "made", "nouns.json"),
    cache: join(folder, "cache"),
    say: () => {},
  };
  return { folder, python, request };
}

const isOneLine = (pattern: RegExp) => (error: unknown) =>
  error instanceof CliError && pattern.test(error.message) && !error.message.includes("\n");

test("what Python lacks is said in one line, and nothing half done is left", async (t) => {
  const { python, request } = folderWith(t, 'echo "first" >&2; echo "no module named venv" >&2; exit 3');
  const venvProblem =
    /^making a virtual environment: .*python ended with status 3: no module named venv \(expected Python/;
  await assert.rejects(makeNounTable({ ...request, python }), isOneLine(venvProblem));
  const missing = join(request.cache, "no-such-python");
  await assert.rejects(
    makeNounTable({ ...request, python: missing }),
    isOneLine(/no-such-python: no such program, expected Python/),
  );
  assert(!existsSync(request.out));
  // The empty file that is locked stays: files/lock.ts says why.
  assert.deepEqual(
    readdirSync(request.cache).filter((name) => !name.endsWith(".lock")),
    [],
  );
});

test("a failed installation is said with pip's last line", async (t) => {
  const pip = '#!/bin/sh\\necho "ERROR: No matching distribution" >&2\\nexit 1\\n';
  const { python, request } = folderWith(
    t,
    `mkdir -p "$3/bin"; printf '${pip}' > "$3/bin/python"; chmod +x "$3/bin/python"`,
  );
  const said: string[] = [];
  const making = makeNounTable({ ...request, python, say: (line) => said.push(line) });
  await assert.rejects(
    making,
    isOneLine(/^installing spacy==3\.8\.18: .* ended with status 1: ERROR: No matching distribution$/),
  );
  assert.equal(said.length, 2);
  assert.match(said[0]!, /^making a virtual environment in /);
  assert.match(said[1]!, /^installing spacy==[\d.]+ \(1 of 2\)$/);
});

test("a table is a .json or .json.gz file", async (t) => {
  const { request } = folderWith(t, "");
  await assert.rejects(
    makeNounTable({ ...request, out: "nouns.csv" }),
    isOneLine(/^--out nouns\.csv: expected a file/),
  );
});
