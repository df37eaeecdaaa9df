import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { temporaryFolder } from "../../test/temporary.ts";
import { isLocked, type LockOptions, ownerOf, takeLock } from "./lock.ts";

const TEMPORARY = temporaryFolder();
const LOCK = pathToFileURL(join(import.meta.dirname, "lock.ts")).href;

let count = 0;
const newPath = () => join(TEMPORARY, `folder-${++count}`, "one.lock");

/** Where the lock is broken, nobody waits for good. */
const LONG_ENOUGH_S = 60;

const options = (said: string[] = [], waitSeconds = LONG_ENOUGH_S): LockOptions => ({
  what: 'run "one"',
  command: "gleaner test",
  waitSeconds,
  say: (line) => void said.push(line),
});

/** Processes that each take `path`, say so in a line, and hold it for `holdMs` or until they are killed. */
function takers(path: string, number: number, holdMs: number, waitSeconds = LONG_ENOUGH_S) {
  const program = `
    const { takeLock } = await import(${JSON.stringify(LOCK)});
    const { appendFileSync } = await import("node:fs");
    const say = (line) => {
      appendFileSync(${JSON.stringify(path)} + ".log", line + "\\n");
      console.log(line);
    };
    const options = { what: "it", command: "gleaner child", waitSeconds: ${waitSeconds}, say: () => {} };
    try {
      const lock = await takeLock(${JSON.stringify(path)}, options);
      say("took");
      setTimeout(() => { say("lets go"); lock.release(); }, ${holdMs});
    } catch (error) { say(error.name + ": " + error.message); }`;
  return Array.from({ length: number }, () =>
    spawn(process.execPath, ["--disable-warning=ExperimentalWarning", "--input-type=module", "-e", program], {
      stdio: ["ignore", "pipe", "inherit"],
    }),
  );
}

const linesOf = (child: ChildProcess) => createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
const ended = (child: ChildProcess) => new Promise<void>((resolve) => child.once("exit", () => resolve()));

test("folders that are files are named, with what was expected", async () => {
  const file = join(TEMPORARY, "a file");
  writeFileSync(file, "");
  await assert.rejects(takeLock(join(file, "one.lock"), options()), {
    name: "StoreError",
    message: `run "one" cannot be locked: ${file}: a part of this path is a file, not a folder (ENOTDIR)`,
  });
});

test("one holds a lock, the others wait and are told for whom", async () => {
  const path = newPath();
  const first = await takeLock(path, options());
  const said: string[] = [];
  const order: string[] = [];
  const second = takeLock(path, options(said)).then((lock) => {
    order.push("second");
    lock.release();
  });
  while (said.length === 0 && order.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  order.push("first lets go");
  first.release();
  first.release();
  await second;
  assert.deepEqual(order, ["first lets go", "second"]);
  assert.equal(said.length, 1);
  const who = new RegExp(
    `^run "one" is taken by gleaner test \\(process ${process.pid} on ${hostname()}, since \\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ\\): waiting until it ends$`,
  );
  assert.match(said[0]!, who);
  assert.deepEqual(readdirSync(join(path, "..")), ["one.lock"]);
  assert.equal(statSync(path).size, 0);
});

test("who may not wait, or waited long enough, hears who holds it", async () => {
  const path = newPath();
  const lock = await takeLock(path, options());
  const who = new RegExp(`taken by gleaner test \\(process ${process.pid} on `);
  await assert.rejects(takeLock(path, options([], 0)), { name: "StoreError", message: who });
  await assert.rejects(takeLock(path, options([], 0.3)), { name: "StoreError", message: /waited 0\.3 s for it$/ });
  assert(isLocked(path));
  lock.release();
  assert(!isLocked(path));
});

test("a lock ends with its holder, also when that is killed, and its word is not believed any more", async () => {
  const path = newPath();
  const [child] = takers(path, 1, 60_000);
  assert.equal((await linesOf(child!).next()).value, "took");
  assert.equal(ownerOf(path)?.pid, child!.pid);
  assert(isLocked(path));
  child!.kill("SIGKILL");
  await ended(child!);
  assert.equal(ownerOf(path), undefined);
  const lock = await takeLock(path, options([], 0));
  assert.equal(ownerOf(path)?.pid, process.pid);
  lock.release();
});

test("of many that begin at once, each has it alone", async () => {
  const path = newPath();
  mkdirSync(join(path, ".."));
  await Promise.all(takers(path, 6, 30).map(ended));
  assert.equal(readFileSync(`${path}.log`, "utf8"), "took\nlets go\n".repeat(6));
});

test("of many that may not wait, one has it, and the others say why not", async () => {
  const path = newPath();
  const children = takers(path, 4, 60_000, 0);
  const said = await Promise.all(children.map(async (child) => String((await linesOf(child).next()).value)));
  for (const child of children) child.kill();
  assert.deepEqual(said.toSorted().slice(-1), ["took"]);
  // Whoever took it may not have said so yet.
  for (const line of said.toSorted().slice(0, 3))
    assert.match(line, /^StoreError: it is taken by (gleaner child \(process |another process, which has not said )/);
});

test("an owner's file that is gone, torn or somebody else's changes nothing but the message", async () => {
  const path = newPath();
  const lock = await takeLock(path, options());
  const unnamed = { name: "StoreError", message: /taken by another process, which has not said which one it is$/ };
  for (const text of ["", "{", "null", '{"pid":"1"}', '{"pid":1,"host":"a"}']) {
    writeFileSync(`${path}.owner.json`, text);
    await assert.rejects(takeLock(path, options([], 0)), unnamed);
  }
  rmSync(`${path}.owner.json`);
  await assert.rejects(takeLock(path, options([], 0)), unnamed);
  lock.release();
});

test("where no lock can be made, it says why", async () => {
  const path = newPath();
  mkdirSync(path, { recursive: true });
  await assert.rejects(takeLock(path, options()), {
    name: "StoreError",
    message: /cannot be locked: .*cannot be made/,
  });
  const file = newPath();
  mkdirSync(join(file, ".."));
  writeFileSync(file, "something else ".repeat(100));
  await assert.rejects(takeLock(file, options()), { name: "StoreError", message: /it is not empty/ });
  await assert.rejects(takeLock(join(file, "below.lock"), options()), {
    name: "StoreError",
    message: /cannot be locked/,
  });
  const folder = join(newPath(), "..");
  mkdirSync(folder);
  chmodSync(folder, 0o500);
  // The system's own administrator may write everywhere.
  if (process.getuid?.() === 0) return;
  await assert.rejects(takeLock(join(folder, "one.lock"), options()), { name: "StoreError", message: /cannot be/ });
});
