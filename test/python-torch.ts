/**
 * The Python that trains real models (`gleaner env install python`), beside which ours is measured: GLEANER_TORCH_PYTHON,
 * or the virtual environment in the user's cache folder, made on first use (several gigabytes, some minutes). Tests that
 * need it skip with a reason where there is no python3; in CI (CI=true) they fail instead.
 */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { interpreterOf, trainingEnvironment } from "../src/installs/python-environment.ts";
import { ROOT } from "./command.ts";
import { skipWithoutPython } from "./python.ts";

/** The `skip` option of a test that needs torch: a reason, or false. */
export const skipWithoutTorch = (): string | false =>
  !process.env.GLEANER_TORCH_PYTHON &&
  skipWithoutPython(["ensurepip", "venv"]) !== false &&
  "needs python3 with venv, or GLEANER_TORCH_PYTHON";

/** The path of that Python. Installs what is missing. */
export function torchPython(): string {
  const ready = process.env.GLEANER_TORCH_PYTHON ?? interpreterOf(trainingEnvironment());
  if (ready) return ready;
  execFileSync(process.execPath, [join(ROOT, "bin", "gleaner.js"), "env", "install", "python"], { stdio: "inherit" });
  return interpreterOf(trainingEnvironment())!;
}

/** Runs a script with one JSON value as its input and returns the JSON value that it prints. Throws with what it said on standard error. */
export function askPython(script: string, question: unknown): unknown {
  const answer = execFileSync(torchPython(), [script], {
    input: JSON.stringify(question),
    stdio: "pipe",
    maxBuffer: 2 ** 30,
    env: { ...process.env, HF_HUB_OFFLINE: "1", TRANSFORMERS_VERBOSITY: "error", PYTHONWARNINGS: "ignore" },
  });
  return JSON.parse(answer.toString("utf8"));
}
