// Folders and patterns as inputs.
import assert from "node:assert/strict";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { scratchFolder } from "../../test/logs.ts";
import { logFiles } from "./inputs.ts";

const { folder, write } = scratchFolder();
for (const name of ["runs", "runs/b", "runs/b/deep", "runs/.hidden", "empty"]) mkdirSync(join(folder, name));
const names = [
  "b/deep/z.traj",
  "b/2.json",
  "b/10.jsonl.gz",
  "a.eval",
  ".hidden/h.json",
  ".dot.json",
  "notes.txt",
  "c.gz",
];
for (const name of names) write(join("runs", name), "");
symlinkSync(join(folder, "runs/b/2.json"), join(folder, "runs/link.json"));
symlinkSync(join(folder, "runs"), join(folder, "runs/b/loop.json"));
symlinkSync(join(folder, "absent"), join(folder, "runs/broken.json"));
const runs = (...names: string[]) => names.map((name) => join(folder, "runs", name));

test("a folder is the logs in it, by their paths", async () => {
  const all = runs("a.eval", "b/10.jsonl.gz", "b/2.json", "b/deep/z.traj", "link.json");
  const { files, expanded } = await logFiles([join(folder, "runs")]);
  assert.deepEqual(files, all);
  assert.deepEqual(expanded, [{ input: join(folder, "runs"), count: 5 }]);
  // What is given twice by folders is taken once; a file that is given by its name stays where it is.
  const both = await logFiles([join(folder, "runs/b"), "first.json", join(folder, "runs")]);
  assert.deepEqual(both.files, [...all.slice(1, 4), "first.json", all[0], all[4]]);
  await assert.rejects(logFiles([join(folder, "empty")]), {
    name: "CliError",
    message: /empty: no log in this folder, expected files that end in \.jsonl, .*, or these with \.gz or \.zst$/,
  });
});

test("a pattern is the files that match it, and the folders' logs", async () => {
  const of = async (pattern: string) => (await logFiles([join(folder, pattern)])).files;
  assert.deepEqual(await of("runs/*.eval"), runs("a.eval"));
  assert.deepEqual(
    await of("runs/b/*.{json,jsonl.gz}"),
    runs("b/10.jsonl.gz", "b/2.json", "b/deep/z.traj").slice(0, 2),
  );
  assert.deepEqual(await of("runs/**/z.*"), runs("b/deep/z.traj"));
  assert.deepEqual(await of("runs/b/d*"), runs("b/deep/z.traj"));
  assert.deepEqual(await of("runs/notes.???"), runs("notes.txt"));
  await assert.rejects(of("runs/*.none"), {
    name: "CliError",
    message: /runs\/\*\.none": no file matches this pattern$/,
  });
});

test("a file that is called like a pattern is that file, and one that is missing is left to be named", async () => {
  const odd = write("runs[1].json", "");
  assert.deepEqual(await logFiles([odd, "absent.json"]), { files: [odd, "absent.json"], expanded: [] });
});
