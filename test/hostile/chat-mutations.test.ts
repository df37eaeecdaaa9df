// Any damage to a row or a file is a problem with file and place, or an episode that a replay judges: never a crash, and
// nothing is stored half.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { CliError } from "../../src/core/errors.ts";
import { READERS } from "../../src/importers/readers/registry.ts";
import { openSqlite } from "../../src/store/sqlite.ts";
import { corridor } from "../corridor.ts";
import { importing } from "../importing.ts";
import { ROWS } from "../log-rows.ts";
import { jsonLines, scratchFolder } from "../logs.ts";
import { zipOf } from "../zip.ts";

const { write } = scratchFolder();
const odd = fc.constantFrom<unknown>(
  null,
  true,
  7,
  -0.5,
  "",
  "\u0000\u001b[31m",
  [],
  {},
  [[[]]],
  "OK",
  "attachment://x",
  "\ud83d",
  "x".repeat(999),
);

/** `value` with one place in it deleted, repeated, cut or replaced; `path` says where. */
function damaged(value: unknown, path: readonly number[], fate: number, other: unknown): unknown {
  const [turn = 0, ...rest] = path;
  if (Array.isArray(value) && value.length > 0 && rest.length > 0) {
    const at = turn % value.length;
    if (fate === 0 && rest.length === 1) return value.toSpliced(at, 1);
    if (fate === 1 && rest.length === 1) return value.toSpliced(at, 0, value[at]);
    return value.with(at, damaged(value[at], rest, fate, other));
  }
  if (value !== null && typeof value === "object" && !Array.isArray(value) && rest.length > 0) {
    const entries = Object.entries(value);
    if (entries.length === 0) return other;
    const at = turn % entries.length;
    const [key, inner] = entries[at]!;
    if (fate === 2) return Object.fromEntries(entries.toSpliced(at, 1));
    return { ...value, [key]: damaged(inner, rest, fate, other) };
  }
  if (typeof value === "string" && fate < 5) {
    const at = turn % (value.length + 1);
    return [
      value.slice(at),
      value.slice(0, at),
      `${value.slice(0, at)}\ud83d`,
      `${value}\n\n${value}`,
      value.slice(0, at),
    ][fate];
  }
  return other;
}

const damage = fc.record({
  path: fc.array(fc.nat(60), { minLength: 1, maxLength: 6 }),
  fate: fc.integer({ min: 0, max: 7 }),
  other: odd,
});

for (const [format, benchmark, row] of ROWS) {
  test(`${format} of ${benchmark.name}: a damaged row is a whole episode or a clear error`, () => {
    const reader = READERS[format]!({ benchmark });
    assert(reader.read(row).steps.length > 0, "the row itself is good");
    fc.assert(
      fc.property(damage, ({ path, fate, other }) => {
        try {
          const { steps, firstObservation, instruction, taskKey, end } = reader.read(damaged(row, path, fate, other));
          assert(steps.length > 0);
          const texts = steps.flatMap(({ thought, action, completion, observation }) => [
            thought,
            action,
            completion,
            observation ?? "",
          ]);
          assert(
            [...texts, firstObservation ?? "", instruction].every(
              (text) => typeof text === "string" && text.isWellFormed(),
            ),
          );
          assert(instruction !== "" || taskKey !== null);
          assert(taskKey === null || /^[\w()-][\w.()/-]*(#[\w.-]+)?$/.test(taskKey));
          assert(!end || Number.isFinite(end.return));
        } catch (error) {
          assert(error instanceof CliError, String((error as Error).stack));
          assert.match(error.message, /expected/);
        }
      }),
      { numRuns: 300 },
    );
  });
}

/** Of each format a file with a whole row, a row that is damaged, and another whole one. */
const FILES: Readonly<Record<string, (row: object, broken: unknown) => Buffer>> = {
  messages: (row, broken) => Buffer.from(jsonLines([row, broken, row])),
  verifiers: (row, broken) => Buffer.from(JSON.stringify([row, broken, row], null, 1)),
  inspect: (row, broken) => Buffer.from(JSON.stringify({ version: 2, samples: [row, broken, row], status: "success" })),
  gleaner: (row, broken) => Buffer.from(jsonLines([row, broken, row])),
};
const archive = (row: object, broken: unknown) =>
  zipOf([row, broken, row].map((each, index) => [`samples/${index}.json`, JSON.stringify(each) ?? ""] as const));

async function judged(format: string, content: Buffer): Promise<void> {
  const repository = openSqlite(":memory:");
  const file = write(`damaged.${format}`, content);
  try {
    const summary = await importing({ format, benchmark: corridor, files: [file], repository });
    const { lines, malformed, episodes, verified, diverged, unknownTasks, broken, unreplayable, added } = summary;
    assert.equal(lines, malformed.length + episodes);
    assert.equal(episodes, verified + diverged.length + unknownTasks.length + broken.length + unreplayable.episodes);
    assert.equal(repository.trajectoriesOf("logs").length, added);
    for (const { file: name, line, problem } of malformed) {
      assert.equal(name, file);
      assert(line >= 1);
      assert.match(problem, /expected|not UTF-8/);
    }
  } catch (error) {
    assert(error instanceof CliError, String((error as Error).stack));
    assert(error.message.startsWith(`${file}: `), error.message);
    assert.deepEqual([...repository.dump()], [], "a refused file leaves nothing behind");
  } finally {
    repository.close();
  }
}

for (const [format, fileOf] of [...Object.entries(FILES), ["inspect", archive] as const]) {
  const [, , row] = ROWS.find(([name, benchmark]) => name === format && benchmark === corridor)!;
  test(`${format}${fileOf === archive ? " in an archive" : ""}: damaged rows and bytes leave whole rows and whole stores`, async () => {
    const change = fc.record({
      damage,
      at: fc.nat(),
      byte: fc.option(fc.integer({ min: 0, max: 255 })),
      cut: fc.option(fc.nat()),
    });
    await fc.assert(
      fc.asyncProperty(change, async ({ damage: { path, fate, other }, at, byte, cut }) => {
        const whole = fileOf(row, damaged(row, path, fate, other));
        if (byte !== null) whole[at % whole.length] = byte;
        await judged(format, cut === null ? whole : whole.subarray(0, cut % whole.length));
      }),
      { numRuns: 60 },
    );
  });
}
