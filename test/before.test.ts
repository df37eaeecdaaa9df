/**
 * What gleaner made before its sources were laid out anew is opened and continued: a finished run, one that was killed on
 * the way, and an import. `before/make.sh` says how they were made, and at which commit. Everything goes through the
 * command line, so this test knows no path of src/.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, type TestContext, test } from "node:test";
import { brotliDecompressSync } from "node:zlib";
import { ROOT } from "./command.ts";
import { gleanerHere } from "./command-here.ts";
import { temporaryFolder } from "./temporary.ts";

const BEFORE = join(import.meta.dirname, "before");
const LONG_AGO = new Date("2000-01-01");
const WEIGHTS = "model.safetensors";

const unpacked = (file: string) => brotliDecompressSync(readFileSync(join(BEFORE, `${file}.br`)));
const json = (text: string | Buffer) => JSON.parse(text.toString());
const lines = (text: string | Buffer) => text.toString().trimEnd().split("\n");

/** A copy of the project folder `name` that may be written to. Its files are old, so a new one can be told from them. */
function projectOf(name: string): string {
  const folder = join(temporaryFolder(), name);
  for (const packed of filesOf(join(BEFORE, name))) {
    const file = packed.replace(/\.br$/, "");
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), unpacked(join(name, file)));
    utimesSync(join(folder, file), LONG_AGO, LONG_AGO);
  }
  return folder;
}

/** Paths of every file below `folder`, relative to it. */
function filesOf(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return names.filter((name) => statSync(join(folder, name)).isFile());
}

/** Runs gleaner beside the config and the log; resolves to its stdout. Another exit code than `expected` is an error. */
function gleaner(project: string, args: readonly string[], expected = 0): Promise<string> {
  const command = [join(ROOT, "bin", "gleaner.js"), ...args, "--project", project];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, command, { cwd: BEFORE, maxBuffer: 2 ** 28 }, (error, stdout, stderr) => {
      const code = error ? error.code : 0;
      if (code === expected) resolve(stdout);
      else reject(new Error(`gleaner ${args.join(" ")} exited with ${code}, expected ${expected}\n${stderr}`));
    });
  });
}

/** The same in this process, which is quicker by a start. */
async function gleanerInside(context: TestContext, project: string, args: readonly string[], expected = 0) {
  const { code, output } = await gleanerHere(context, ...args, "--project", project);
  assert.equal(code, expected, output);
  return output;
}

const here = process.cwd();
process.chdir(BEFORE);
after(() => process.chdir(here));

