// Damaged logs by the hundred: each is a clear error that names file and line, or accepted because the world confirms
// it; nothing crashes, nothing is stored half.
import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { CliError } from "../../src/core/errors.ts";
import { type Random, random } from "../../src/core/random.ts";
import type { Repository } from "../../src/core/repository.ts";
import { replay } from "../../src/engine/rollout/replay.ts";
import { MAX_RECORD_BYTES } from "../../src/files/record.ts";
import type { ImportSummary } from "../../src/importers/summary.ts";
import { openSqlite } from "../../src/store/sqlite.ts";
import { corridor, winning } from "../corridor.ts";
import { importCorridor, jsonLines, type LogRow, logOf, scratchFolder } from "../logs.ts";

const { write } = scratchFolder();
const rows = await Promise.all([
  logOf(3, winning(3)),
  logOf(4, ["look", "forward", "sing", "forward", "take key", "back"]),
  logOf(5, ["forward", "", "look"], 0),
]);
const MUTATED = 1;
const ODD = [null, true, 7, -0.5, "", "\u0000\u001b[31m", [], {}, [[[]]], { traj: "x" }, "x".repeat(5000), "\ud83d"];

type LineMutation = (row: LogRow, draw: Random) => unknown;

/** Changes to one line of three. */
const LINE_MUTATIONS: Readonly<Record<string, LineMutation>> = {
  "key deleted": (row, draw) => without(row, draw.pick(Object.keys(row))),
  "key renamed": (row, draw) => {
    const key = draw.pick(["name", "result", "traj"] as const);
    return { ...without(row, key), [key.toUpperCase()]: row[key] };
  },
  "type swapped": (row, draw) => ({ ...row, [draw.pick(Object.keys(row))]: draw.pick(ODD) }),
  "unknown key added": (row, draw) => ({ ...row, [draw.pick(["more", "__proto__", "constructor"])]: draw.pick(ODD) }),
  "no object": (_, draw) => draw.pick(ODD),
  "text cut": (row, draw) => ({ ...row, traj: row.traj.slice(0, draw.integer(row.traj.length)) }),
  "text beheaded": (row, draw) => ({ ...row, traj: row.traj.slice(draw.integer(row.traj.length)) }),
  "line deleted": (row, draw) => withLines(row, (lines) => lines.toSpliced(draw.integer(lines.length), 1)),
  "line repeated": (row, draw) =>
    withLines(row, (lines) => {
      const at = draw.integer(lines.length);
      return lines.toSpliced(at, 0, lines[at]!);
    }),
  "lines swapped": (row, draw) =>
    withLines(row, (lines) => {
      const at = draw.integer(lines.length - 1);
      return lines.toSpliced(at, 2, lines[at + 1]!, lines[at]!);
    }),
  "character changed": (row, draw) => {
    const at = draw.integer(row.traj.length);
    const other = draw.pick([">", "\n", " ", "x", "\u0000", "\u2028", "\ud83d", "é"]);
    return { ...row, traj: row.traj.slice(0, at) + other + row.traj.slice(at + 1) };
  },
  "line of garbage": (row, draw) =>
    withLines(row, (lines) => lines.toSpliced(draw.integer(lines.length), 0, draw.pick(["", ">", "\u001b[2J", "OK."]))),
  "name changed": (row, draw) => ({ ...row, name: draw.pick(["halls/0", "halls", "a/b/c", "../x", "halls/3", "é/x"]) }),
  "result changed": (row, draw) => ({ ...row, result: draw.pick([true, false, 0, 1, "true", null]) }),
};

type FileMutation = (content: Buffer, draw: Random) => { readonly name: string; readonly content: Buffer };

/** Changes to a whole file. */
const FILE_MUTATIONS: Readonly<Record<string, FileMutation>> = {
  cut: (content, draw) => ({ name: "cut.jsonl", content: content.subarray(0, draw.integer(content.length)) }),
  "cut gzip": (content, draw) => {
    const packed = gzipSync(content);
    return { name: "cut.jsonl.gz", content: packed.subarray(0, 1 + draw.integer(packed.length - 1)) };
  },
  "byte changed in gzip": (content, draw) => ({ name: "flip.jsonl.gz", content: flipped(gzipSync(content), draw) }),
  "byte changed": (content, draw) => ({ name: "flip.jsonl", content: flipped(content, draw) }),
  "garbage bytes put in": (content, draw) => {
    const at = draw.integer(content.length);
    const garbage = Buffer.from(Array.from({ length: 1 + draw.integer(20) }, () => draw.integer(256)));
    return { name: "garbage.jsonl", content: Buffer.concat([content.subarray(0, at), garbage, content.subarray(at)]) };
  },
  "only garbage": (_, draw) => ({
    name: draw.pick(["noise.jsonl", "noise.jsonl.gz"]),
    content: Buffer.from(Array.from({ length: 200 }, () => draw.integer(256))),
  }),
  "not packed, but named so": (content) => ({ name: "plain.jsonl.gz", content }),
};

