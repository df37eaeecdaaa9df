// Zstandard files, of many frames, cut and damaged.
import assert from "node:assert/strict";
import { test } from "node:test";
import { constants, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { scratchFolder } from "../../test/logs.ts";
import { contentOf } from "./file.ts";
import { readLines } from "./lines.ts";

const { write } = scratchFolder();

async function textOf(name: string, content: Buffer): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of await contentOf(write(name, content))) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
const packed = (text: string, checksum = 0) =>
  zstdCompressSync(text, { params: { [constants.ZSTD_c_checksumFlag]: checksum } });
/** A frame that a reader passes over, as parallel compressors write them. */
const skippable = Buffer.concat([Buffer.of(0x52, 0x2a, 0x4d, 0x18, 3, 0, 0, 0), Buffer.from("abc")]);

test("what was packed is read, in one frame or many, with and without checksums, under any name", async () => {
  const texts = fc.array(fc.tuple(fc.string({ maxLength: 400_000, size: "max" }), fc.nat(1)), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(texts, async (parts) => {
      const frames = parts.flatMap(([text, checksum]) => [packed(text.toWellFormed(), checksum), skippable]);
      const expected = parts.map(([text]) => text.toWellFormed()).join("");
      assert.equal(await textOf("a.jsonl.zst", Buffer.concat(frames)), expected);
    }),
    { numRuns: 30 },
  );
  assert.equal(await textOf("named.jsonl", packed("x")), "x");
});

test("a file that is cut, or goes on with something else, is refused wherever it is", async () => {
  const whole = Buffer.concat([packed("one\n".repeat(1000)), packed("two")]);
  const first = packed("one\n".repeat(1000)).length;
  for (let at = 1; at < whole.length; at++) {
    if (at === first) continue;
    await assert.rejects(textOf("cut.jsonl.zst", whole.subarray(0, at)), (error: Error) =>
      /end of file/.test(error.message),
    );
  }
  const read = async (content: Buffer) => {
    for await (const _line of readLines(write("bad.jsonl.zst", content)));
  };
  for (const bad of [Buffer.concat([whole, Buffer.from("more")]), Buffer.from("plain\n"), whole.fill(7, 20, 24)])
    await assert.rejects(read(bad), {
      name: "CliError",
      message: /bad\.jsonl\.zst: damaged Zstandard at line \d+ \(.*\), expected a whole \.zst file$/,
    });
});

test("what unpacks to more than it may is refused", async () => {
  const file = write("bomb.jsonl.zst", packed("x".repeat(2 ** 20)));
  const read = async () => {
    for await (const _chunk of await contentOf(file, { freeBytes: 1000, perByte: 1 }));
  };
  await assert.rejects(read, { name: "CliError", message: /unpacks to more than \d+ bytes, expected at most 1000/ });
});
