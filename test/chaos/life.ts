/** One project from its first command to its last, disturbed in between. */
import assert from "node:assert/strict";
import type { Random } from "../../src/core/random.ts";
import { type Ended, hasStack, run, type Started, start } from "./process.ts";
import type { Opened } from "./scenario.ts";
import { rowsOf, type State, stateOf } from "./state.ts";

/** What the command does undisturbed. */
export interface Whole {
  readonly state: State;
  /** With the other run beside it, if there is one. */
  readonly both: State | undefined;
  /** Of a start that finds nothing left to do, and of the whole command. */
  readonly startMs: number;
  /** Where nothing but time tells how far a command is, what it took last: machines are not equally busy all the time. */
  wholeMs: number;
  /** In the scenario's unit. */
  readonly progress: number;
  readonly bytes: number;
}

export interface Life {
  readonly project: string;
  readonly opened: Opened;
  readonly whole: Whole;
  readonly random: Random;
  /** The disk that it lies on, if its size can be changed. */
  readonly disk: string | undefined;
  /** Faults so far, and tries of one that came too late. */
  faults: number;
  /** How long the last fault waited for its moment. */
  waitedMs: number;
  /** Whether the other run has been started in this project. */
  hasOther: boolean;
}

export const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

export const startIn = ({ project, opened }: Life): Started => start(project, opened.args(project));

/** Of all faults, so many hit a command while it starts. */
const EARLY = 0.2;
/** Something must be left for the next one. */
const MOST_OF_THE_REST = 0.6;
const LOOK_AGAIN_MS = 20;

/** How many faults a project is to bear before it is finished and compared. */
export const FAULTS_A_LIFE = 8;

/**
 * Waits for a random moment of a command: of its start, or when it has done a random part of what is left. So the faults
 * of a life spread over the whole work.
 */
export async function moment(life: Life, command: Started): Promise<void> {
  const { opened, whole, random } = life;
  const isEarly = random.next() < EARLY;
  const from = performance.now();
  if (isEarly || opened.progress === null) {
    const most = isEarly ? whole.startMs : whole.wholeMs;
    await Promise.race([sleep(most * random.next()), command.ended]);
  } else {
    const done = shareDone(life);
    const until = done + (1 - done) * MOST_OF_THE_REST * random.next();
    while (!command.hasEnded() && shareDone(life) < until) await sleep(LOOK_AGAIN_MS);
    await sleep(LOOK_AGAIN_MS * random.next());
  }
  life.waitedMs = performance.now() - from;
}

/** How much of the work is done, 0 to 1; where nothing tells, how much of its time is over. */
export function shareDone({ project, opened, whole, waitedMs }: Life): number {
  if (opened.progress === null) return Math.min(1, waitedMs / whole.wholeMs);
  return Math.min(1, (opened.progress ?? rowsOf)(project) / whole.progress);
}

/** Every end is a result, a signal or a sentence. */
export function expectPlain(ended: Ended, what: string): void {
  assert(!hasStack(ended), `${what}: a stack\n${ended.output}`);
  assert(ended.code === 0 || ended.code === null || ended.output.trim() !== "", `${what}: exit ${ended.code}, no word`);
}

/** What exists must be whole at any time; only a store is allowed to be on its way. */
function expectWholeFiles({ project, opened, whole }: Life): void {
  if (opened.isDone?.(project)) assert.deepEqual(stateOf(project, opened.folders), whole.state);
}

/** Ends the life: the same command, undisturbed, must come to what it comes to in an undisturbed project. */
export async function finish(life: Life): Promise<void> {
  const { project, opened, whole, hasOther } = life;
  expectWholeFiles(life);
  const commands = [opened.args(project), ...(hasOther ? [opened.otherArgs!] : [])];
  for (const args of opened.isDone?.(project) ? [] : commands) {
    const from = performance.now();
    const ended = await run(project, args);
    if (opened.progress === null) whole.wholeMs = performance.now() - from;
    assert.equal(ended.code, 0, `after ${life.faults} faults the project cannot be used any more\n${ended.output}`);
  }
  const state = stateOf(project, opened.folders);
  assert.deepEqual(state, hasOther ? whole.both : whole.state, `after ${life.faults} faults`);
  opened.expectPaidOnce?.(life.faults);
}
