/** Logs of every format that is imported: a damaged record between two good ones, and files that are no logs. */
import { statSync } from "node:fs";
import { gzipSync } from "node:zlib";
import type { Benchmark } from "../../src/core/environment.ts";
import type { Json } from "../../src/core/json.ts";
import { random } from "../../src/core/random.ts";
import { readLog } from "../../src/importers/reader.ts";
import { READERS } from "../../src/importers/readers/registry.ts";
import { withoutWorld } from "../../src/worlds/none/index.ts";
import { corridor, winning } from "../corridor.ts";
import { ROWS, SHOP_ROWS } from "../log-rows.ts";
import { jsonLines, logOf } from "../logs.ts";
import { mutated } from "../mutating.ts";
import { shop } from "../shop.ts";
import type { HostileCase, Reading } from "./judging.ts";

const SWIFTSAGE = {
  taskName: "task-4-find-living-thing",
  variationIdx: 7,
  taskDescription: "Your task is to find a(n) living thing.",
  history: ["look around", "go to kitchen", "focus on apple"].map((action, index) => ({
    ...{ action, observation: `This is ${index}.`, score: `0.${index}`, isCompleted: "false" },
    ...{ freelook: "This room is called the hallway.\n", inventory: "In your inventory, you see:\n\tan orange\n" },
  })),
};
/** Damaged copies of each row. */
const COPIES = 24;

const rows: readonly (readonly [format: string, benchmark: Benchmark, row: Json])[] = [
  ...ROWS.map(([format, benchmark, row]) => [format, benchmark, row as Json] as const),
  ...SHOP_ROWS.map(([format, row]) => [format, shop(), row] as const),
  ["knowagent", { ...corridor, name: "alfworld" }, { ...(await logOf(3, winning(3))) } as Json],
  ["swiftsage", { ...corridor, name: "scienceworld" }, SWIFTSAGE],
];

/** How each format's file holds its records; JSON Lines unless it says otherwise. */
const FILES: Readonly<Record<string, (all: readonly Json[]) => string>> = {
  inspect: (samples) => JSON.stringify({ version: 2, samples }),
  verifiers: (all) => JSON.stringify(all, null, 1),
};

const ODD_FILES: readonly (readonly [name: string, content: string | Buffer])[] = [
  ["empty", ""],
  ["blank", "\n \n"],
  ["no JSON", "hello\nworld\n"],
  ["an open array", '[{"a": 1}, {"b"'],
  ["an open object", '{"a": 1'],
  ["nested", `${"[".repeat(20_000)}${"]".repeat(20_000)}\n`],
  ["no UTF-8", Buffer.of(0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d, 0x0a)],
  ["UTF-16", Buffer.from('\ufeff{"a": 1}', "utf16le")],
  ["NUL", Buffer.alloc(300)],
  ["a number", "7"],
  ["null", "null\n"],
  ["a list of lists", "[[[1]]]"],
  ["a word in quotes", '"x"\n'],
  ["cut gzip", gzipSync('{"a": 1}\n').subarray(0, 15)],
  ["gzip of gzip", gzipSync(gzipSync('{"a": 1}\n'))],
  ["prototype", '{"__proto__": {"a": 1}, "constructor": 1}\n'],
];

export function* hostileLogs(write: (name: string, content: string | Buffer) => string): Generator<HostileCase> {
  for (const [index, [format, benchmark, row]] of rows.entries()) {
    const place = `${format}-${index}.json`;
    const file = (name: string, between: Json): HostileCase => {
      const content = (FILES[format] ?? jsonLines)([row, between, row]);
      return { name, place, read: () => readAll(format, benchmark, write(place, content), 3) };
    };
    yield { ...file(`${format} of ${benchmark.name}, row ${index}, good`, row), expected: "read" };
    for (let seed = 0; seed < COPIES; seed++) {
      const name = `${format} of ${benchmark.name}, row ${index}, seed ${seed}`;
      yield file(name, mutated(row, random("hostile log", index, seed)));
    }
  }
  for (const format of Object.keys(READERS)) {
    const benchmark = rows.find(([each]) => each === format)?.[1] ?? withoutWorld();
    for (const [name, content] of ODD_FILES) {
      const place = `odd-${format}.json`;
      yield { name: `${format}: ${name}`, place, read: () => readAll(format, benchmark, write(place, content)) };
    }
  }
}

/** Reads a file to its end. Of `expected` records each must be an episode or a problem. */
export async function readAll(format: string, benchmark: Benchmark, file: string, expected?: number): Promise<Reading> {
  const problems: string[] = [];
  let count = 0;
  for await (const record of readLog(READERS[format]!({ benchmark }), file)) {
    count += 1;
    if (record.kind === "malformed") problems.push(record.problem);
  }
  // An empty file is told of as one without records.
  const isLost = expected !== undefined && count < expected && problems.length === 0 && statSync(file).size > 0;
  return { problems, lost: isLost ? `${expected - count} of ${expected} records` : undefined };
}
