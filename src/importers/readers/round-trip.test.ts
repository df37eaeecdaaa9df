// What gleaner exports and dumps it reads again: the same actions and thoughts, confirmed by the world. Halls have one goal
// and begin alike, so that only their replays tell them apart.
import assert from "node:assert/strict";
import { test } from "node:test";
import { corridor, walk, winning } from "../../../test/corridor.ts";
import { imported, importing } from "../../../test/importing.ts";
import { jsonLines, scratchFolder } from "../../../test/logs.ts";
import { newTokenIds } from "../../core/token-ids.ts";
import type { Demonstration } from "../../core/training.ts";
import type { Step, Trajectory } from "../../core/trajectory.ts";
import { EXPORTERS } from "../../exporters/registry.ts";
import { demonstration } from "../../formats/demonstration.ts";
import type { FormatName } from "../../formats/format.ts";
import { formatFor } from "../../formats/named.ts";
import { openSqlite } from "../../store/sqlite.ts";
import { recognise } from "./recognise.ts";
import { readersFor } from "./registry.ts";

const { write } = scratchFolder();
const LENGTHS = [2, 3, 4];
const walks = await Promise.all(LENGTHS.map((length) => walk(length, ["look", ...winning(length)])));

async function demonstrations(format: FormatName): Promise<Demonstration[]> {
  return Promise.all(
    walks.map(async (trajectory, index) =>
      demonstration({
        format: formatFor(format, corridor),
        task: await corridor.task(trajectory.taskId),
        trajectory: { ...trajectory, id: `${index}`.repeat(20) as Trajectory["id"] },
        learnFrom: 1,
        reason: "r",
      }),
    ),
  );
}

const told = ({ steps }: Trajectory) => steps.map(({ thought, action }) => [thought, action]);
const byLength = (a: Trajectory, b: Trajectory) => a.steps.length - b.steps.length;

/** Every target of texts; verl's files are Parquet, which no log is. */
const CIRCLES: readonly (readonly [target: string, format: FormatName, reader: string])[] = [
  ["agentgym", "agentgym", "agentgym"],
  ["agentgym", "agentgym", "messages"],
  ["eto", "eto", "eto"],
  ["eto", "eto", "messages"],
  ["openai", "react", "messages"],
  ["openai", "text", "messages"],
  ["openai", "eto", "messages"],
  ["trl", "react", "messages"],
  ["swift", "agentgym", "messages"],
  ["together", "react", "messages"],
  ["axolotl", "react", "messages"],
  ["llamafactory", "react", "messages"],
  ["llamafactory-v1", "react", "messages"],
  ["slime", "react", "messages"],
  ["tinker", "react", "messages"],
];

/** Without `--format`; of several readers that read the same, the first. */
const RECOGNISED: Readonly<Record<string, string>> = { agentgym: "agentgym", eto: "eto" };

for (const [target, format, reader] of CIRCLES) {
  test(`${format} conversations exported for ${target} are read as ${reader}`, async () => {
    const examples = await demonstrations(format);
    const exporter = EXPORTERS.find(({ name }) => name === target)!;
    const [file] = exporter.files({ kind: "sft", examples }, { splitTurns: false, parquet: false });
    assert(file && file.kind !== "text" && file.kind !== "parquet");
    const rows = [...file.rows()];
    const path = write(
      `${target}-${format}-${reader}.json`,
      file.kind === "json" ? JSON.stringify(rows) : jsonLines(rows),
    );
    assert.equal(
      (await recognise([path], readersFor({ benchmark: corridor })))?.format,
      RECOGNISED[target] ?? "messages",
    );
    const repository = openSqlite(":memory:");
    const summary = await importing({ format: reader, benchmark: corridor, files: [path], repository });
    assert.partialDeepStrictEqual(summary, { lines: 3, verified: 3, malformed: [], diverged: [], unknownTasks: [] });
    const found = imported(repository).sort(byLength);
    const thoughtful =
      format === "text" ? (trajectory: Trajectory) => told(trajectory).map(([, action]) => ["", action]) : told;
    assert.deepEqual(found.map(told), walks.map(thoughtful));
    assert.deepEqual(
      found.map(({ taskId }) => taskId),
      walks.map(({ taskId }) => taskId),
    );
    repository.close();
  });
}

