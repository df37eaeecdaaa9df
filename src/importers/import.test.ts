import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { corridor, walk, winning } from "../../test/corridor.ts";
import { corridorReader, importCorridor, jsonLines, logOf, scratchFolder } from "../../test/logs.ts";
import { EnvironmentError } from "../core/errors.ts";
import type { Repository } from "../core/repository.ts";
import { openSqlite } from "../store/sqlite.ts";
import { importLogs } from "./import.ts";

const { write } = scratchFolder();
const dump = (repository: Repository) => [...repository.dump()].join("");
const trajectoriesOf = (repository: Repository, run = "logs") =>
  repository.trajectoriesOf(run).map((id) => repository.trajectory(id)!);

test("what is stored is what the world says, whatever the logger left out", async () => {
  const repository = openSqlite(":memory:");
  const file = write("walker-7.jsonl.gz", gzipSync(jsonLines([await logOf(3, winning(3))])));
  const summary = await importCorridor(repository, [file]);
  const [stored] = trajectoriesOf(repository);
  const truth = await walk(3, winning(3));
  assert.deepEqual(stored, {
    ...truth,
    id: stored!.id,
    policy: "expert/walker-7",
    steps: truth.steps.map((step) => ({
      ...step,
      thought: `Think: what about ${step.action}?`,
      completion: `> Think: what about ${step.action}?\n> ${step.action}`,
    })),
  });
  assert.deepEqual(repository.verification(stored!.id), { kind: "verified", trajectory: stored!.id });
  assert.deepEqual(repository.task(stored!.taskId), await corridor.task(truth.taskId));
  assert.partialDeepStrictEqual(summary, {
    lines: 1,
    episodes: 1,
    verified: 1,
    added: 1,
    steps: truth.steps.length,
    stepsWithThought: truth.steps.length,
    claims: { won: { episodes: 1, won: 1, notWon: 0 } },
  });
  assert.equal(repository.run("logs")!.kind, "import");
  assert.equal(JSON.stringify(repository.run("logs")!.config).includes("/"), false, "no path is stored");
});

test("every line is accounted for", async () => {
  const repository = openSqlite(":memory:");
  const tampered = await logOf(4, ["forward", "forward", "take key"]);
  tampered.traj = tampered.traj.replace("You take the key.", "The key is stuck.");
  const rows = [
    await logOf(2, winning(2)),
    await logOf(2, ["look"], true),
    await logOf(3, ["forward"], 0),
    tampered,
    { ...(await logOf(5, ["look"])), name: "halls/99" },
    { name: 3 },
  ];
  const file = write("mixed.jsonl", `${jsonLines(rows)}not json\n\n`);
  const summary = await importCorridor(repository, [file], { expert: "someone" });
  const { malformed, diverged, unknownTasks, disagreements, claims } = summary;
  assert.partialDeepStrictEqual(summary, { lines: 7, episodes: 5, verified: 3, added: 4, broken: [] });
  assert.deepEqual(
    malformed.map(({ file: name, line }) => [name, line]),
    [
      [file, 6],
      [file, 7],
    ],
  );
  assert.match(malformed[0]!.problem, /name: expected a game/);
  assert.match(malformed[1]!.problem, /not JSON/);
  const problem = "the environment does not have its task";
  assert.deepEqual(unknownTasks, [{ file, line: 5, task: "halls/99", problem }]);
  const [{ trajectory, ...difference }] = diverged as [(typeof diverged)[number]];
  assert.deepEqual(difference, { file, line: 4, step: 2, expected: "The key is stuck.", got: "You take the key." });
  assert.deepEqual(disagreements, [{ file, line: 2, claimed: "won", world: "not won" }]);
  assert.deepEqual(claims, {
    won: { episodes: 2, won: 1, notWon: 1 },
    lost: { episodes: 2, won: 0, notWon: 0 },
    "broken off": { episodes: 1, won: 0, notWon: 1 },
    "not told": { episodes: 0, won: 0, notWon: 0 },
  });
  assert.deepEqual(summary.splits, { train: 3 });
  const marked = repository.trajectory(trajectory)!;
  assert.equal(marked.outcome.kind, "failed");
  assert.equal(repository.verification(trajectory)!.kind, "diverged");
  assert(trajectoriesOf(repository).every(({ policy }) => policy === "expert/someone"));
});

test("importing twice adds nothing and finds the same", async () => {
  const repository = openSqlite(":memory:");
  const tampered = await logOf(4, ["look"]);
  tampered.traj = tampered.traj.replace("nothing", "a dragon");
  const file = write("twice.jsonl", jsonLines([await logOf(2, winning(2)), tampered]));
  const first = await importCorridor(repository, [file]);
  const before = dump(repository);
  const second = await importCorridor(repository, [file]);
  assert.equal(dump(repository), before);
  assert.deepEqual(second, { ...first, added: 0 });
});

