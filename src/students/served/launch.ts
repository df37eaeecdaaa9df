/** A model server started for one checkpoint, by the command that a user gave, and ended when it is not needed any more. */
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { StopError } from "../../core/errors.ts";

export interface LaunchOptions {
  /** A program and its arguments; `{checkpoint}` and `{port}` are filled in. No shell is involved. */
  readonly command: readonly string[];
  /** The folder to serve. */
  readonly checkpoint: string;
  /** How long it may take until it answers. */
  readonly startupMs: number;
}

export interface LaunchedServer {
  /** Up to `/chat/completions`. */
  readonly url: string;
  /** Resolves when the server is gone. */
  close(): Promise<void>;
}

/** Between two looks whether it answers. */
const LOOK_MS = 200;
const LONGEST_COMPLAINT = 2000;

const GUARDIAN = fileURLToPath(
  new URL(import.meta.url.endsWith(".ts") ? "./guardian.ts" : "./guardian.js", import.meta.url),
);

/** Resolves when the server answers, on loopback. Throws StopError with its last words if it ends before, or never answers. */
export async function launchServer({ command, checkpoint, startupMs }: LaunchOptions): Promise<LaunchedServer> {
  const port = await freePort();
  const filled = command.map((part) => part.replaceAll("{checkpoint}", checkpoint).replaceAll("{port}", String(port)));
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", GUARDIAN, ...filled], {
    stdio: ["pipe", "pipe", "pipe"],
    // What a terminal sends concerns us alone: under nohup a server must not end. It ends with its input.
    detached: true,
  });
  let said = "";
  const hear = (text: string) => {
    said = (said + text).slice(-LONGEST_COMPLAINT);
  };
  child.stdout.setEncoding("utf8").on("data", hear);
  child.stderr.setEncoding("utf8").on("data", hear);
  child.stdin.on("error", () => {});
  const gone = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  const close = async () => {
    child.stdin.destroy();
    await gone;
  };
  const url = `http://127.0.0.1:${port}/v1`;
  const name = filled[0]!;
  const lastWords = () => said.trim().split("\n").slice(-3).join(" · ") || "it said nothing";
  for (let waitedMs = 0; waitedMs < startupMs; waitedMs += LOOK_MS) {
    if (hasEnded()) {
      await gone;
      throw new StopError("server", `${name} ended before it served ${checkpoint}: ${lastWords()}`);
    }
    if (await answers(url)) return { url, close };
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  await close();
  throw new StopError("server", `${name} did not answer at ${url}/models within ${startupMs / 1000} s: ${lastWords()}`);
}

/** Some servers have no list of models, and that is an answer, too; one that is still loading says 503. */
async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/models`, { redirect: "manual", signal: AbortSignal.timeout(LOOK_MS * 10) });
    await response.body?.cancel();
    return response.status !== 503;
  } catch {
    return false;
  }
}

/** A port that nobody used a moment ago. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
