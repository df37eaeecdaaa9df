// Only a clear yes agrees; no answer is a no, and where nobody sits the flag is named.
import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { isAgreed } from "./confirm.ts";

const seat = () => ({
  input: Object.assign(new PassThrough(), { isTTY: true }),
  output: Object.assign(new PassThrough(), { isTTY: true }),
});

test("y and yes agree, all else and the end of the input do not", async () => {
  for (const [typed, expected] of [
    ["y\n", true],
    ["Yes\n", true],
    ["n\n", false],
    ["\n", false],
    ["yesterday\n", false],
    ["\u0004", false],
  ] as const) {
    const { input, output } = seat();
    const agreed = isAgreed("Remove x?", { input, output });
    input.write(typed);
    assert.equal(await agreed, expected, JSON.stringify(typed));
    assert.match(String(output.read()), /Remove x\? \[y\/N\]/);
  }
});

test("where nobody sits, nothing is agreed", async () => {
  const { output } = seat();
  const nobody = isAgreed("Remove x?", { input: new PassThrough(), output });
  await assert.rejects(nobody, {
    name: "CliError",
    message: "expected --yes, since nobody can be asked here: Remove x?",
  });
});
