/** BabyAI's package as a child process plays it, for tests and benchmarks: what examples/worlds/babyai/requirements.txt pins. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { virtualEnvironment } from "./environment.ts";

export const BABYAI = join(import.meta.dirname, "..", "..", "examples", "worlds", "babyai");
const PACKAGES = readFileSync(join(BABYAI, "requirements.txt"), "utf8").trim().split("\n");

/** Of the packages that are installed. */
export const MINIGRID_VERSIONS: Readonly<Record<string, string>> = Object.fromEntries(
  PACKAGES.map((line) => line.split("==") as [string, string]),
);

/** Path of a Python that has them. Rejects with the reason where it cannot be had. */
export const installMinigrid = (): Promise<string> =>
  virtualEnvironment(`minigrid-${MINIGRID_VERSIONS.minigrid}`, PACKAGES);
