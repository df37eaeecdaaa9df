import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { CliError } from "../../core/errors.ts";
import { unzipped } from "./zip.ts";

interface File {
  readonly name: string;
  readonly contents: Buffer;
  readonly isStored: boolean;
}

/** A zip archive as pip writes it: local headers, then the directory, then the end record with a comment. */
function zipped(files: readonly File[], comment = ""): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, contents, isStored } of files) {
    const packed = isStored ? contents : deflateRawSync(contents);
    // From the version on, the two kinds of header have these in the same order.
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(isStored ? 0 : 8, 4);
    shared.writeUInt32LE(packed.length, 14);
    shared.writeUInt32LE(contents.length, 18);
    shared.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), shared, Buffer.from(name), packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.from("PK\x01\x02\x14\x00"), shared, tail, Buffer.from(name));
    locals.push(local);
    offset += local.length;
  }
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.length, 6);
  end.writeUInt32LE(Buffer.concat(directory).length, 8);
  end.writeUInt32LE(offset, 12);
  end.writeUInt16LE(comment.length, 16);
  return Buffer.concat([...locals, ...directory, Buffer.from("PK\x05\x06"), end, Buffer.from(comment)]);
}

const file = fc.record({
  name: fc.stringMatching(/^[a-zé]{1,8}(\/[a-z]{1,8})?\.[a-z]{1,3}$/),
  contents: fc.uint8Array({ maxLength: 3000 }).map((bytes) => Buffer.from(bytes)),
  isStored: fc.boolean(),
});
const files = fc.uniqueArray(file, { selector: ({ name }) => name, minLength: 1, maxLength: 5 });

test("every file of an archive comes out as it went in", () => {
  fc.assert(
    fc.property(files, fc.stringMatching(/^[a-z]{0,20}$/), (packed, comment) => {
      const archive = zipped(packed, comment);
      for (const { name, contents } of packed) assert.deepEqual(unzipped(archive, name), contents);
      assert.throws(() => unzipped(archive, "no such file"), /^CliError: the archive has no no such file$/);
    }),
  );
});

test("a damaged archive is the user's to replace, wherever the damage is", () => {
  const damage = fc.record({ at: fc.nat(), byte: fc.nat(255), cut: fc.nat() });
  fc.assert(
    fc.property(files, damage, (packed, { at, byte, cut }) => {
      const archive = zipped(packed);
      archive[at % archive.length] = byte;
      for (const bytes of [archive, archive.subarray(0, cut % archive.length)]) {
        for (const { name } of packed) onlyCliErrors(() => unzipped(bytes, name));
      }
    }),
  );
  assert.throws(() => unzipped(Buffer.from("<html>not found</html>"), "a"), /^CliError: expected a zip archive$/);
});

function onlyCliErrors(body: () => unknown): void {
  try {
    body();
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
  }
}
