/** The small Tinker server beside this file, started for a test, and a trainer for it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Checkpoint, Trainer, TrainRequest } from "../../src/core/training.ts";
import type { TinkerServer } from "../../src/students/tinker/protocol/transport.ts";
import type { TinkerSettings } from "../../src/students/tinker/settings.ts";
import { tinkerBase, tinkerTrainer } from "../../src/students/tinker/trainer.ts";
import { temporaryFolder } from "../temporary.ts";
import { python, tinyCheckpoint } from "./real.ts";

/** As the server calls its model. */
export const BASE_MODEL = "tiny";
export const TINKER_BASE: Checkpoint = tinkerBase(BASE_MODEL);

/** How the server is to misbehave: see tinker_server.py. */
export interface Misbehaviour {
  readonly path: string;
  readonly times: number;
  readonly status?: number;
  readonly after?: number;
  readonly cut?: boolean;
  readonly lose?: boolean;
  readonly hang?: boolean;
}

export interface TestServer {
  readonly url: string;
  misbehave(...faults: readonly Misbehaviour[]): Promise<void>;
  /** How often each path was asked. */
  counts(): Promise<Readonly<Record<string, number>>>;
  /** The file of a saved checkpoint. */
  file(path: string): string;
  /** The paths of all that training can go on from. */
  saved(): string[];
  /** Killed without warning. */
  kill(): Promise<void>;
  /** Another process at the same place, with what was saved. */
  startAgain(): Promise<void>;
}

export async function startTinkerServer(
  t: { after(end: () => Promise<void>): void },
  key?: string,
): Promise<TestServer> {
  const folder = temporaryFolder();
  let child: ChildProcess;
  let port = 0;
  const start = async () => {
    const script = join(import.meta.dirname, "tinker_server.py");
    const args = [script, tinyCheckpoint(), folder, String(port), ...(key === undefined ? [] : [key])];
    child = spawn(python, args, { stdio: ["ignore", "pipe", "inherit"], env: { ...process.env, HF_HUB_OFFLINE: "1" } });
    const [line] = await once(createInterface({ input: child.stdout! }), "line");
    port = Number(line);
  };
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  };
  t.after(kill);
  await start();
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    async misbehave(...faults) {
      await fetch(`${url}/test/faults`, { method: "POST", body: JSON.stringify(faults) });
    },
    counts: async () => (await (await fetch(`${url}/test/counts`)).json()) as Record<string, number>,
    file: (path) => join(folder, path.replace("tinker://", "")),
    saved: () =>
      readdirSync(folder)
        .filter((run) => existsSync(join(folder, run, "weights")))
        .flatMap((run) => readdirSync(join(folder, run, "weights")).map((name) => `tinker://${run}/weights/${name}`)),
    kill,
    startAgain: start,
  };
}

/** What the tests measure with: Adam's ε is large enough to leave out the noise of gradients that are none. */
export const SETTINGS: TinkerSettings = {
  ...{ steps: 3, batch: 8, learningRate: 1e-3, warmup: 0, schedule: "cosine" },
  ...{ beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0, gradientClip: 1, loraRank: 0, maxLength: 0 },
};

/** A trainer that waits little before it tries again. */
export function trainerFor(url: string, settings: Partial<TinkerSettings> = {}, server: Partial<TinkerServer> = {}) {
  const place = { url, backoffMs: 10, baseModel: BASE_MODEL, tokenizer: tinyCheckpoint(), ...server };
  return tinkerTrainer({ ...place, settings: { ...SETTINGS, ...settings } });
}

/** The path where a training's checkpoint is. */
export async function trainedPath(
  trainer: Trainer,
  request: Omit<TrainRequest, "from" | "seed"> & Partial<TrainRequest>,
) {
  for await (const event of trainer.train({ from: TINKER_BASE, seed: 1, ...request })) {
    if (event.kind === "done" && event.at.kind === "hosted") return event.at.model;
  }
  throw new Error("it ended without a checkpoint");
}

export const bytesOf = (server: TestServer, path: string): Buffer => readFileSync(server.file(path));
