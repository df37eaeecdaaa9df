/**
 * A Python with torch and transformers beside which ours is measured: GLEANER_TORCH_PYTHON, or a virtual environment
 * in the user's cache folder, made on first use (several gigabytes, some minutes). Tests that need it skip with a
 * reason where there is no python3; in CI (CI=true) they fail instead.
 */
import { execFileSync } from "node:child_process";
import { virtualEnvironment } from "../bench/python/environment.ts";

const PACKAGES = ["torch==2.15.0", "transformers==5.23.0", "tokenizers==0.23.3", "safetensors==0.8.0", "numpy==2.4.6"];

/** The `skip` option of a test that needs torch: a reason, or false. */
export function skipWithoutPython(): string | false {
  if (process.env.CI || process.env.GLEANER_TORCH_PYTHON) return false;
  try {
    execFileSync("python3", ["-c", "import ensurepip, venv"], { stdio: "ignore" });
    return false;
  } catch {
    return "needs python3 with venv, or GLEANER_TORCH_PYTHON";
  }
}

/** The path of that Python. Installs what is missing. */
export const torchPython = (): string =>
  process.env.GLEANER_TORCH_PYTHON ?? virtualEnvironment("python-torch", PACKAGES);

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
