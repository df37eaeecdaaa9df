import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { HOSTILE } from "../../test/export-sets.ts";
import { temporaryFolder } from "../../test/temporary.ts";
import type { ExportFile, Row } from "./exporter.ts";
import { readManifest } from "./manifest.ts";
import { writeExport } from "./write.ts";

const root = temporaryFolder();
const about = {
  target: "trl",
  run: "r",
  method: "m",
  seed: 1,
  iteration: 1,
  trainingSet: "s",
  splitTurns: false,
  parquet: false,
};

const jsonl = (rows: () => Iterable<Row>): ExportFile => ({ kind: "jsonl", name: "train.jsonl", rows });

test("one line for each row, whatever the texts say, for readers that know many ends of lines", () => {
  const out = join(root, "lines");
  const { files } = writeExport(out, [jsonl(() => [{ text: HOSTILE }, { text: "b" }])], about);
  const written = readFileSync(join(out, "train.jsonl"), "utf8");
  assert.equal(written.split(/[\n\r\v\f\u0085\u2028\u2029]/).length, 3);
  assert.deepEqual(JSON.parse(written.split("\n")[0]!), { text: HOSTILE });
  assert.equal(files[0]!.rows, 2);
  assert.deepEqual(readManifest(out).files, files);
});

test("an export that fails half-way leaves nothing behind", () => {
  const out = join(root, "half");
  function* failing(): Iterable<Row> {
    yield { text: "a" };
    throw new Error("the tokenizer refuses");
  }
  assert.throws(() => writeExport(out, [jsonl(failing)], about), /the tokenizer refuses/);
  assert(!existsSync(out));
  assert.deepEqual(
    readdirSync(root).filter((name) => name.startsWith("half")),
    [],
  );
});

test("rows are written while later ones are still to be made", () => {
  const out = join(root, "stream");
  const megabyte = "x".repeat(1 << 20);
  function* rows(): Iterable<Row> {
    for (let index = 0; index < 4; index++) yield { megabyte };
    const [partial] = readdirSync(root).filter((name) => name.startsWith("stream.partial"));
    assert(statSync(join(root, partial!, "train.jsonl")).size >= 3 << 20);
    yield { last: true };
  }
  const { files } = writeExport(out, [jsonl(rows)], about);
  assert.equal(files[0]!.rows, 5);
});

test("what lies in the folder already is not touched", () => {
  const out = join(root, "full");
  mkdirSync(out);
  writeExport(out, [{ kind: "text", name: "a.txt", text: "a" }], about);
  assert.throws(() => writeExport(out, [{ kind: "text", name: "a.txt", text: "b" }], about), /is not empty/);
  assert.equal(readFileSync(join(out, "a.txt"), "utf8"), "a");
  writeFileSync(join(root, "file"), "");
  assert.throws(() => writeExport(join(root, "file"), [], about), { name: "CliError" });
});
