// Commands in hints: they repeat what they were given under, and a shell takes every word as it was.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import fc from "fast-check";
import { anyCharacter } from "../../test/any-character.ts";
import { commandLine, shellQuoted } from "./command-line.ts";

test("a command repeats the options that were given", () => {
  assert.equal(commandLine()("show", "agent"), "gleaner show agent");
  const command = commandLine({ "--project": "my project", "--data": undefined });
  assert.equal(command("show", "agent", "--all"), "gleaner show agent --all --project 'my project'");
});

test("a shell reads back every word", () => {
  const words = fc.sample(fc.string({ unit: anyCharacter }), 200).map((word) => word.replaceAll("\0", ""));
  const all = ["", "it's", '$(x) `y` \\ "z"', "a\nb", "~", "*", "#", "-n", ...words];
  const script = `printf '%s\\0' ${all.map(shellQuoted).join(" ")}`;
  assert.deepEqual(execFileSync("sh", ["-c", script], { encoding: "utf8" }).split("\0").slice(0, -1), all);
});
