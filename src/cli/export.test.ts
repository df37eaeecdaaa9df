/** `gleaner export` as a user runs it, on the store of a finished run. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gleaner } from "../../test/command.ts";
import { addSyntheticRun } from "../../test/synthetic-run.ts";
import { temporaryFolder } from "../../test/temporary.ts";
import { openSqlite } from "../store/sqlite.ts";
import { chosenRound } from "./export.ts";

const project = temporaryFolder();
const repository = openSqlite(join(project, "store.sqlite"));
addSyntheticRun(repository);
repository.addRun({ name: "empty", kind: "play", config: {} });

test("the flags choose one training set, or the error lists what there is", () => {
  const choose = (run: string, flags: Parameters<typeof chosenRound>[2]) => chosenRound(repository, run, flags);
  assert.equal(choose("demo", { method: "EEF", seed: 2, iteration: 1 }).method, "EEF");
  assert.throws(() => choose("demo", { method: "EEF" }), /run "demo": 4 training sets fit; give --method.*\n[^]*RFT×2/);
  assert.throws(() => choose("demo", { seed: 3 }), /no training set fits these flags/);
  assert.throws(() => choose("empty", {}), /has trained nothing/);
  assert.throws(() => choose("none", {}), /there is no run "none"/);
});

test("equal training sets of several rounds are one", () => {
  const rounds = repository.rounds("demo").filter(({ method }) => method === "BC");
  const { trainingSet } = rounds[0]!;
  repository.addRun({ name: "twice", kind: "experiment", config: {} });
  for (const round of rounds) repository.addRound({ ...round, run: "twice", trainingSet });
  assert.equal(chosenRound(repository, "twice", {}).trainingSet, trainingSet);
});

test("an export is written, checked, and found out when a mark is flipped", async () => {
  const out = join(project, "out");
  const flags = ["--method", "EEF", "--seed", "1", "--iteration", "2"];
  const written = await gleaner(project, ["export", "demo", "--to", "openai", "--out", out, ...flags]);
  assert.match(written!, /demo, EEF, seed 1, iteration 2: 74 demonstrations/);
  assert.match(written!, /learned turns 449, masked turns 128/);
  const checked = await gleaner(project, ["export", "--check", out]);
  assert.match(checked!, /openai learns exactly the 449 stored turns and nothing else/);

  const path = join(out, "train.jsonl");
  const text = readFileSync(path, "utf8");
  assert(text.includes('"weight":0'));
  writeFileSync(path, text.replace('"weight":0', '"weight":1'));
  await assert.rejects(gleaner(project, ["export", "--check", out]), /exited with 1/);
  await assert.rejects(
    gleaner(project, ["export", "other", "--check", out]),
    /exported from run "demo", not from "other"/,
  );
});

test("what cannot be done says which flag is missing", async () => {
  await assert.rejects(
    gleaner(project, ["export", "demo", "--to", "nothing", "--out", "x"]),
    /--to nothing: expected one of trl,/,
  );
  await assert.rejects(gleaner(project, ["export", "demo", "--to", "trl"]), /expected --out/);
});
