#!/usr/bin/env node
// Starts the command line: the built files of a published package, or the sources of a clone.
import { existsSync } from "node:fs";

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(`gleaner needs Node 22.18 or newer, this is ${process.versions.node}. In a clone use: npx gleaner …`);
  process.exit(1);
}
// node:sqlite still announces itself as experimental; every other warning stays visible.
process.removeAllListeners("warning");
process.on("warning", (warning) => {
  if (!(warning.name === "ExperimentalWarning" && /SQLite/.test(warning.message))) console.error(String(warning));
});

const source = new URL("../src/cli/main.ts", import.meta.url);
const { main } = await import(existsSync(source) ? source.href : new URL("../dist/cli/main.js", import.meta.url).href);
process.exitCode = await main(process.argv.slice(2));
