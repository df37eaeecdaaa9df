/**
 * Inspect's log viewer on the same episodes, for `bench/viewer.ts`: `inspect view` of inspect-ai in a virtual environment, on a log
 * in its faster format (`.eval`), written by Inspect itself.
 */
import { execFile, spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { virtualEnvironment } from "../python/environment.ts";

/** The newest of PyPI when this was written. */
export const INSPECT_VERSION = "0.3.285";

/** Path of a Python that has Inspect. Rejects with the reason where it cannot be had. */
export const installInspect = (): Promise<string> =>
  virtualEnvironment(`inspect-ai-${INSPECT_VERSION}`, [`inspect-ai==${INSPECT_VERSION}`]);

/** As the script beside reads it. */
export interface LogEpisode {
  readonly id: string;
  readonly goal: string;
  readonly won: boolean;
  readonly steps: readonly (readonly [observation: string, action: string])[];
}

/** Writes the episodes as one log in a new folder `folder`. */
export async function writeInspectLog(python: string, folder: string, episodes: Iterable<LogEpisode>): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, "log"), { recursive: true });
  const lines = join(folder, "episodes.jsonl");
  await pipeline(function* () {
    for (const episode of episodes) yield `${JSON.stringify(episode)}\n`;
  }, createWriteStream(lines));
  const script = join(import.meta.dirname, "..", "python", "inspect_log.py");
  await promisify(execFile)(python, [script, lines, join(folder, "log", "episodes.eval")]);
  await rm(lines);
}

export interface Serving {
  readonly url: string;
  close(): void;
}

/** Serves the log of a folder. Waits until the server answers. */
export async function serveInspect(python: string, folder: string): Promise<Serving> {
  const port = await freePort();
  const args = ["-m", "inspect_ai", "view", "start", "--log-dir", join(folder, "log"), "--port", String(port)];
  const child = spawn(python, args, { stdio: "ignore" });
  const url = `http://127.0.0.1:${port}/`;
  for (let tries = 0; child.exitCode === null && tries < 600; tries++) {
    const answer = await fetch(url).catch(() => null);
    if (answer?.ok) return { url, close: () => void child.kill() };
    await wait(100);
  }
  child.kill();
  throw new Error("inspect view does not answer");
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { readonly port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
