/**
 * ScienceWorld's official Python wrapper as a child process, for tests that compare with it. Installs it on first use into a
 * virtual environment in the user's cache folder. Nothing of the tool itself needs this.
 */
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const PACKAGES = ["scienceworld==1.2.3", "py4j==0.10.9.9"];
const ENVIRONMENT = join(
  process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"),
  "gleaner",
  "python-scienceworld-1.2.3",
);
/** The wrapper cannot pass flags to its JVM, but every JVM reads this variable. */
const SAME_FLAGS = "-XX:+UnlockExperimentalVMOptions -XX:hashCode=2";

/** What the wrapper returns, as it names it; `ms` is the time it took. */
export interface WrapperAnswer {
  readonly observation: string;
  readonly score: number;
  readonly moves: number;
  readonly look: string;
  readonly inv: string;
  readonly taskDesc: string;
  readonly valid: readonly string[];
  /** Absent after a reset. */
  readonly done?: boolean;
  readonly reward: number;
  readonly history?: unknown;
  readonly ms: number;
}

export interface Wrapper {
  /** `listing` off: without the list of valid actions that it makes at every step; see scienceworld.py. */
  load(task: string, variation: number, simplifications: string, listing: boolean): Promise<WrapperAnswer>;
  step(action: string): Promise<WrapperAnswer>;
  list(): Promise<readonly string[]>;
  /** What it writes into logs, from the last load on. */
  history(): Promise<unknown>;
  close(): void;
}

/** Path of a Python that has the wrapper. Throws with the reason where it cannot be had. */
export function installWrapper(): string {
  const python = join(ENVIRONMENT, "bin", "python");
  const done = join(ENVIRONMENT, "installed");
  if (existsSync(done)) return python;
  rmSync(ENVIRONMENT, { recursive: true, force: true });
  mkdirSync(ENVIRONMENT, { recursive: true });
  const run = (command: string, args: readonly string[]) => execFileSync(command, args, { stdio: "pipe" });
  run("python3", ["-m", "venv", ENVIRONMENT]);
  run(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...PACKAGES]);
  writeFileSync(done, PACKAGES.join("\n"));
  return python;
}

/** Starts the wrapper and its JVM. Its calls reject when the process ends. */
export function startWrapper(python: string): Wrapper {
  const child = spawn(python, [join(import.meta.dirname, "scienceworld.py")], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, JAVA_TOOL_OPTIONS: SAME_FLAGS },
  });
  const waiting: PromiseWithResolvers<WrapperAnswer>[] = [];
  let errors = "";
  child.stderr.on("data", (data) => {
    errors = (errors + data).slice(-2000);
  });
  createInterface(child.stdout).on("line", (line) => waiting.shift()!.resolve(JSON.parse(line)));
  child.on("close", (code) => {
    for (const { reject } of waiting.splice(0)) reject(new Error(`the wrapper ended with ${code}: ${errors}`));
  });
  const ask = (request: object): Promise<WrapperAnswer> => {
    const answer = Promise.withResolvers<WrapperAnswer>();
    waiting.push(answer);
    child.stdin.write(`${JSON.stringify(request)}\n`);
    return answer.promise;
  };
  return {
    load: (task, variation, simplifications, listing) => ask({ load: [task, variation, simplifications], listing }),
    step: (action) => ask({ step: action }),
    list: async () => (await ask({ list: true })).valid,
    history: async () => (await ask({ history: true })).history,
    close: () => child.stdin.end(),
  };
}
