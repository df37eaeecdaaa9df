import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { contentOf, hashOf } from "./file.ts";
import { readLines, skimLines } from "./lines.ts";
import { MAX_RECORD_BYTES, type RawRecord } from "./record.ts";

const folder = mkdtempSync(join(tmpdir(), "gleaner-lines-"));
after(() => rmSync(folder, { recursive: true }));

function written(name: string, content: string | Uint8Array): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

async function linesOf(file: string): Promise<RawRecord[]> {
  const lines: RawRecord[] = [];
  for await (const line of readLines(file)) lines.push(line);
  return lines;
}
const numbered = (text: string) =>
  text.split("\n").flatMap((line, index) => (line.trim() ? [{ line: index + 1, text: line }] : []));

test("lines are those between line feeds, plain or gzipped, numbered with the blank ones", async () => {
  const text = fc.string({ unit: fc.constantFrom("a", "é", "\n", "\r", "\u2028", "😀", " "), maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(text, async (content) => {
      assert.deepEqual(await linesOf(written("a.jsonl", content)), numbered(content));
      assert.deepEqual(await linesOf(written("a.jsonl.gz", gzipSync(content))), numbered(content));
    }),
    { numRuns: 50 },
  );
});

test("lines that span many chunks are whole", async () => {
  const content = `${"x".repeat(300_000)}\n${"y".repeat(150_000)}😀\nz`;
  assert.deepEqual(await linesOf(written("long.jsonl", content)), numbered(content));
  assert.deepEqual(await linesOf(written("long.jsonl.gz", gzipSync(content))), numbered(content));
});

test("gzip is recognised under any name, and a byte order mark is not text", async () => {
  assert.deepEqual(await linesOf(written("packed.jsonl", gzipSync("one\n"))), [{ line: 1, text: "one" }]);
  assert.deepEqual(await linesOf(written("bom.jsonl", "\ufeffone\n")), [{ line: 1, text: "one" }]);
  assert.deepEqual(await linesOf(written("empty.jsonl", "")), []);
});

test("a line that is no text or too long is reported, the others are read", async () => {
  const bytes = Buffer.concat([
    Buffer.from("one\n"),
    Buffer.from([0x66, 0xff, 0xfe, 0x0a]),
    Buffer.alloc(MAX_RECORD_BYTES + 1, "x"),
    Buffer.from("\nfour"),
  ]);
  const lines = await linesOf(written("bad.jsonl", bytes));
  assert.deepEqual(
    lines.map(({ line, text }) => ({ line, text })),
    [
      { line: 1, text: "one" },
      { line: 2, text: null },
      { line: 3, text: null },
      { line: 4, text: "four" },
    ],
  );
  assert.partialDeepStrictEqual(lines[1], { problem: "not UTF-8 text" });
  assert.partialDeepStrictEqual(lines[2], { problem: "expected a record of at most 16 MiB, found a longer one" });
});

test("a file that cannot be read to its end is named", async () => {
  const packed = gzipSync(`${"some words\n".repeat(1000)}`);
  const named = (file: string, message: RegExp) =>
    assert.rejects(linesOf(file), (error: Error) => {
      assert.equal(error.name, "CliError");
      assert(error.message.startsWith(`${file}: `), error.message);
      assert.match(error.message, message);
      return true;
    });
  await named(join(folder, "absent.jsonl"), /no such file/);
  await named(folder, /is a folder/);
  await named(written("cut.jsonl.gz", packed.subarray(0, packed.length - 9)), /damaged gzip at line \d+/);
  await named(written("plain.jsonl.gz", "not packed\n"), /damaged gzip at line 1 .*expected a whole \.gz file/);
  const flipped = Buffer.from(packed);
  flipped[flipped.length - 6]! ^= 0xff;
  await named(written("flipped.jsonl.gz", flipped), /damaged gzip/);
});

test("the hash is of the bytes", async () => {
  const one = await hashOf(written("one", "one"));
  assert.equal(one, "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed");
  await assert.rejects(hashOf(join(folder, "absent")), { name: "CliError" });
});

test("a gzipped file may unpack to so many bytes and so many for each of its own, in all of its members", async () => {
  const packed = gzipSync("x".repeat(1000));
  const file = written("twice.jsonl.gz", Buffer.concat([packed, packed]));
  const limit = (bytes: number) => ({ freeBytes: bytes - 6 * packed.length, perByte: 3 });
  const read = async (bytes: number) => {
    let length = 0;
    for await (const chunk of await contentOf(file, limit(bytes))) length += chunk.length;
    return length;
  };
  assert.equal(await read(2000), 2000);
  await assert.rejects(read(1999), {
    name: "CliError",
    message: `${file}: unpacks to more than 1999 bytes, expected at most ${limit(1999).freeBytes} and 3 times its own size; unpack it yourself if it is to be that large`,
  });
});

test("a pipe, a device and a link that leads back to itself are refused by name", async () => {
  const pipe = join(folder, "pipe");
  execFileSync("mkfifo", [pipe]);
  const circle = join(folder, "circle");
  symlinkSync(circle, circle);
  for (const [file, message] of [
    [pipe, "is a pipe or a device, expected a file of logs (.jsonl, .json, .gz, .zst)"],
    ["/dev/null", "is a pipe or a device, expected a file of logs (.jsonl, .json, .gz, .zst)"],
    [circle, "a link that leads back to itself, expected a file"],
    [join(written("file", "x"), "below"), "no such file (ENOTDIR)"],
    ["n".repeat(300), "no such file (ENAMETOOLONG)"],
  ] as const) {
    const refused = { name: "CliError", message: `${file}: ${message}` };
    await assert.rejects(linesOf(file), refused);
    await assert.rejects(hashOf(file), refused);
  }
});

test("skimming gives an entry for each line that reading gives, and the lines that begin as wanted", async () => {
  const signs = ["a", "ab", " ", "\t", "\u00a0", "\ufeff", "é", "\r", "\u2028"];
  const line = fc.array(fc.constantFrom(...signs), { maxLength: 4 }).map((parts) => Buffer.from(parts.join("")));
  const bad = fc.constantFrom(Buffer.of(0xff), Buffer.of(0x61, 0xc3));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(line, bad), { maxLength: 6 }), async (parts) => {
      const file = written("skimmed.jsonl", Buffer.concat(parts.flatMap((part) => [part, Buffer.from("\n")])));
      const skimmed: (RawRecord | undefined)[] = [];
      for await (const record of skimLines(file, "ab")) skimmed.push(record);
      let counted = 0;
      for await (const _ of skimLines(file)) counted++;
      const read = await linesOf(file);
      assert.deepEqual(
        skimmed,
        read.map((record) => (record.text?.startsWith("ab") ? record : undefined)),
      );
      assert.equal(counted, read.length);
    }),
  );
});