test("a dump is read whole: goals, forks with their beginning, and what ended them", async () => {
  const source = openSqlite(":memory:");
  source.addRun({ name: "play", kind: "play", config: {} });
  const [first, ...others] = walks as [Trajectory, ...Trajectory[]];
  const steps: Step[] = [];
  for (const [index, step] of first.steps.entries()) {
    const prompt = Array.from({ length: 3 * index + 2 }, (_, at) => at);
    const reasoning = `Step ${prompt.length}.`;
    steps.push({ ...step, reasoning, tokenIds: newTokenIds(steps, { prompt, completion: [prompt.length] }) });
  }
  const parent = { ...first, steps };
  const fork = { ...parent, id: "fork" as Trajectory["id"], fork: { from: parent.id, step: 2 } };
  for (const trajectory of [parent, ...others, fork]) {
    source.addTask(await corridor.task(trajectory.taskId));
    source.addTrajectory("play", trajectory);
  }
  const path = write("dump.jsonl", [...source.dump()].join(""));
  const repository = openSqlite(":memory:");
  assert.equal((await recognise([path], readersFor({ benchmark: corridor })))?.format, "gleaner");
  const summary = await importing({ format: "gleaner", benchmark: corridor, files: [path], repository });
  assert.partialDeepStrictEqual(summary, { lines: 4, verified: 4, untold: 0, disagreements: [] });
  assert.deepEqual(summary.claims.won, { episodes: 4, won: 4, notWon: 0 });
  const found = imported(repository).sort(byLength);
  assert.deepEqual(found.map(told), [parent, ...walks].sort(byLength).map(told));
  const strip = ({ id: _, policy: _policy, fork: _fork, ...rest }: Trajectory) => rest;
  assert.deepEqual(strip(found[0]!), strip(parent));
});

test("the least that tells an episode: observations are taken from the world", async () => {
  const rows = [
    { task: "corridor/train/halls/3", steps: winning(3).map((action) => ({ action })), success: true },
    { task: "train/halls/2", steps: winning(2).map((action) => ({ action, thought: "so" })), return: 0 },
    { instruction: "Open the  door.", steps: [{ observation: "You are in a hall. It is 0 o'clock.", action: "look" }] },
  ];
  const repository = openSqlite(":memory:");
  const files = [write("least.jsonl", jsonLines(rows))];
  assert.equal((await recognise(files, readersFor({ benchmark: corridor })))?.format, "gleaner");
  const summary = await importing({ format: "gleaner", benchmark: corridor, files, repository });
  assert.partialDeepStrictEqual(summary, { verified: 3, untold: winning(3).length + winning(2).length, diverged: [] });
  assert.deepEqual(summary.disagreements, [{ file: files[0], line: 2, claimed: "lost", world: "won" }]);
  const [, longest] = imported(repository).sort(byLength).slice(1);
  assert.deepEqual(
    longest!.steps.map(({ observation }) => observation),
    (await walk(3, winning(3))).steps.map(({ observation }) => observation),
  );
});

test("token ids that cannot be are named", async () => {
  const refuses = async (tokenIds: unknown, pattern: RegExp) => {
    const ids = { prompt: [1], completion: [2] };
    const steps = [
      { action: "look", tokenIds: ids },
      { action: "forward", tokenIds },
    ];
    const files = [write("ids.jsonl", jsonLines([{ task: "train/halls/2", steps }]))];
    const summary = await importing({
      format: "gleaner",
      benchmark: corridor,
      files,
      repository: openSqlite(":memory:"),
    });
    assert.match(summary.malformed[0]?.problem ?? "", pattern);
  };
  await refuses({ shared: 3, prompt: [], completion: [] }, /steps\[1\]\.tokenIds\.shared: expected at most the 2 ids/);
  await refuses({ prompt: [1, -1], completion: [] }, /steps\[1\]\.tokenIds\.prompt: expected a list of token ids/);
  await refuses({ prompt: [1] }, /tokenIds\.completion: .* found nothing/);
  await refuses([1], /expected an object with prompt and completion/);
});