test("two episodes of one task are both kept, train is searched first, another goal is another task", async () => {
  const repository = openSqlite(":memory:");
  const same = await logOf(2, winning(2));
  const reworded = { ...same, traj: same.traj.replace("open the door.", "leave through the door.") };
  const file = write("same.jsonl", jsonLines([same, same, reworded]));
  assert.equal((await importCorridor(repository, [file])).added, 3);
  const tasks = trajectoriesOf(repository).map(({ taskId }) => repository.task(taskId)!);
  assert.deepEqual(tasks.map(({ instruction }) => instruction).sort(), [
    "leave through the door.",
    "open the door.",
    "open the door.",
  ]);
  assert.equal(new Set(tasks.map(({ id }) => id)).size, 2);
  assert(tasks.every(({ id, split }) => split === "train" && id.startsWith("corridor/train/halls/2")));
  assert(trajectoriesOf(repository).every(({ success }) => success));
});

test("other logs, another expert or other rules are another run", async () => {
  const repository = openSqlite(":memory:");
  const file = write("one.jsonl", jsonLines([await logOf(2, winning(2))]));
  await importCorridor(repository, [file]);
  const other = write("other.jsonl", jsonLines([await logOf(3, winning(3))]));
  const before = dump(repository);
  await assert.rejects(importCorridor(repository, [other]), { name: "CliError", message: /run "logs" already exists/ });
  await assert.rejects(importCorridor(repository, [file], { expert: "b" }), { name: "CliError" });
  await assert.rejects(importCorridor(repository, [file, file]), { name: "CliError", message: /the same content as/ });
  assert.equal(dump(repository), before);
  assert.equal((await importCorridor(repository, [file, other], { run: "both" })).added, 2);
});

test("a damaged file among whole ones stores nothing", async () => {
  const repository = openSqlite(":memory:");
  const whole = write("whole.jsonl", jsonLines([await logOf(2, winning(2))]));
  const packed = gzipSync(jsonLines([await logOf(3, winning(3)), await logOf(4, winning(4))]));
  const cut = write("cut.jsonl.gz", packed.subarray(0, packed.length - 4));
  const before = dump(repository);
  await assert.rejects(importCorridor(repository, [whole, cut]), (error: Error) => {
    assert.equal(error.name, "CliError");
    assert(error.message.startsWith(`${cut}: damaged gzip`), error.message);
    return true;
  });
  assert.equal(dump(repository), before);
});

test("an import that dies at any write is completed by importing again", async () => {
  const rows = [await logOf(2, winning(2)), await logOf(3, ["look"]), await logOf(2, ["forward"])];
  const file = write("dying.jsonl", jsonLines(rows));
  const whole = openSqlite(":memory:");
  await importCorridor(whole, [file]);
  for (let writes = 0; ; writes++) {
    const repository = openSqlite(":memory:");
    const finished = await importCorridor(dyingAfter(repository, writes), [file]).then(
      () => true,
      (error: Error) => assert.equal(error.message, "killed"),
    );
    await importCorridor(repository, [file]);
    assert.equal(dump(repository), dump(whole));
    if (finished) break;
    assert(writes < 100);
  }
});

/** The repository of a process that dies before its write number `writes`. */
function dyingAfter(repository: Repository, writes: number): Repository {
  let left = writes;
  const counted = Object.entries(repository).map(([name, method]) => [
    name,
    (...args: unknown[]) => {
      if (name.startsWith("add") && left-- === 0) throw new Error("killed");
      return method(...args);
    },
  ]);
  return Object.fromEntries(counted);
}

test("a world that breaks leaves its episode for the next import", async () => {
  const repository = openSqlite(":memory:");
  const file = write("breaking.jsonl", jsonLines([await logOf(2, winning(2))]));
  const replay = () => Promise.reject(new EnvironmentError("the process died"));
  const environment = { name: corridor.name };
  const options = { run: "logs", reader: corridorReader, files: [file], benchmark: corridor, environment, repository };
  const summary = await importLogs({ ...options, replay });
  assert.deepEqual(summary.broken, [{ file, line: 1, error: "the process died" }]);
  assert.deepEqual(repository.trajectoriesOf("logs"), []);
  assert.equal((await importCorridor(repository, [file])).added, 1);
});

test("logs of another benchmark are refused", async () => {
  const other = { ...corridorReader, benchmark: "alfworld" };
  const repository = openSqlite(":memory:");
  const replay = () => Promise.reject(new Error("not reached"));
  const options = { run: "r", reader: other, files: [], benchmark: corridor, environment: {}, repository, replay };
  await assert.rejects(importLogs(options), {
    message: "knowagent logs are of alfworld, but the environment is corridor",
  });
});
