/**
 * A clone as npm installs it: no warning of ours with the oldest npm that README's Node brings, with this machine's and
 * with the newest; and all of it works without install scripts. `npm`, `npx` and `node` are the machine's own here, so
 * that an old Node is tried where the machine has one.
 */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { before, test } from "node:test";
import { temporaryFolder } from "../temporary.ts";

const ROOT = join(import.meta.dirname, "..", "..");
/** Node 20 brings npm 10.8.2. */
const OLDEST_NPM = "10.8.2";

const folder = temporaryFolder();
const clone = join(folder, "clone");

/** The environment of a person who has just cloned: nothing of the npm and the test runner that run this. */
function ownEnvironment(first: readonly string[] = []) {
  const path = process.env.PATH!.split(delimiter).filter((entry) => !entry.includes("node_modules"));
  const inherited = /^(npm_(lifecycle|package)_|npm_config_(ignore_scripts|local_prefix|prefix)$|NODE_TEST_CONTEXT$)/;
  const kept = Object.entries(process.env).filter(([name]) => !inherited.test(name));
  return { ...Object.fromEntries(kept), PATH: [...first, ...path].join(delimiter) };
}

function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = ownEnvironment()): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: clone, env, encoding: "utf8" });
  assert.equal(status, 0, `${command} ${args.join(" ")}\n${stdout}\n${stderr}`);
  return stdout + stderr;
}

/** The warnings that this repository causes: what the user's own settings cause is theirs. */
const warningsIn = (output: string) =>
  output.split("\n").filter((line) => /^npm warn/i.test(line) && !/Unknown (user|env|global) config/.test(line));

/** npm of that version, run by `node`. */
function otherNpm(version: string, node: string) {
  const home = join(folder, `npm-${version}`);
  mkdirSync(home);
  const install = ["install", "--silent", "--no-save", "--prefix", home, `npm@${version}`];
  execFileSync("npm", install, { cwd: home, env: ownEnvironment() });
  const npm = join(home, "node_modules", "npm", "bin", "npm-cli.js");
  const first = node === "node" ? [] : [dirname(node)];
  return (...args: readonly string[]) => run(node, [npm, ...args], ownEnvironment(first));
}

/** What a clone must be able to do, whatever Node the machine has. */
function assertWorks() {
  assert.match(run("npx", ["gleaner", "--version"]), /^\d+\.\d+\.\d+/);
  assert.match(run("npx", ["node24", "--version"]), /^v2\d\./);
  run("npx", ["node24", "--disable-warning=ExperimentalWarning", "--test", "src/model/onnx-bytes.test.ts"]);
}

before(() => {
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: ROOT,
    encoding: "utf8",
  })
    .split("\0")
    .filter(Boolean);
  for (const name of new Set(listed)) if (existsSync(join(ROOT, name))) cpSync(join(ROOT, name), join(clone, name));
});

test(`npm ${OLDEST_NPM} installs without a warning, and what it installs works`, () => {
  const npm = otherNpm(OLDEST_NPM, "node");
  assert.deepEqual(warningsIn(npm("install")), []);
  assertWorks();
});

test("this machine's npm runs no install script and leaves the lockfile as it is", () => {
  const lockfile = readFileSync(join(ROOT, "package-lock.json"), "utf8");
  // npm 10 drops what it does not know from a lockfile.
  cpSync(join(ROOT, "package-lock.json"), join(clone, "package-lock.json"));
  assert.deepEqual(warningsIn(run("npm", ["ci"])), []);
  assert.deepEqual(warningsIn(run("npm", ["install"])), []);
  const isOld = /^10\./.test(run("npm", ["--version"]));
  if (!isOld) assert.equal(readFileSync(join(clone, "package-lock.json"), "utf8"), lockfile);
  assertWorks();
});

test("the newest npm installs without a warning", () => {
  const npm = otherNpm("latest", process.execPath);
  rmSync(join(clone, "node_modules"), { recursive: true });
  assert.deepEqual(warningsIn(npm("install")), []);
  assertWorks();
});

test("npm run slim leaves what this machine loads", () => {
  assert.match(run("npm", ["run", "-s", "slim"]), /^ *\d+ MB deleted$/m);
  run("npx", ["node24", "--disable-warning=ExperimentalWarning", "--test", "src/model/call-plan.test.ts"]);
});

test("a clone without its Node says what to do", (t) => {
  const old = execFileSync("node", ["--version"], { env: ownEnvironment(), encoding: "utf8" });
  if (/^v(2[2-9]|[3-9]\d)\./.test(old)) return t.skip(`this machine's own Node is new enough: ${old.trim()}`);
  run("npm", ["install", "--omit=optional"]);
  const { status, stderr } = spawnSync("npx", ["gleaner", "--version"], {
    cwd: clone,
    env: ownEnvironment(),
    encoding: "utf8",
  });
  assert.equal(status, 1);
  assert.match(stderr, /^gleaner needs Node 22\.18 or newer, this is .* Run npm install in .*clone/);
  const unit = spawnSync("npm", ["run", "-s", "unit"], { cwd: clone, env: ownEnvironment(), encoding: "utf8" });
  assert.match(unit.stderr, /^gleaner needs Node 22\.18 or newer/);
});
