/**
 * Python beside which ours is measured and tested: virtual environments in the user's cache folder, made on first use,
 * and scripts that answer JSON lines. Nothing of the tool itself needs this.
 */
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";

/** Path of a Python that has the packages; `bare` ones come without their dependencies. Throws where that cannot be had. */
export function virtualEnvironment(name: string, packages: readonly string[], bare: readonly string[] = []): string {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
  const folder = join(cache, "gleaner", name);
  const python = join(folder, "bin", "python");
  // Written last and naming what was installed: an interrupted or older installation is done again.
  const complete = join(folder, `complete ${[...packages, ...bare].join(" ")}`);
  if (existsSync(complete)) return python;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(dirname(folder), { recursive: true });
  const run = (program: string, ...options: readonly string[]) => execFileSync(program, options, { stdio: "pipe" });
  const install = ["-m", "pip", "install", "--quiet", "--no-cache-dir", "--disable-pip-version-check"];
  run("python3", "-m", "venv", folder);
  run(python, ...install, ...packages);
  if (bare.length > 0) run(python, ...install, "--no-deps", ...bare);
  writeFileSync(complete, "");
  return python;
}

/** A script that answers every line of JSON with one. */
export interface PythonChild<Answer> {
  /** Rejects when the process ends. */
  ask(request: object): Promise<Answer>;
  close(): void;
}

/** Starts a script of this folder. `env` adds to the environment. */
export function startPython<Answer>(
  python: string,
  script: string,
  env: Readonly<Record<string, string>> = {},
): PythonChild<Answer> {
  const child = spawn(python, [join(import.meta.dirname, script)], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  const waiting: PromiseWithResolvers<Answer>[] = [];
  let errors = "";
  child.stderr.on("data", (data) => {
    errors = (errors + data).slice(-2000);
  });
  createInterface(child.stdout).on("line", (line) => waiting.shift()!.resolve(JSON.parse(line)));
  child.on("close", (code) => {
    for (const { reject } of waiting.splice(0)) reject(new Error(`${script} ended with ${code}: ${errors}`));
  });
  return {
    ask(request) {
      const answer = Promise.withResolvers<Answer>();
      waiting.push(answer);
      child.stdin.write(`${JSON.stringify(request)}\n`);
      return answer.promise;
    },
    close: () => child.stdin.end(),
  };
}