/** `actual` without the members that `expected` lacks: later reports may say more, but nothing else and nothing less. */
function within(actual: unknown, expected: unknown): unknown {
  if (Array.isArray(actual) && Array.isArray(expected)) return actual.map((each, i) => within(each, expected[i]));
  if (!isObject(actual) || !isObject(expected)) return actual;
  const shared = Object.keys(actual).filter((key) => key in expected);
  return Object.fromEntries(shared.map((key) => [key, within(actual[key], expected[key])]));
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Every member called `key` is taken out, however deep. */
const without = (key: string, value: unknown) =>
  JSON.parse(JSON.stringify(value, (name, each) => (name === key ? undefined : each)));

const percentages = (text: string) => new Set(text.match(/[\d.]+ %/g));

const finished = projectOf("finished");

test("a finished run has the figures that it had", async (t) => {
  const expected = json(unpacked("report.json"));
  const report = json(await gleanerInside(t, finished, ["report", "small", "--json"]));
  assert.deepEqual(within(report, expected), expected);
});

test("an import is verified as it was", async (t) => {
  const expected = without("seconds", json(readFileSync(join(BEFORE, "verify.json"))));
  // One of its episodes differs from the world, as its import said.
  const report = json(await gleanerInside(t, finished, ["verify", "imported", "--json"]));
  assert.deepEqual(within(report, expected), expected);
});

test("an import of the same log finds every episode in the store", async (t) => {
  const first = without("problem", json(readFileSync(join(BEFORE, "import.json"))));
  assert.equal(first.added, 12);
  const options = "--format gleaner --env workshop --expert scribe --out imported --json".split(" ");
  const again = json(await gleanerInside(t, finished, ["import", "log.jsonl", ...options]));
  assert.deepEqual(within(again, first), { ...first, added: 0 });
});

test("a finished run that is started again plays nothing and trains nothing", async () => {
  // Without weights no student can act, and none can be trained from.
  const weights = filesOf(finished).filter((file) => file.endsWith(WEIGHTS));
  assert.equal(weights.length, 6);
  for (const file of weights) rmSync(join(finished, file));
  await gleaner(finished, ["run", "config.yaml"]);
  assert.deepEqual(
    weights.filter((file) => existsSync(join(finished, file))),
    [],
  );
  assert.equal(await gleaner(finished, ["dump"]), unpacked("finished.jsonl").toString());
  const written = percentages(readFileSync(join(finished, "reports", "small", "report.md"), "utf8"));
  const expected = percentages(unpacked("report.markdown").toString());
  assert(expected.size > 20, `only ${expected.size} figures`);
  assert.deepEqual(
    [...expected].filter((figure) => !written.has(figure)),
    [],
  );
});

/** A line of a dump without what depends on how the processor rounds: what a student did, and its losses. */
function exact(line: string): unknown {
  const { kind, record, ...keys } = json(line);
  if (kind === "metrics") return { kind, ...keys };
  if (kind !== "trajectory") return { kind, record, ...keys };
  const { id, taskId, policy, seed, fork } = record;
  return { kind, id, taskId, policy, seed, fork, ...keys };
}

interface Loss {
  readonly checkpoint: string;
  readonly step: number;
  readonly loss: number;
}

const lossesOf = (dump: readonly string[]): Loss[] =>
  dump
    .map((line) => json(line))
    .filter(({ kind }) => kind === "metrics")
    .map(({ checkpoint, step, record }) => ({ checkpoint, step, loss: record.loss }));

/**
 * The run was killed while EEF's student was evaluated: it goes on to act from its checkpoint of before, and two methods
 * are still to be trained, one of them from another checkpoint of before. Nothing is left to explore, so the ids of all
 * that is owed are known. Another kind of processor rounds otherwise, and what it then trains drifts away; it must agree on
 * the ids everywhere and on the losses of the first steps. Where every loss is the same, everything must be.
 */
test("a killed run goes on, and ends as one that was not killed", async () => {
  const killed = projectOf("killed");
  const kept = filesOf(join(killed, "checkpoints"));
  await gleaner(killed, ["run", "config.yaml"]);
  const retrained = kept.filter((file) => +statSync(join(killed, "checkpoints", file)).mtime !== +LONG_AGO);
  assert.deepEqual(retrained, []);

  const dump = await gleaner(killed, ["dump"]);
  const [ended, whole, stored] = [lines(dump), lines(unpacked("finished.jsonl")), lines(unpacked("killed.jsonl"))];
  const all = new Set(ended);
  assert.deepEqual(
    stored.filter((line) => !all.has(line)),
    [],
  );
  assert(stored.length < whole.length);
  assert.deepEqual(ended.map(exact), whole.map(exact));

  const [losses, expected] = [lossesOf(ended), lossesOf(whole)];
  for (const [index, { step, loss }] of expected.entries()) {
    const { loss: now } = losses[index]!;
    if (step <= 10) assert(Math.abs(now - loss) <= 1e-3 * Math.abs(loss), `step ${step}: ${now}, expected ${loss}`);
  }
  if (losses.some(({ loss }, index) => loss !== expected[index]!.loss)) return;
  assert.equal(dump, unpacked("finished.jsonl").toString());
  // Checkpoints did not list their files then.
  for (const file of filesOf(join(killed, "checkpoints")).filter((name) => !name.endsWith("gleaner.manifest"))) {
    const made = readFileSync(join(killed, "checkpoints", file));
    assert(made.equals(unpacked(join("finished", "checkpoints", file))), file);
  }
});
