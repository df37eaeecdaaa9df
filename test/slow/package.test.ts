/** The package as a user gets it: packed, installed into an empty folder, run from there and imported as a library. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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
  const packed = run("npm", ["run", "-s", "pack", "--", folder], ROOT).trim().split("\n").at(-1)!;
  writeFileSync(join(folder, "package.json"), '{ "name": "empty", "private": true, "type": "module" }');
  run("npm", ["install", "--silent", "--ignore-scripts", "--no-audit", "--no-fund", `./${packed}`]);
  const installed = JSON.parse(readFileSync(join(folder, "node_modules", "gleaner", "package.json"), "utf8"));
  const asked = readFileSync(join(folder, "node_modules", "gleaner", "bin", "check-node.js"), "utf8");
  const [, version] = /^>=(\d+\.\d+)$/.exec(installed.engines.node) ?? [];
  assert(asked.includes(`gleaner needs Node ${version} or newer`), `engines ask for ${installed.engines.node}`);
  // What only a clone needs stays there, its Node above all.
  assert.equal(installed.devDependencies, undefined);
  assert(!existsSync(join(folder, "node_modules", ".bin", "node")));
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
