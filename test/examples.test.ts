/** Every program of examples/ is short, has no casts, runs, and prints what it promises. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { environmentContract } from "./contract/environment.ts";

const FOLDER = join(import.meta.dirname, "..", "examples");
const PRINTS: Readonly<Record<string, RegExp>> = {
  "own-tools.ts": /^(find_order|refund)\(\{"order_id":"A-1"/,
  "own-world.ts": /^(won|lost) after \d+ steps/,
  "probe-a-failure.ts":
    /won +from[\s\S]*lost from[\s\S]*Steps \d+ to \d+ were harmful[\s\S]*before step \d+ is the need-recover state/,
  "mask.ts": /solution from s_0[\s\S]*learn +assistant[\s\S]*recovery from s_2/,
};

/** The whole method needs more lines than one use of the library. What it prints is read in test/slow/eef-from-scratch.test.ts. */
const WHOLE_METHOD = "eef-from-scratch.ts";

for (const file of readdirSync(FOLDER).filter((name) => name.endsWith(".ts"))) {
  test(`examples/${file}`, () => {
    const source = readFileSync(join(FOLDER, file), "utf8");
    const most = file === WHOLE_METHOD ? 150 : 39;
    assert(source.trimEnd().split("\n").length <= most, `expected at most ${most} lines`);
    const code = source.replace(/\/\*[\s\S]*?\*\/|\/\/.*|"[^"]*"|`[^`]*`/g, "");
    assert.doesNotMatch(code, /\bas (?!const\b|gleaner\b)\w/, "an example has no casts");
    if (file === WHOLE_METHOD) return;
    // As README.md beside it says: no flag, and nothing was built.
    assert.match(execFileSync(process.execPath, [join(FOLDER, file)], { encoding: "utf8" }), PRINTS[file]!);
  });
}

test("examples/README.md has a row for each example, and no other", () => {
  const rows = [...readFileSync(join(FOLDER, "README.md"), "utf8").matchAll(/^\| `([^`]+)` +\|/gm)].map(
    ([, name]) => name,
  );
  assert.deepEqual(
    rows.sort(),
    readdirSync(FOLDER)
      .filter((name) => name !== "README.md")
      .sort(),
  );
});

// Inside this process, "gleaner" is the source, as it is for the programs run above.
const library = new URL("../src/index.ts", import.meta.url).href;
registerHooks({
  resolve: (name, context, next) => next(name === "gleaner" ? library : name, context),
});
environmentContract("examples/own-world.ts", async () => (await import("../examples/own-world.ts")).benchmark);
