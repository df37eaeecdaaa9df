/**
 * Python beside which ours is measured and tested: virtual environments of the user's cache folder, and scripts that answer
 * JSON lines. Nothing of the tool itself needs this.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { cacheFolder } from "../../src/installs/cache-folder.ts";
import { makePythonEnvironment } from "../../src/installs/python-environment.ts";

/** Path of a Python that has the packages; `bare` ones come without their dependencies. Throws where that cannot be had. */
export function virtualEnvironment(
  name: string,
  packages: readonly string[],
  bare: readonly string[] = [],
): Promise<string> {
  return makePythonEnvironment({ folder: join(cacheFolder(), name), packages, bare }, { say: () => {} });
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
