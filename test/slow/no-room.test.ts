/**
 * Full and read-only disks, and folders without write rights, with file systems made for it: every command that only
 * reads says what it says elsewhere; what writes ends with one sentence that names the path, and goes on when there is room.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { shellQuoted } from "../../src/core/command-line.ts";
import { appendSynced } from "../../src/endpoints/journal-file.ts";
import { openSqlite } from "../../src/store/sqlite.ts";
import { ROOT } from "../command.ts";
import { gleanerHere } from "../command-here.ts";
import { type SmallDisk, smallDisk } from "../small-disk.ts";
import { addSyntheticRun } from "../synthetic-run.ts";
import { temporaryFolder } from "../temporary.ts";

interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** `uid`: who runs it. */
function gleaner(project: string, argv: readonly string[], uid?: number): Promise<Ended> {
  const child = spawn(process.execPath, [join(ROOT, "bin", "gleaner.js"), ...argv, "--project", project], {
    cwd: ROOT,
    ...(uid !== undefined && { uid, gid: uid }),
  });
  let [output, errors] = ["", ""];
  child.stdout.on("data", (data) => (output += data));
  child.stderr.on("data", (data) => (errors += data));
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, output, errors })));
}

const outside = temporaryFolder();
let exports = 0;
const READING = (): readonly (readonly string[])[] => [
  ["runs"],
  ["dump"],
  ["verify", "recorded", "--json"],
  ["compare", "demo", "other"],
  ["show", "demo"],
  ["report", "demo", "--markdown"],
  ["export", "demo", "--to", "trl", "--method", "EEF", "--seed", "1", "--iteration", "1", "--json"].concat(
    ...[["--out", join(outside, `export-${++exports}`)]],
  ),
];

/** What differs from one time to the next. */
const withoutTimes = (text: string) => text.replace(/"seconds": [\d.e-]+/g, "").replace(/this report: written .*/g, "");

async function fill(project: string): Promise<void> {
  const repository = openSqlite(join(project, "store.sqlite"));
  addSyntheticRun(repository);
  addSyntheticRun(repository, { run: "other", seeds: [1] });
  repository.close();
  const recorded = await gleaner(project, [
    "expert",
    "scripted",
    "--env",
    "workshop",
    "--tasks",
    "3",
    "--out",
    "recorded",
  ]);
  assert.equal(recorded.code, 0, recorded.errors);
}

/** Leaves the last records in the log, as a writer that is killed does. */
async function killWriter(project: string, run: string): Promise<void> {
  const code = `
    import { openSqlite } from ${JSON.stringify(new URL("../../src/store/sqlite.ts", import.meta.url).href)};
    openSqlite(process.argv[1]).addRun({ name: process.argv[2], kind: "play", config: {} });
    process.kill(process.pid, "SIGKILL");
  `;
  const argv = [
    "--disable-warning=ExperimentalWarning",
    "--input-type=module",
    "-e",
    code,
    join(project, "store.sqlite"),
    run,
  ];
  const child = spawn(process.execPath, argv, { stdio: "inherit" });
  await new Promise((resolve) => child.on("close", resolve));
  assert(existsSync(join(project, "store.sqlite-wal")));
}

/** What the reading commands print. Their hints name the project, and lines break where its name does not fit. */
async function saidOf(t: TestContext, project: string, uid?: number): Promise<string[]> {
  const said: string[] = [];
  for (const argv of READING()) {
    // Most of them in this process, which is quicker by a start. A dump writes as it goes, past what is heard here.
    const isInside = uid === undefined && argv[0] !== "dump";
    const { code, output } = isInside
      ? await gleanerHere(t, ...argv, "--project", project)
      : await gleaner(project, argv, uid);
    assert.equal(code, 0, `${argv.join(" ")}: ${output}`);
    said.push(withoutTimes(output).replaceAll(shellQuoted(project), "PROJECT").replace(/\s+/g, " "));
  }
  return said;
}

