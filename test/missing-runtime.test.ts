/** What a user reads whose npm has left ONNX Runtime out: one sentence with the command, before anything is collected. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "./temporary.ts";

const ROOT = join(import.meta.dirname, "..");
const folder = temporaryFolder();

/** As if the package were not there: Node looks for it under a name that nobody has. */
const absent = join(folder, "absent.mjs");
writeFileSync(
  absent,
  `import { registerHooks } from "node:module";
registerHooks({ resolve: (name, context, next) => next(name === "onnxruntime-node" ? "onnxruntime-absent" : name, context) });`,
);

function gleaner(...args: readonly string[]) {
  const start = ["--import", absent, join(ROOT, "bin", "gleaner.js"), ...args];
  return spawnSync(process.execPath, start, { cwd: ROOT, encoding: "utf8" });
}

test("without ONNX Runtime a run says how to add it and collects nothing", () => {
  const project = join(folder, "project");
  const { status, stderr } = gleaner("run", "examples/workshop.yaml", "--project", project);
  assert.match(stderr, /^gleaner: student\.kind embedded: ONNX Runtime .* run `npm install --ignore-scripts`[^\n]*\n$/);
  assert.equal(status, 2);
  assert(!existsSync(join(project, "checkpoints")));
});

test("without ONNX Runtime doctor names it, and what needs no model works", () => {
  const findings = JSON.parse(gleaner("doctor", "--json").stdout) as { what: string; state: string; advice: string }[];
  const found = findings.find(({ what }) => what === "ONNX Runtime")!;
  assert.equal(found.state, "missing");
  assert.match(found.advice, /npm install --ignore-scripts/);
  assert.match(gleaner("env").stdout, /workshop/);
});
