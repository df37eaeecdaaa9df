/**
 * The package as a user gets it: packed in a clean clone, installed into an empty folder, run from there and imported as a
 * library. Once where install scripts reach what they ask for, as far as they do here; once where nothing answers but the
 * registry of packages, so that ONNX Runtime's script fails.
 */
import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { before, test } from "node:test";
import { temporaryFolder } from "../temporary.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const folder = temporaryFolder();
const clone = join(folder, "clone");
let tarball = "";

/** The package runs on the user's Node; here that is the one the repository pins. npm's own settings are the machine's. */
const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_(lifecycle|package)_/.test(name)));
const env = { ...own, PATH: `${dirname(process.execPath)}:${process.env.PATH}` };
/** ONNX Runtime's script fetches through this proxy, where nobody listens. npm does not know the variable. */
const onlyRegistry = { ...env, GLOBAL_AGENT_HTTPS_PROXY: "http://127.0.0.1:9" };

const run = (cwd: string, command: string, ...args: readonly string[]) =>
  execFileSync(command, args, { cwd, env, encoding: "utf8" });

/** An empty project of a user. */
function project(name: string): string {
  const path = join(folder, name);
  mkdirSync(path);
  writeFileSync(join(path, "package.json"), '{ "name": "empty", "private": true, "type": "module" }');
  return path;
}

const small = ["training.steps=4", "training.batch=4", "environment.trainTasks=12", "environment.testTasks=6"];
const config = join("node_modules", "gleaner", "examples", "workshop.yaml");
const hasRuntime = (cwd: string) => existsSync(join(cwd, "node_modules", "onnxruntime-node"));

before(() => {
  const listed = run(ROOT, "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0");
  for (const name of new Set(listed.filter(Boolean)))
    if (existsSync(join(ROOT, name))) cpSync(join(ROOT, name), join(clone, name));
  symlinkSync(join(ROOT, "node_modules"), join(clone, "node_modules"));
});

test("npm pack builds in a clean clone, and leaves the clone's package.json as it was", () => {
  const manifest = readFileSync(join(clone, "package.json"), "utf8");
  const packed = run(clone, "npm", "pack", "--silent", "--pack-destination", folder).trim().split("\n").at(-1)!;
  tarball = join(folder, packed);
  assert.equal(readFileSync(join(clone, "package.json"), "utf8"), manifest);
  assert(!existsSync(join(clone, "package.clone.json")));
});

/** `gleaner view` serves the page and the project. */
async function answers(user: string): Promise<void> {
  const child = spawn("npx", ["gleaner", "view", "--port", "0"], { cwd: user, env, detached: true });
  try {
    const [printed] = await once(child.stdout, "data");
    const [address] = /http:\S+/.exec(String(printed)) ?? [];
    assert.match(await (await fetch(address!)).text(), /<div id="page">/);
    const { runs } = (await (await fetch(`${address}api/project`)).json()) as { runs: unknown[] };
    assert.equal(runs.length, 1);
  } finally {
    // npx and what it started.
    process.kill(-child.pid!, "SIGTERM");
  }
}

test("the package installs without install scripts, runs, and is a library", async () => {
  const user = project("user");
  run(user, "npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", tarball);
  const installed = JSON.parse(readFileSync(join(user, "node_modules", "gleaner", "package.json"), "utf8"));
  const asked = readFileSync(join(user, "node_modules", "gleaner", "bin", "check-node.js"), "utf8");
  const [, version] = /^>=(\d+\.\d+)$/.exec(installed.engines.node) ?? [];
  assert(asked.includes(`gleaner needs Node ${version} or newer`), `engines ask for ${installed.engines.node}`);
  // What only a clone needs stays there, its Node above all.
  assert.equal(installed.devDependencies, undefined);
  assert.deepEqual(Object.keys(installed.scripts), ["postpack"]);
  assert(!existsSync(join(user, "node_modules", ".bin", "node")));
  assert.match(run(user, "npx", "gleaner", "--version"), /^\d+\.\d+\.\d+/);
  assert.match(run(user, "npx", "gleaner", "env", "workshop", "--stdio"), /^$/);
  const table = run(user, "npx", "gleaner", "run", config, "--set", ...small);
  for (const method of ["BC", "RFT×6", "EEF"]) assert(table.includes(method), `no ${method} in\n${table}`);
  // The page comes built: what builds it is not installed.
  assert(!existsSync(join(user, "node_modules", "vite")));
  assert.match(run(user, "npx", "gleaner", "view", "--export", "shared"), /^shared: \d+ files, /);
  const page = readFileSync(join(user, "shared", "index.html"), "utf8");
  for (const [, name] of page.matchAll(/(?:src|href)="\.\/([^"]+)"/g)) assert(existsSync(join(user, "shared", name!)));
  await answers(user);
  writeFileSync(
    join(user, "own.js"),
    'import { workshop } from "gleaner"; console.log((await workshop().tasks("train")).length);',
  );
  assert.equal(run(user, "node", "own.js").trim(), "400");
});

test("where only the registry answers, it installs without a flag, and says what is missing when a model is needed", () => {
  const user = project("only-registry");
  execFileSync("npm", ["install", "--silent", "--no-audit", "--no-fund", tarball], { cwd: user, env: onlyRegistry });
  assert.match(run(user, "npx", "gleaner", "env"), /workshop/);
  if (!hasRuntime(user)) {
    const refused = spawnSync("npx", ["gleaner", "run", config, "--set", ...small], {
      cwd: user,
      env,
      encoding: "utf8",
    });
    assert.equal(refused.status, 2, refused.stderr);
    const [, command] = /is not installed: run `(npm install [^`]*)`/.exec(refused.stderr) ?? [];
    assert(command, `no command in ${refused.stderr}`);
    assert(!refused.stderr.includes("    at "), refused.stderr);
    execFileSync("npm", command.split(" ").slice(1), { cwd: user, env: onlyRegistry });
  }
  assert(hasRuntime(user));
  assert.match(run(user, "npx", "gleaner", "run", config, "--set", ...small), /EEF/);
});
