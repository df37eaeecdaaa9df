/**
 * `npm run test:chaos`: commands are killed, started twice, locked out, and run out of room at random moments (the seed is
 * GLEANER_CHAOS_SEED, default 1). Whatever was done, the same command goes on and ends with the bytes of a project that was
 * never disturbed. GLEANER_CHAOS_MINUTES makes it short: a twelfth of the faults, and of each command one project at least,
 * the others only within so many minutes. The commands of the list are disturbed side by side.
 */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { messageOf } from "../../src/core/errors.ts";
import { type Random, random } from "../../src/core/random.ts";
import { temporaryFolder } from "../temporary.ts";
import { FAULTS } from "./faults.ts";
import { FAULTS_A_LIFE, finish, type Life, shareDone, type Whole } from "./life.ts";
import { run } from "./process.ts";
import type { FaultName, Opened, Scenario } from "./scenario.ts";
import { SCENARIOS } from "./scenarios.ts";
import { rowsOf, sizeOf, stateOf } from "./state.ts";
import { newTally, type Tally } from "./tally.ts";
import { type Disk, mountDisk, unmountDisk } from "./tmpfs.ts";

const FEWEST = 300;
const SHORT = 12;
/** A fault that comes too late so often in a row is left out: how quick a command is depends on the machine. */
const TRIES = 8;

const seed = process.env.GLEANER_CHAOS_SEED ?? "1";
const minutes = Number(process.env.GLEANER_CHAOS_MINUTES ?? Number.POSITIVE_INFINITY);
const isShort = Number.isFinite(minutes);

const folder = temporaryFolder();
const all = newTally();
const began = performance.now();
let lives = 0;

async function timed(project: string, args: readonly string[]): Promise<number> {
  const from = performance.now();
  const ended = await run(project, args);
  assert.equal(ended.code, 0, ended.output);
  return performance.now() - from;
}

/** What the command does where nothing disturbs it. */
async function undisturbed(opened: Opened, place: string): Promise<Whole> {
  const project = join(place, "undisturbed");
  opened.begin?.(project);
  const before = existsSync(project) ? sizeOf(project) : 0;
  const wholeMs = await timed(project, opened.args(project));
  const state = stateOf(project, opened.folders);
  const progress = opened.progress === null ? 1 : (opened.progress ?? rowsOf)(project);
  opened.calm?.();
  const bytes = sizeOf(project) - before;
  // With nothing left to do.
  const startMs = await timed(project, opened.isDone ? ["runs"] : opened.args(project));
  if (!opened.otherArgs) return { state, both: undefined, startMs, wholeMs, progress, bytes };
  await timed(project, opened.otherArgs);
  return { state, both: stateOf(project, opened.folders), startMs, wholeMs, progress, bytes };
}

/** The faults of a scenario in a random order. */
function faultsOf({ faults }: Scenario, hasDisk: boolean, moments: Random): FaultName[] {
  const listed = Object.entries(faults).flatMap(([name, count]) => {
    if (name === "full disk" && !hasDisk) return [];
    return Array<FaultName>(isShort ? Math.ceil(count / SHORT) : count).fill(name as FaultName);
  });
  return moments.shuffle(listed);
}

/** What is left to do to a command, and what did not hold. */
interface Work {
  readonly tally: Tally;
  readonly failures: string[];
  wanted: FaultName[];
  /** So often in a row a fault came too late. */
  late: number;
}

/** Does the next faults to one project, and compares it in the end. */
async function live(life: Life, work: Work): Promise<void> {
  life.opened.begin?.(life.project);
  mkdirSync(life.project, { recursive: true });
  while (life.faults < FAULTS_A_LIFE && work.wanted.length > 0) {
    const name = work.wanted[0]!;
    const hit = await FAULTS[name](life);
    life.faults++;
    work.late = hit === "missed" ? work.late + 1 : 0;
    if (hit === "missed") {
      if (work.late >= TRIES) work.wanted = work.wanted.filter((other) => other !== name);
      break;
    }
    work.wanted.shift();
    const share = name.startsWith("SIG") ? shareDone(life) : undefined;
    for (const counts of [work.tally, all]) counts.add(name, share);
    // A signal may also hit a command that has made all it makes and not yet ended.
    if (hit === "over" || life.opened.isDone?.(life.project)) break;
  }
  await finish(life);
}

/** Does all faults of a scenario, `FAULTS_A_LIFE` at most to each project. */
async function disturb(scenario: Scenario, opened: Opened, disk: Disk, work: Work): Promise<void> {
  const { place, problem } = disk;
  const whole = await undisturbed(opened, place);
  const moments = random("chaos", seed, scenario.name);
  work.wanted = faultsOf(scenario, problem === undefined, moments);
  const sized = problem === undefined ? place : undefined;
  do {
    const project = join(place, `life-${++lives}`);
    const life: Life = {
      project,
      disk: sized,
      opened,
      whole,
      random: moments,
      faults: 0,
      waitedMs: 0,
      hasOther: false,
    };
    try {
      await live(life, work);
    } catch (error) {
      const name = work.wanted.shift();
      work.failures.push(`${project}, ${life.faults} faults, ${name ?? "none"} next:\n${messageOf(error)}`);
    }
    rmSync(project, { recursive: true, force: true });
  } while (work.wanted.length > 0 && performance.now() - began < minutes * 60_000);
}

async function disturbed(scenario: Scenario): Promise<void> {
  const disk = mountDisk(join(folder, scenario.name));
  const inputs = join(folder, `inputs of ${scenario.name}`);
  mkdirSync(inputs);
  const work: Work = { tally: newTally(), failures: [], wanted: [], late: 0 };
  const opened = await scenario.open(inputs);
  try {
    await disturb(scenario, opened, disk, work);
  } finally {
    await opened.close?.();
    unmountDisk(disk);
    console.log(`${scenario.name}: ${work.tally.count()} faults: ${work.tally.lines().join("; ")}`);
    if (disk.problem !== undefined)
      console.log(`${scenario.name}: no disk was filled, none can be mounted here (${disk.problem})`);
  }
  assert(work.failures.length === 0, `${work.failures.length} projects failed\n${work.failures.join("\n\n")}`);
  assert(work.tally.count() > 0, "nothing was disturbed");
}

test("commands that are disturbed end as they do undisturbed", { concurrency: SCENARIOS.length }, async (t) => {
  await Promise.all(SCENARIOS.map((scenario) => t.test(scenario.name, () => disturbed(scenario))));
  console.log(`${all.count()} faults to ${lives} projects: ${all.lines().join("; ")}`);
  if (!isShort) assert(all.count() >= FEWEST, `${all.count()} faults, expected ${FEWEST}`);
});