const without = (row: LogRow, key: string) => Object.fromEntries(Object.entries(row).filter(([each]) => each !== key));
const withLines = (row: LogRow, change: (lines: string[]) => string[]) => ({
  ...row,
  traj: change(row.traj.split("\n")).join("\n"),
});

function flipped(content: Buffer, draw: Random): Buffer {
  const copy = Buffer.from(content);
  copy[draw.integer(copy.length)]! ^= 1 << draw.integer(8);
  return copy;
}

/** Imports, and checks what must hold whatever the file is. Returns undefined if the file was refused. */
async function importChecked(file: string): Promise<ImportSummary | undefined> {
  const repository = openSqlite(":memory:");
  let summary: ImportSummary;
  try {
    summary = await importCorridor(repository, [file]);
  } catch (error) {
    assert(error instanceof CliError, String((error as Error).stack));
    assert(error.message.startsWith(`${file}: `), error.message);
    assert.deepEqual([...repository.dump()], [], "a refused file leaves nothing behind");
    return undefined;
  }
  const { malformed, unknownTasks, diverged, episodes, verified, lines } = summary;
  assert.equal(lines, malformed.length + episodes);
  assert.equal(episodes, unknownTasks.length + verified + diverged.length);
  for (const each of malformed) {
    assert.equal(each.file, file);
    assert(each.line >= 1);
    assert.match(each.problem, /expected|not UTF-8|no answer|half a surrogate/);
  }
  await checkStored(repository, summary);
  return summary;
}

/** Each stored trajectory is whole, and an independent replay finds what is stored about it. */
async function checkStored(repository: Repository, { verified, diverged }: ImportSummary): Promise<void> {
  const ids = repository.trajectoriesOf("logs");
  assert.equal(ids.length, verified + diverged.length);
  const environment = await corridor.open();
  for (const id of ids) {
    const trajectory = repository.trajectory(id)!;
    const { verification } = await replay(environment, repository.task(trajectory.taskId)!, trajectory);
    assert.deepEqual(repository.verification(id), verification);
  }
}

function fate({ malformed, unknownTasks, diverged }: ImportSummary, line: number): string {
  if (malformed.some((each) => each.line === line)) return "reported";
  if (unknownTasks.some((each) => each.line === line)) return "unknown task";
  return diverged.some((each) => each.line === line) ? "diverged" : "confirmed by the world";
}

test("420 damaged lines: the damaged one is judged, its neighbours are imported", async (t) => {
  for (const [kind, mutate] of Object.entries(LINE_MUTATIONS)) {
    const fates: Record<string, number> = {};
    for (let seed = 0; seed < 30; seed++) {
      const draw = random("line mutation", kind, seed);
      const mutated = rows.map((row, index) => (index === MUTATED ? mutate(row, draw) : row));
      const summary = await importChecked(write("line.jsonl", jsonLines(mutated)));
      assert(summary, `${kind} ${seed}: the file is whole`);
      assert.equal(summary.lines, 3);
      for (const line of [1, 3]) assert.equal(fate(summary, line), "confirmed by the world", `${kind} ${seed}`);
      const found = fate(summary, MUTATED + 1);
      fates[found] = (fates[found] ?? 0) + 1;
    }
    t.diagnostic(`${kind}: ${JSON.stringify(fates)}`);
    if (["key deleted", "key renamed", "no object"].includes(kind)) assert.deepEqual(fates, { reported: 30 });
    // Readers take the keys they know: others in the same object may belong to a newer logger.
    if (kind === "unknown key added") assert.deepEqual(fates, { "confirmed by the world": 30 });
  }
});

test("210 damaged files: refused by name, or read line by line", async (t) => {
  const content = Buffer.from(jsonLines(rows));
  for (const [kind, mutate] of Object.entries(FILE_MUTATIONS)) {
    let refused = 0;
    for (let seed = 0; seed < 30; seed++) {
      const mutated = mutate(content, random("file mutation", kind, seed));
      const summary = await importChecked(write(mutated.name, mutated.content));
      if (!summary) refused += 1;
    }
    t.diagnostic(`${kind}: ${refused} of 30 refused, the others read line by line`);
    if (kind === "cut gzip" || kind === "not packed, but named so") assert.equal(refused, 30);
  }
});

test("lines beyond any measure are judged too", async () => {
  const [row] = rows;
  const turns = "> look\nYou see nothing.\n".repeat(2000);
  const long = { ...row, traj: row.traj.split("\n").slice(0, 2).join("\n").concat("\n", turns) };
  const nested = `${"[".repeat(100_000)}${"]".repeat(100_000)}\n`;
  const endless = { ...row, traj: row.traj + "x".repeat(MAX_RECORD_BYTES) };
  const file = write("long.jsonl", `${jsonLines([long])}${nested}${jsonLines([endless, row])}`);
  const summary = await importChecked(file);
  assert.deepEqual(
    [1, 2, 3, 4].map((line) => fate(summary!, line)),
    ["confirmed by the world", "reported", "reported", "confirmed by the world"],
  );
});
