/** Packed logs: Inspect's archives and gzipped lines, cut, with bits changed, or made up. None unpacks to much. */
import { gzipSync, zstdCompressSync } from "node:zlib";
import { random } from "../../src/core/random.ts";
import { corridor } from "../corridor.ts";
import { ROWS } from "../log-rows.ts";
import { jsonLines } from "../logs.ts";
import { cuts, flips } from "../mutating.ts";
import { zipOf } from "../zip.ts";
import type { HostileCase } from "./judging.ts";
import { readAll } from "./logs.ts";

const [, , row] = ROWS.find(([format]) => format === "inspect")!;
const sample = JSON.stringify(row);
const SAMPLES = [0, 1, 2].map((index) => [`samples/${index}.json`, sample] as const);
const plain = zipOf(SAMPLES);
const lines = gzipSync(jsonLines([row, row, row]));
/** Two frames: Node's own reader sees the first one only. */
const frames = Buffer.concat([jsonLines([row]), jsonLines([row, row])].map((text) => zstdCompressSync(text)));

function changed(archive: Buffer, change: (copy: Buffer) => void): Buffer {
  const copy = Buffer.from(archive);
  change(copy);
  return copy;
}
const lastName = plain.lastIndexOf("samples/2.json");
const secondName = plain.lastIndexOf("samples/1.json");

const MADE_UP: readonly (readonly [name: string, content: Buffer])[] = [
  ["a comment behind it", Buffer.concat([plain, Buffer.from("more")])],
  ["two archives", Buffer.concat([plain, plain])],
  [
    "names above the folder",
    zipOf([
      ["../samples/0.json", sample],
      ["/samples/1.json", sample],
    ]),
  ],
  ["a name of controls", zipOf([["samples/\u001b[2J\n.json", "{}"]])],
  ["no samples", zipOf([["header.json", "{}"]])],
  [
    "samples that are no JSON",
    zipOf([
      ["samples/0.json", "{"],
      ["samples/1.json", "[]"],
      ["samples/2.json", ""],
    ]),
  ],
  ["samples that are no UTF-8", zipOf([["samples/0.json", Buffer.of(0xff, 0xfe)]])],
  ["an archive in an archive", zipOf([["samples/0.json", plain]])],
  ["packed in another way", zipOf(SAMPLES, "other")],
  ["files over the same bytes", changed(plain, (copy) => void copy.writeUInt32LE(0, secondName - 46 + 42))],
  ["a file behind the end", changed(plain, (copy) => void copy.writeUInt32LE(1e6, lastName - 46 + 42))],
  ["a longer file than said", changed(plain, (copy) => void copy.writeUInt32LE(3, lastName - 46 + 24))],
  ["a shorter file than said", changed(plain, (copy) => void copy.writeUInt32LE(1e5, lastName - 46 + 24))],
  ["a file of 4 GiB, it says", changed(plain, (copy) => void copy.writeUInt32LE(0xfffffff0, lastName - 46 + 24))],
  ["another checksum", changed(plain, (copy) => void copy.writeUInt32LE(1, lastName - 46 + 16))],
  ["encrypted, it says", changed(plain, (copy) => void (copy[lastName - 46 + 8]! |= 1))],
  ["65,535 files, it says", changed(plain, (copy) => void copy.writeUInt16LE(0xffff, plain.length - 12))],
  ["no file, it says", changed(plain, (copy) => void copy.writeUInt16LE(0, plain.length - 12))],
  ["only its end", plain.subarray(-22)],
  ["PK and no more", Buffer.from("PK")],
];

const GZIPPED: readonly (readonly [name: string, content: Buffer])[] = [
  ["two members", Buffer.concat([lines, lines])],
  ["two hundred empty members", Buffer.concat([...Array.from({ length: 200 }, () => gzipSync("")), lines])],
  ["garbage behind it", Buffer.concat([lines, Buffer.from("more")])],
  ["zeros behind it", Buffer.concat([lines, Buffer.alloc(64)])],
  ["packed twice", gzipSync(lines)],
  ["not packed", Buffer.from(jsonLines([row]))],
  ["nothing in it", gzipSync("")],
  ["one long line", gzipSync(`"${"x".repeat(17 * 2 ** 20)}"\n${sample}\n`)],
];

export function* hostileArchives(write: (name: string, content: Buffer) => string): Generator<HostileCase> {
  const archive = (name: string, content: Buffer, expected?: number): HostileCase => ({
    name,
    place: "hostile.eval",
    read: () => readAll("inspect", corridor, write("hostile.eval", content), expected),
  });
  const packed = (name: string, content: Buffer, expected?: number): HostileCase => ({
    name: `gzip: ${name}`,
    place: "hostile.jsonl.gz",
    read: () => readAll("messages", corridor, write("hostile.jsonl.gz", content), expected),
  });
  const kinds = [
    ["deflated", plain],
    ["zstandard", zipOf(SAMPLES, "zstandard")],
    ["zip64", zipOf(SAMPLES, "stored", { isZip64: true })],
    ["described", zipOf(SAMPLES, "deflated", { hasDescriptors: true })],
  ] as const;
  for (const [kind, whole] of kinds) {
    yield { ...archive(`${kind}: good`, whole, 3), expected: "read" };
    for (const [name, content] of cuts(whole, 12)) yield archive(`${kind}: ${name}`, content, 3);
    for (const [name, content] of flips(whole, 30, random("archive", kind)))
      yield archive(`${kind}: ${name}`, content, 3);
  }
  for (const [name, content] of MADE_UP) yield archive(name, content);
  yield { ...packed("good", lines, 3), expected: "read" };
  for (const [name, content] of cuts(lines, 15)) yield packed(name, content, 3);
  for (const [name, content] of flips(lines, 30, random("gzip"))) yield packed(name, content, 3);
  for (const [name, content] of GZIPPED) yield packed(name, content);
  const zstandard = (name: string, content: Buffer, expected?: number): HostileCase => ({
    name: `Zstandard: ${name}`,
    place: "hostile.jsonl.zst",
    read: () => readAll("messages", corridor, write("hostile.jsonl.zst", content), expected),
  });
  yield { ...zstandard("good", frames, 3), expected: "read" };
  for (const [name, content] of cuts(frames, 30)) yield zstandard(name, content);
  for (const [name, content] of flips(frames, 40, random("zstandard"))) yield zstandard(name, content);
}
