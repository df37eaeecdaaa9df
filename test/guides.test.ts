/** Guides are short, their links lead somewhere, and a guide that is wrong fails where it is wrong. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { ROOT } from "./command.ts";
import { firstMissing, type GuideCommand, stepsOf, walkGuide } from "./guides.ts";
import { temporaryFolder } from "./temporary.ts";

const FOLDER = join(ROOT, "docs", "guides");
const GUIDES = readdirSync(FOLDER).filter((name) => name.endsWith(".md"));
const WALKS = ["test/slow/guides.test.ts", "test/real/guide-trl.test.ts"].map((path) =>
  readFileSync(join(ROOT, path), "utf8"),
);

for (const name of GUIDES) {
  test(`docs/guides/${name} is short, has commands, and is walked by a test`, () => {
    const text = readFileSync(join(FOLDER, name), "utf8");
    assert(text.trimEnd().split("\n").length <= 120, "a guide has at most 120 lines");
    assert(stepsOf(text).some(({ kind }) => kind === "command"));
    assert(WALKS.some((walk) => walk.includes(`"${name.replace(".md", "")}"`)));
    for (const [, link] of text.matchAll(/\]\(([^)#]+)[^)]*\)/g)) {
      assert(existsSync(join(dirname(join(FOLDER, name)), link!)), `no such file: ${link}`);
    }
  });
}

const root = temporaryFolder();
let walks = 0;

/** A guide with this text, walked. */
function walked(text: string): Promise<void> {
  const folder = join(root, `${walks++}`);
  mkdirSync(folder);
  const guide = join(root, "guide.md");
  writeFileSync(guide, text);
  return walkGuide({ guide, folder });
}

const block = (...lines: readonly string[]) => ["```console", ...lines, "```", ""].join("\n");

test("files are saved, input and output go where they should", async () => {
  const file = ["Save this as `a.mjs`:", "```js", "process.stdin.pipe(process.stdout);", "```", ""];
  const text = ["Save this as `in.txt`:", "```text", "one", "two 2", "three", "```", ""];
  const commands = ["$ mkdir new", "$ cd new", "$ node ../a.mjs \\", "    < ../in.txt > out.txt", "$ cat out.txt"];
  await walked([...file, ...text, block(...commands, "one", "two …", "three", "$ head -n 1 out.txt", "o…")].join("\n"));
});

test("a guide that is wrong fails, and says where", async () => {
  await assert.rejects(walked(block("$ npx gleaner runz")), /guide\.md:2: \$ npx gleaner runz\nexit code 2[\s\S]*runz/);
  await assert.rejects(walked(block("$ npx gleaner --version", "9.9.9")), /expected: 9\.9\.9\nprinted:\n\d/);
  await assert.rejects(walked(block("$ npx gleaner --version", "…", "more")), /expected: more/);
  await assert.rejects(walked(block("$ npx gleaner runs --project in --jsno")), /exit code 2/);
  await assert.rejects(walked(block("$ rm in.txt")), /expected npx gleaner …/);
  await assert.rejects(walked(block("$ mkdir ../elsewhere")), /inside the guide's folder/);
  await assert.rejects(walked(block("an output without a command")), /expected a command/);
  await assert.rejects(walked("```console\n$ cat a\n"), /a code block without an end/);
});

test("what is printed must be what the guide shows", () => {
  const shows = (expected: readonly string[], output: string, isApproximate = false) =>
    firstMissing({ kind: "command", line: 1, text: "", expected, isApproximate } satisfies GuideCommand, output);
  assert.equal(shows(["a 1"], "a 1\n"), undefined);
  assert.equal(shows(["a 1"], "a 2\n"), "a 1");
  assert.equal(shows(["a 1"], "a 1\nb\n"), "the end");
  assert.equal(shows(["…", "b", "…"], "a\na\nb\n"), undefined);
  assert.equal(shows(["…", "c", "…"], "a\na\nb\n"), "c");
  assert.equal(shows(["a (…) b"], "a (x) b"), undefined);
  assert.equal(shows(["a.c"], "abc"), "a.c");
  assert.equal(shows([], "a"), undefined, "a guide may leave out what a command prints");
  assert.equal(shows(["│ won │  9.2 % │"], "│ won │ 10.25 % │"), "│ won │  9.2 % │");
  assert.equal(shows(["│ won │  9.2 % │"], "│ won │ 10.25 % │", true), undefined);
  assert.equal(shows(["│ won │  9.2 % │"], "│ lost │ 9.2 % │", true), "│ won │  9.2 % │");
});
