/** The package as a user gets it: packed, installed into an empty folder, run from there and imported as a library. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";

const ROOT = join(import.meta.dirname, "..", "..");

test("npm pack, install, run, import", () => {
  const folder = mkdtempSync(join(tmpdir(), "gleaner-package-"));
  // The package runs on the user's Node; here that is the one the repository pins.
  const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH}` };
  const run = (command: string, args: string[], cwd = folder) =>
    execFileSync(command, args, { cwd, env, encoding: "utf8" });
  run("npm", ["run", "-s", "build"], ROOT);
  const packed = run("npm", ["pack", "--silent", "--pack-destination", folder], ROOT).trim().split("\n").at(-1)!;
  writeFileSync(join(folder, "package.json"), '{ "name": "empty", "private": true, "type": "module" }');
  writeFileSync(join(folder, ".npmrc"), "onnxruntime-node-install=skip\n");
  run("npm", ["install", "--silent", "--no-audit", "--no-fund", `./${packed}`]);
  assert.match(run("npx", ["gleaner", "--version"]), /^\d+\.\d+\.\d+/);
  assert.match(run("npx", ["gleaner", "env", "workshop", "--stdio"]), /^$/);
  const small = ["training.steps=4", "training.batch=4", "environment.trainTasks=12", "environment.testTasks=6"];
  const config = join(folder, "node_modules", "gleaner", "examples", "workshop.yaml");
  const table = run("npx", ["gleaner", "run", config, "--set", ...small]);
  for (const method of ["BC", "RFT×6", "EEF"]) assert(table.includes(method), `no ${method} in\n${table}`);
  writeFileSync(
    join(folder, "own.js"),
    'import { workshop } from "gleaner"; console.log((await workshop().tasks("train")).length);',
  );
  assert.equal(run("node", ["own.js"]).trim(), "400");
  rmSync(folder, { recursive: true });
});
