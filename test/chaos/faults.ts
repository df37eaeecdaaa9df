/** What is done to a command at a random moment. Each fault says what must be true right after it. */
import assert from "node:assert/strict";
import { cpSync, existsSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { BUSY_TIMEOUT_MS } from "../../src/store/files.ts";
import { damage } from "./damage.ts";
import { expectPlain, type Life, moment, sleep, startIn } from "./life.ts";
import { run, start } from "./process.ts";
import type { FaultName } from "./scenario.ts";
import { stateOf, storeOf } from "./state.ts";
import { resize } from "./tmpfs.ts";

/** `over`: it hit, and the command has nothing left to do. `missed`: the command had ended before. */
export type Hit = "hit" | "over" | "missed";

type Fault = (life: Life) => Promise<Hit>;

/** Longer than commands wait for a locked store. */
const LONG_LOCK_MS = BUSY_TIMEOUT_MS + 2_000;

const ended =
  (signal: NodeJS.Signals): Fault =>
  async (life) => {
    const command = startIn(life);
    await moment(life, command);
    if (command.hasEnded()) {
      expectPlain(await command.ended, signal);
      return "missed";
    }
    command.send(signal);
    const how = await command.ended;
    expectPlain(how, signal);
    return how.code === 0 ? "missed" : "hit";
  };

/** Twice the same command; sometimes the first is killed while the second waits or works. */
const doubleStart: Fault = async (life) => {
  const first = startIn(life);
  await Promise.race([sleep(life.whole.wholeMs * life.random.next()), first.ended]);
  const second = startIn(life);
  if (life.random.next() < 0.5) {
    await moment(life, first);
    first.send("SIGKILL");
  }
  const ends = await Promise.all([first.ended, second.ended]);
  for (const end of ends) expectPlain(end, "double start");
  // Killed when all was made, the first leaves nothing to do for the second, which says so.
  const isDone = life.opened.isDone?.(life.project) ?? false;
  assert(
    isDone || ends.some(({ code }) => code === 0),
    `of two at once, neither went on to the end\n${ends.map(({ output }) => output).join("\n---\n")}`,
  );
  return "over";
};

/** Another run of the same project, which is no concern of this one. */
const otherRun: Fault = async (life) => {
  const { project, opened } = life;
  life.hasOther = true;
  const first = startIn(life);
  await Promise.race([sleep(life.whole.wholeMs * life.random.next()), first.ended]);
  const second = start(project, opened.otherArgs!);
  const ends = await Promise.all([first.ended, second.ended]);
  for (const end of ends) {
    expectPlain(end, "other run");
    assert.equal(end.code, 0, `two different runs at once\n${end.output}`);
  }
  return "over";
};

/** The disk has room for a part of what is left. */
const fullDisk: Fault = async (life) => {
  const { project, opened, whole, random } = life;
  const disk = life.disk!;
  resize(disk, random.next() * whole.bytes);
  try {
    const end = await run(project, opened.args(project));
    expectPlain(end, "full disk");
    if (end.code === 0) return "missed";
    assert.match(end.output, /disk is full|no space|ENOSPC/i, "a full disk is named");
    expectPlain(await run(project, ["runs"]), "reading on a full disk");
    return "hit";
  } finally {
    resize(disk, "ample");
  }
};

/** Another program holds the store: shorter than commands wait, or longer. */
const lockedStore: Fault = async (life) => {
  const { project, opened, random } = life;
  const command = startIn(life);
  await moment(life, command);
  if (!existsSync(storeOf(project)) || command.hasEnded()) {
    command.send("SIGKILL");
    await command.ended;
    return "missed";
  }
  const store = new DatabaseSync(storeOf(project));
  try {
    store.exec("PRAGMA busy_timeout = 5000; BEGIN IMMEDIATE");
  } catch {
    // It is not yet a store, or the command holds it itself for longer.
    store.close();
    command.send("SIGKILL");
    await command.ended;
    return "missed";
  }
  // Other commands are disturbed by this process, too, so it may be held for longer than it was meant to.
  const began = performance.now();
  const isLong = random.next() < 0.15;
  await Promise.race([sleep(isLong ? LONG_LOCK_MS : 200 + random.next() * 2000), command.ended]);
  const wasOver = command.hasEnded();
  store.exec("ROLLBACK");
  store.close();
  const heldMs = performance.now() - began;
  const end = await command.ended;
  expectPlain(end, "locked store");
  if (heldMs < BUSY_TIMEOUT_MS / 2) assert.equal(end.code, 0, `a store that was locked for a moment\n${end.output}`);
  if (end.code === 0) return wasOver ? "missed" : "over";
  assert.match(end.output, /locked/, "a locked store is named");
  expectPlain(await run(project, opened.args(project)), "after the lock");
  return "over";
};

/** A copy of the project is damaged and started: it is told, or it ends as it should. The original is not concerned. */
const damagedCopy: Fault = async (life) => {
  const { project, opened, whole } = life;
  const command = startIn(life);
  await moment(life, command);
  command.send("SIGKILL");
  await command.ended;
  if (!existsSync(storeOf(project))) return "missed";
  const copy = `${project}-copy`;
  cpSync(project, copy, { recursive: true });
  const what = damage(copy, life.random);
  const end = await run(copy, opened.args(copy));
  expectPlain(end, what);
  if (end.code === 0) {
    // A checkpoint that the rest of the work does not need is not looked at, so only the store must be whole.
    const dump = dumpOrTold(copy);
    if (dump !== "told") assert.equal(dump, whole.state.dump, `${what}: told by nobody, and not what it should be`);
  }
  rmSync(copy, { recursive: true });
  return "hit";
};

function dumpOrTold(project: string): string {
  try {
    return stateOf(project, []).dump!;
  } catch (error) {
    if ((error as Error).name === "StoreError") return "told";
    throw error;
  }
}

export const FAULTS: Readonly<Record<FaultName, Fault>> = {
  SIGKILL: ended("SIGKILL"),
  SIGTERM: ended("SIGTERM"),
  SIGINT: ended("SIGINT"),
  SIGHUP: ended("SIGHUP"),
  "double start": doubleStart,
  "other run at once": otherRun,
  "full disk": fullDisk,
  "locked store": lockedStore,
  "damaged copy": damagedCopy,
};
