/**
 * What the tests share that drive the real ScienceWorld simulator. The first of them installs it into the user's cache;
 * where Java or pip is missing they skip with the reason, in CI (CI=true) they fail instead.
 */
import { createHash } from "node:crypto";
import { after } from "node:test";
import { setTimeout } from "node:timers/promises";
import type { Environment } from "../../src/core/environment.ts";
import { messageOf } from "../../src/core/errors.ts";
import { taskId } from "../../src/core/ids.ts";
import type { Task } from "../../src/core/task.ts";
import { newEpisode } from "../../src/worlds/scienceworld/episode.ts";
import { installedFolder, scienceworldCache } from "../../src/worlds/scienceworld/files.ts";
import { installScienceWorld } from "../../src/worlds/scienceworld/install.ts";
import { prepareRuntime, type Runtime, startRuntime } from "../../src/worlds/scienceworld/java.ts";
import { newPool, type Pool } from "../../src/worlds/scienceworld/pool.ts";
import type { Scoring } from "../../src/worlds/scienceworld/scoring.ts";
import { readJsonLines, skipWithout } from "../shared.ts";

/** The `skip` option of a test that needs the simulator. */
export const skip: string | false = await installScienceWorld().then(
  () => false as const,
  (error) => {
    if (process.env.CI) throw error;
    return `needs the simulator: ${messageOf(error)}`;
  },
);

export const skipWithoutGolden = skip || skipWithout("scienceworld/golden");

export const runtime = (): Promise<Runtime> =>
  prepareRuntime(scienceworldCache(), installedFolder(scienceworldCache(), "1.2.3"));

export interface WorldOptions {
  /** Further flags of the JVMs. */
  readonly flags?: readonly string[];
  /** JVMs at most. Default 2. */
  readonly processes?: number;
  /** Saved states kept in each JVM. Default 100. */
  readonly states?: number;
  readonly heapMb?: number;
  readonly timeoutMs?: number;
  readonly scoring?: Scoring;
}

export interface World {
  readonly pool: Pool;
  readonly notices: readonly string[];
  open(): Environment;
}

const pools: Pool[] = [];
after(() => Promise.all(pools.map((pool) => pool.close())));

/** A world in JVMs of its own, which a test may stop and kill. They end with the test file. */
export async function newWorld(options: WorldOptions = {}): Promise<World> {
  const { flags = [], processes = 2, states = 100, heapMb = 512, timeoutMs = 120_000, scoring = "final" } = options;
  const prepared = await runtime();
  const notices: string[] = [];
  const start = () => startRuntime(prepared, { heapMb, timeoutMs, flags });
  const pool = newPool({ start, processes, states, onNotice: (text) => notices.push(text) });
  pools.push(pool);
  const startOf = ({ data }: Task) => ({ ...(data as { task: string; variation: number }), simplifications: "" });
  return { pool, notices, open: () => newEpisode({ pool, startOf, scoring, extras: ["inventory"] }) };
}

/** Stops every JVM of the world in its tracks: what is asked of it now gets no answer. */
export function freeze({ pool }: World): void {
  for (const { jvm } of pool.hosts) process.kill(jvm.pid!, "SIGSTOP");
}

/** Kills the JVMs that the world has now; resolves when the pool knows. */
export async function kill({ pool }: World): Promise<void> {
  const jvms = pool.hosts.map(({ jvm }) => jvm);
  for (const { pid } of jvms) process.kill(pid!, "SIGKILL");
  while (jvms.some(({ isAlive }) => isAlive)) await setTimeout(10);
}

/** One recorded step: action, hash of the observation, raw score, completed, moves. */
export interface GoldenStep {
  readonly a: string;
  readonly h: string;
  readonly s: number;
  readonly d: boolean;
  readonly m: number;
}

export interface GoldenEpisode {
  readonly task: string;
  readonly var: number;
  readonly simp: string;
  readonly split: string;
  /** Number of the task's variations; first and last of each split. */
  readonly max: number;
  readonly train: readonly [number, number];
  readonly dev: readonly [number, number];
  readonly test: readonly [number, number];
  readonly desc: string;
  readonly look: string;
  readonly steps: readonly GoldenStep[];
  readonly final: { readonly look: string; readonly inv: string; readonly digest: string };
}

/** The 35 recorded episodes. */
export function goldenEpisodes(): GoldenEpisode[] {
  const [, ...episodes] = readJsonLines<GoldenEpisode>("scienceworld/golden/episodes_1.2.3.jsonl.gz");
  return episodes;
}

/** First 16 hexadecimal digits of the sha256, as the recordings have it. */
export const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16);

/** A task for tests that need nothing of it but its world. */
export const taskOf = (name: string, variation: number): Task => ({
  id: taskId(`scienceworld/${name}/${variation}`),
  split: "train",
  category: name,
  instruction: "",
  data: { task: name, variation },
});
