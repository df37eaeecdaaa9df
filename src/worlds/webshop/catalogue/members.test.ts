import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { gzipSync } from "node:zlib";
import { CliError } from "../../../core/errors.ts";
import { type Member, membersOf } from "./members.ts";

const folder = mkdtempSync(join(tmpdir(), "gleaner-members-"));
after(() => rmSync(folder, { recursive: true }));

async function read(name: string, content: string | Uint8Array, shape: "array" | "object"): Promise<Member[]> {
  writeFileSync(join(folder, name), content);
  const members: Member[] = [];
  for await (const member of membersOf(join(folder, name), shape)) members.push(member);
  return members;
}

async function refuses(name: string, content: string | Uint8Array, message: RegExp): Promise<void> {
  await assert.rejects(read(name, content, "array"), (error) => {
    assert(error instanceof CliError);
    assert(error.message.startsWith(join(folder, name)), error.message);
    assert.match(error.message, message);
    return true;
  });
}

test("reads arrays and objects, plain and gzipped", async () => {
  const array = JSON.stringify([{ a: 1 }, "b"]);
  const members = await read("plain.json", array, "array");
  assert.deepEqual(members, [
    { index: 0, key: "", text: '{"a":1}', value: { a: 1 } },
    { index: 1, key: "", text: '"b"', value: "b" },
  ]);
  assert.deepEqual(await read("packed.json.gz", gzipSync(array), "array"), members);
  const entries = await read("entries.json", '{"x": [1], "__proto__": 2}', "object");
  assert.deepEqual(
    entries.map(({ key, value }) => [key, value]),
    [
      ["x", [1]],
      ["__proto__", 2],
    ],
  );
});

test("numbers that only Python's JSON has are null", async () => {
  const [member] = await read("nan.json", '[{"a": NaN, "b": [-Infinity, Infinity], "c": "NaN, \\"Infinity"}]', "array");
  assert.deepEqual(member!.value, { a: null, b: [null, null], c: 'NaN, "Infinity' });
});

test("names the file and the member of what is damaged", async () => {
  const whole = JSON.stringify(Array.from({ length: 5000 }, (_, i) => ({ asin: `B${(i * 7919) % 100003}` })));
  const packed = gzipSync(whole);
  await refuses(
    "cut.json.gz",
    packed.subarray(0, packed.length / 2),
    /damaged gzip at member \d+ \(unexpected end of file\)/,
  );
  await refuses("garbled.json.gz", Buffer.from(packed).fill(0x55, 50, 90), /damaged gzip/);
  await refuses("plain.json.gz", whole, /damaged gzip at member 0 \(incorrect header check\)/);
  await refuses("cut.json", whole.slice(0, 1000), /member \d+: the file ends inside the array/);
  await refuses("bad.json", '[{"a": 1}, {"a": oops}]', /member 1: Unexpected token/);
  await refuses("comma.json", '[{"a": 1},]', /member 1: Unexpected end of JSON input/);
  await refuses("object.json", "{}", /found "\{", expected an array/);
  await refuses("empty.json", "", /empty/);
  assert.equal((await read("packed.json", packed, "array")).length, 5000);
});
