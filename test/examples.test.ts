/** Every program of examples/ is short, runs, and prints what it promises. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const FOLDER = join(import.meta.dirname, "..", "examples");
const PRINTS: Readonly<Record<string, RegExp>> = {
  "own-world.ts": /^(won|lost) after \d+ steps/,
  "probe-a-failure.ts": /^lost after \d+ steps; finished from step: 0 (won|lost)[\s\S]*needRecover/,
  "mask.ts": /solution from s_0[\s\S]*learn +assistant[\s\S]*recovery from s_2/,
};

for (const file of readdirSync(FOLDER).filter((name) => name.endsWith(".ts"))) {
  test(`examples/${file}`, () => {
    const source = readFileSync(join(FOLDER, file), "utf8");
    assert(source.trimEnd().split("\n").length < 40, "an example has fewer than 40 lines");
    const flags = ["--disable-warning=ExperimentalWarning", "--conditions=gleaner-source"];
    assert.match(execFileSync(process.execPath, [...flags, join(FOLDER, file)], { encoding: "utf8" }), PRINTS[file]!);
  });
}
