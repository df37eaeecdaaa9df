/**
 * The real TextWorld as a child process, for tests and benchmarks that compare with it. Installs it on first use into a
 * virtual environment in the user's cache folder, which takes two minutes. Nothing of the tool itself needs this.
 */
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const PACKAGES = ["textworld[pddl]==1.7.0"];
/** Without their dependencies, which are gigabytes. */
const BARE_PACKAGES = ["alfworld==0.4.2"];
const ENVIRONMENT = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "gleaner", "textworld-1.7.0");

/** What the engine says after loading a game or a command. */
export interface Answer {
  readonly observation: string;
  readonly admissible: readonly string[];
  readonly won: boolean;
  /** Time that the engine itself took. */
  readonly ms: number;
}

export interface TextWorld {
  load(gameFile: string): Promise<Answer>;
  step(command: string): Promise<Answer>;
  close(): void;
}

/** Path of a Python that has TextWorld. Throws with the reason where it cannot be had. */
export function installTextWorld(): string {
  const python = join(ENVIRONMENT, "bin", "python");
  const done = join(ENVIRONMENT, "installed");
  if (existsSync(done)) return python;
  rmSync(ENVIRONMENT, { recursive: true, force: true });
  mkdirSync(ENVIRONMENT, { recursive: true });
  const run = (command: string, args: readonly string[]) => execFileSync(command, args, { stdio: "pipe" });
  run("python3", ["-m", "venv", ENVIRONMENT]);
  run(python, ["-m", "pip", "install", "--quiet", ...PACKAGES]);
  run(python, ["-m", "pip", "install", "--quiet", "--no-deps", ...BARE_PACKAGES]);
  writeFileSync(done, [...PACKAGES, ...BARE_PACKAGES].join("\n"));
  return python;
}

/** Starts the engine. Its calls reject when the process ends. */
export function startTextWorld(python: string): TextWorld {
  const child = spawn(python, [join(import.meta.dirname, "textworld.py")], { stdio: ["pipe", "pipe", "pipe"] });
  const waiting: PromiseWithResolvers<Answer>[] = [];
  let errors = "";
  child.stderr.on("data", (data) => {
    errors = (errors + data).slice(-2000);
  });
  createInterface(child.stdout).on("line", (line) => waiting.shift()!.resolve(JSON.parse(line)));
  child.on("close", (code) => {
    for (const { reject } of waiting.splice(0)) reject(new Error(`TextWorld ended with ${code}: ${errors}`));
  });
  const ask = (request: object): Promise<Answer> => {
    const answer = Promise.withResolvers<Answer>();
    waiting.push(answer);
    child.stdin.write(`${JSON.stringify(request)}\n`);
    return answer.promise;
  };
  return {
    load: (gameFile) => ask({ load: gameFile }),
    step: (command) => ask({ step: command }),
    close: () => child.stdin.end(),
  };
}