/** What the report says where its files cannot be written. */
async function expectUnwrittenReport(project: string, why: RegExp): Promise<void> {
  const { code, output, errors } = await gleaner(project, ["report", "demo"]);
  assert.equal(code, 1, errors);
  assert.match(output, /EEF/);
  assert.match(errors, /^gleaner: the report's files were not written: \S+: cannot be written: .*\n$/);
  assert.match(errors, why);
}

const STATES: readonly {
  readonly name: string;
  readonly why: RegExp;
  readonly enter: (disk: SmallDisk) => void;
}[] = [
  { name: "a full disk", why: /the disk is full/, enter: (disk) => disk.fill() },
  { name: "a read-only disk", why: /the file system is read-only/, enter: (disk) => disk.remount("ro") },
];

for (const { name, why, enter } of STATES) {
  test(`every reading command says on ${name} what it says elsewhere`, async (t) => {
    const disk = smallDisk(t, 8);
    if (!disk) return;
    await fill(disk.folder);
    const expected = await saidOf(t, disk.folder);
    enter(disk);
    assert.deepEqual(await saidOf(t, disk.folder), expected);
    await expectUnwrittenReport(disk.folder, why);
  });

  test(`what a killed writer left is read on ${name}, with SQLite's index beside it and without`, async (t) => {
    const disk = smallDisk(t, 8);
    if (!disk) return;
    await fill(disk.folder);
    for (const [withIndex, run] of [
      [true, "first kill"],
      [false, "second kill"],
    ] as const) {
      await killWriter(disk.folder, run);
      const elsewhere = join(outside, `${name} ${run}`);
      cpSync(disk.folder, elsewhere, { recursive: true });
      const expected = await saidOf(t, elsewhere);
      assert.match(expected[0]!, new RegExp(run));
      if (!withIndex) rmSync(join(disk.folder, "store.sqlite-shm"));
      enter(disk);
      assert.deepEqual(await saidOf(t, disk.folder), expected);
      disk.remount("rw");
      disk.free();
    }
  });
}

test("every reading command reads what another user owns, and sees what that user is writing", async (t) => {
  if (process.getuid?.() !== 0) return t.skip("only root can be another user");
  const folder = temporaryFolder();
  chmodSync(folder, 0o755);
  chmodSync(outside, 0o777);
  await fill(folder);
  const nobody = 65_534;
  const probe = await gleaner(folder, ["--version"], nobody);
  if (probe.code !== 0) return t.skip("this checkout cannot be read by another user");
  const expected = await saidOf(t, folder, 0);
  const before = readdirSync(folder);
  assert.deepEqual(await saidOf(t, folder, nobody), expected);
  assert.deepEqual(readdirSync(folder), before);

  const writer = openSqlite(join(folder, "store.sqlite"));
  writer.addRun({ name: "under way", kind: "play", config: {} });
  const { output } = await gleaner(folder, ["runs"], nobody);
  assert.match(output, /under way/);
  writer.close();

  const refused = await gleaner(folder, ["expert", "scripted", "--env", "workshop", "--out", "more"], nobody);
  assert.equal(refused.code, 1, refused.errors);
  assert.match(refused.errors, /^gleaner: .*no permission.*\n$/);
});

const CONFIG = `
run: small
environment: { name: workshop, kind: front, trainTasks: 16, testTasks: 6 }
expert: { scripted: true, errorRate: 0.25 }
student: { kind: embedded, width: 96, layers: 2, heads: 2 }
training: { steps: 20, batch: 8 }
methods:
  - { method: rft, samples: 2 }
  - { method: eef, probes: 2 }
seeds: [1]
`;

test("a run on a disk that fills up ends with one sentence each time, and then with the same bytes", async (t) => {
  const disk = smallDisk(t, 16);
  if (!disk) return;
  const config = join(outside, "config.yaml");
  writeFileSync(config, CONFIG);
  const calm = temporaryFolder();
  const whole = await gleaner(calm, ["run", config]);
  assert.equal(whole.code, 0, whole.errors);
  const project = join(disk.folder, "project");
  const places = new Set<string>();
  for (const left of [0, 50, 100, 150, 200, 300, 400, 500, 600, 800, 1000, 1400, 2000].map(
    (kilobytes) => kilobytes * 1024,
  )) {
    disk.free();
    disk.fill(left);
    const { code, errors } = await gleaner(project, ["run", config]);
    if (code === 0) break;
    assert.equal(code, 1, errors);
    const told = errors.split("\n").filter((line) => line.startsWith("gleaner: "));
    assert.equal(told.length, 1, errors);
    assert.match(told[0]!, /the disk is full/);
    assert.match(told[0]!, new RegExp(`${disk.folder}/project`));
    assert.doesNotMatch(errors, /^ +at /m);
    places.add(told[0]!.replace(/^.*project\/?([\w.]*).*$/, "$1"));
  }
  assert(places.size > 1, [...places].join());
  disk.free();
  const ended = await gleaner(project, ["run", config]);
  assert.equal(ended.code, 0, ended.errors);
  assert.equal((await gleaner(project, ["dump"])).output, (await gleaner(calm, ["dump"])).output);
});

test("an export that finds no room says so and leaves nothing behind", async (t) => {
  const disk = smallDisk(t, 1);
  if (!disk) return;
  const project = temporaryFolder();
  await fill(project);
  disk.fill(4096);
  const out = join(disk.folder, "export");
  for (const target of ["trl", "tinker"]) {
    const which = ["--method", "EEF", "--seed", "1", "--iteration", "1", "--out", out];
    const { code, errors } = await gleaner(project, ["export", "demo", "--to", target, ...which]);
    assert.equal(code, 1, errors);
    assert.equal(errors, `gleaner: ${out}: cannot be written: the disk is full (ENOSPC)\n`);
    assert.deepEqual(
      readdirSync(disk.folder).filter((name) => name.startsWith("export")),
      [],
    );
  }
});

test("a journal that finds no room says so, keeps its lines whole, and goes on when there is room", async (t) => {
  const disk = smallDisk(t, 1);
  if (!disk) return;
  const path = join(disk.folder, "journal.jsonl");
  const line = (index: number) => `${JSON.stringify({ index, text: "x".repeat(3000) })}\n`;
  await appendSynced(path, line(0));
  disk.fill();
  let kept = 1;
  await assert.rejects(
    async () => {
      for (; kept < 10; kept++) await appendSynced(path, line(kept));
    },
    { name: "StoreError", message: `${path}: cannot be written: the disk is full (ENOSPC)` },
  );
  disk.free();
  await appendSynced(path, line(kept));
  assert.equal(readFileSync(path, "utf8"), Array.from({ length: kept + 1 }, (_, index) => line(index)).join(""));
});

test("a new project on a read-only disk is refused by name", async (t) => {
  const disk = smallDisk(t, 1);
  if (!disk) return;
  mkdirSync(join(disk.folder, "old"));
  disk.remount("ro");
  const argv = ["expert", "scripted", "--env", "workshop", "--out", "more"];
  for (const name of ["new", "old"]) {
    const { code, errors } = await gleaner(join(disk.folder, name), argv);
    assert(code === 1 || code === 2, errors);
    assert.match(errors, new RegExp(`^gleaner: .*${disk.folder}/${name}.*read-only.*\\n$`));
  }
});
