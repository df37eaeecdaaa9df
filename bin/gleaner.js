#!/usr/bin/env node
// Starts the command line: the built files of a published package, or the sources of a clone.
import "./check-node.js";
import { existsSync } from "node:fs";
// As a whole: an old Node does not have what is used of it, and should come as far as the check above.
import * as modules from "node:module";
import { join } from "node:path";

// Compiled code is kept in the user's cache, which halves the start of most commands; where it cannot be kept, nothing happens.
const isClone = existsSync(new URL("../src/cli/main.ts", import.meta.url));
const load = (part) => import(new URL(isClone ? `../src/${part}.ts` : `../dist/${part}.js`, import.meta.url).href);
const { cacheFolder } = await load("installs/cache-folder");
try {
  modules.enableCompileCache(join(cacheFolder(), "compiled"));
} catch {
  // A user without a home folder.
}

if (isClone) {
  // A world of the user's own imports "gleaner"; in a clone that is the sources, which nobody has built.
  const library = new URL("../src/index.ts", import.meta.url).href;
  modules.registerHooks({
    resolve: (name, context, next) => (name === "gleaner" ? { url: library, shortCircuit: true } : next(name, context)),
  });
}

// Libraries would print their words, and Node warnings and errors that nobody caught, as they are: with text from outside.
const { guardConsole, tellWarning } = await load("cli/terminal");
guardConsole();
process.removeAllListeners("warning");
process.on("warning", tellWarning);
const { catchTheRest, main } = await load("cli/main");
const argv = process.argv.slice(2);
catchTheRest(argv);
process.exitCode = await main(argv);
