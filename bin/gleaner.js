#!/usr/bin/env node
// Starts the command line: the built files of a published package, or the sources of a clone.
import "./check-node.js";
import { existsSync } from "node:fs";
// As a whole: an old Node does not have what is used of it, and should come as far as the check above.
import * as modules from "node:module";
import { join } from "node:path";

// Compiled code is kept in the user's cache, which halves the start of most commands; where it cannot be kept, nothing happens.
const cache = process.env.XDG_CACHE_HOME || (process.env.HOME && join(process.env.HOME, ".cache"));
if (cache) modules.enableCompileCache(join(cache, "gleaner", "compiled"));

const source = new URL("../src/cli/main.ts", import.meta.url);
const isClone = existsSync(source);
if (isClone) {
  // A world of the user's own imports "gleaner"; in a clone that is the sources, which nobody has built.
  const library = new URL("../src/index.ts", import.meta.url).href;
  modules.registerHooks({
    resolve: (name, context, next) => (name === "gleaner" ? { url: library, shortCircuit: true } : next(name, context)),
  });
}
const load = (name) =>
  import(new URL(isClone ? `../src/cli/${name}.ts` : `../dist/cli/${name}.js`, import.meta.url).href);

// Libraries would print their words, and Node warnings and errors that nobody caught, as they are: with text from outside.
const { guardConsole, tellWarning } = await load("terminal");
guardConsole();
process.removeAllListeners("warning");
process.on("warning", tellWarning);
const { main, failed } = await load("main");
process.on("uncaughtException", (error) => process.exit(failed(error)));
process.exitCode = await main(process.argv.slice(2));
