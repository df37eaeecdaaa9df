import assert from "node:assert/strict";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../../../test/temporary.ts";
import type { Checkpoint } from "../../core/training.ts";
import { initialCheckpoint } from "../embedded/trainer.ts";
import { baseCheckpoint } from "./base-checkpoint.ts";
import { beginCheckpoint, setAsideIfDamaged } from "./checkpoint-work.ts";
import { MANIFEST, manifestOf } from "./manifest.ts";

const TEMPORARY = temporaryFolder();
const WEIGHTS = "model.safetensors";
const architecture = { width: 16, layers: 1, heads: 2, context: 64, vocabulary: 300 };
const material = [{ role: "user", content: "red or green" }] as const;

const newProject = () => mkdtempSync(join(TEMPORARY, "project-"));
const make = (project: string) => initialCheckpoint({ project, architecture, material, seed: 1 });
const checkpointsOf = (project: string) => readdirSync(join(project, "checkpoints")).sort();

/** A project with one checkpoint; `named` is its id. */
async function projectWithOne() {
  const project = newProject();
  const checkpoint = await make(project);
  return { project, checkpoint, folder: join(project, "checkpoints", checkpoint.id), named: checkpoint.id };
}

test("a checkpoint lists its files, and is found whole", async () => {
  const { project, checkpoint, folder, named } = await projectWithOne();
  const { files } = JSON.parse(readFileSync(join(folder, MANIFEST), "utf8"));
  const names = ["config.json", "generation_config.json", WEIGHTS, "tokenizer.json", "tokenizer_config.json"];
  assert.deepEqual(
    files.map(({ name }: { name: string }) => name),
    names,
  );
  assert.equal(setAsideIfDamaged(project, checkpoint), undefined);
  assert.deepEqual(checkpointsOf(project), [named]);
});

const DAMAGES: readonly (readonly [string, (folder: string) => void, RegExp])[] = [
  ["missing weights", (folder) => rmSync(join(folder, WEIGHTS)), /\(model\.safetensors is missing\)/],
  ["weights cut short", (folder) => truncateSync(join(folder, WEIGHTS), 1000), /has 1000 bytes, expected \d+/],
  ["an empty file", (folder) => truncateSync(join(folder, "config.json")), /config\.json has 0 bytes/],
  ["a changed byte", changeByte, /model\.safetensors has changed since it was written/],
  ["a torn manifest", (folder) => truncateSync(join(folder, MANIFEST), 20), /gleaner\.manifest cannot be read/],
  ["a foreign manifest", (folder) => writeFileSync(join(folder, MANIFEST), "{}"), /cannot be read \(expected format 1/],
  ["an empty folder", (folder) => emptied(folder, []), /config\.json is missing/],
  ["half a folder", (folder) => emptied(folder, ["tokenizer_config.json"]), /config\.json is missing/],
  ["no folder", turnedIntoFile, /it is no folder/],
];

function changeByte(folder: string): void {
  const path = join(folder, WEIGHTS);
  const bytes = readFileSync(path);
  bytes[bytes.length - 1]! ^= 1;
  writeFileSync(path, bytes);
}

function turnedIntoFile(folder: string): void {
  rmSync(folder, { recursive: true });
  writeFileSync(folder, "");
}

/** With nothing left but `kept`. */
function emptied(folder: string, kept: readonly string[]): void {
  for (const name of readdirSync(folder)) if (!kept.includes(name)) rmSync(join(folder, name));
}

for (const [what, damage, expected] of DAMAGES) {
  test(`a damaged checkpoint is set aside and can be made again: ${what}`, async () => {
    const { project, checkpoint, folder, named } = await projectWithOne();
    const whole = readFileSync(join(folder, WEIGHTS));
    damage(folder);
    const said = setAsideIfDamaged(project, checkpoint)!;
    assert.match(said, expected);
    assert.match(said, /is made again; what is left of it is now checkpoints\/\w+\.damaged$/);
    assert.deepEqual(checkpointsOf(project), [`${named}.damaged`]);
    await make(project);
    assert(readFileSync(join(folder, WEIGHTS)).equals(whole));
    damage(folder);
    assert.match(setAsideIfDamaged(project, checkpoint)!, /\.damaged-2$/);
    assert.deepEqual(checkpointsOf(project), [`${named}.damaged`, `${named}.damaged-2`]);
  });
}

test("one that is gone is told, and nothing is set aside", async () => {
  const { project, checkpoint, folder, named } = await projectWithOne();
  assert.equal(setAsideIfDamaged(project, checkpoint), undefined);
  rmSync(folder, { recursive: true });
  assert.equal(setAsideIfDamaged(project, checkpoint), `checkpoint ${named} is gone and is made again`);
  assert.deepEqual(checkpointsOf(project), []);
});

test("a checkpoint of before there were manifests opens, and is looked at as far as that goes", async () => {
  const damages: readonly (readonly [(folder: string) => void, RegExp | undefined])[] = [
    [() => {}, undefined],
    [(folder) => rmSync(join(folder, "tokenizer.json")), /tokenizer\.json is missing/],
    [(folder) => rmSync(join(folder, WEIGHTS)), /its weights are missing/],
    [(folder) => truncateSync(join(folder, "config.json"), 5), /config\.json cannot be read/],
    [(folder) => truncateSync(join(folder, WEIGHTS), 4000), /model\.safetensors has 4000 bytes, expected \d+/],
    [(folder) => truncateSync(join(folder, WEIGHTS), 4), /model\.safetensors cannot be read/],
  ];
  for (const [damage, expected] of damages) {
    const { project, checkpoint, folder } = await projectWithOne();
    rmSync(join(folder, MANIFEST));
    damage(folder);
    const said = setAsideIfDamaged(project, checkpoint);
    if (expected) assert.match(said!, expected);
    else assert.equal(said, undefined);
  }
});

test("a folder of the user's own is never touched", async () => {
  const { folder } = await projectWithOne();
  const project = newProject();
  const base = baseCheckpoint(project, folder);
  truncateSync(join(folder, WEIGHTS), 10);
  assert.equal(setAsideIfDamaged(project, base), undefined);
  assert.deepEqual(checkpointsOf(project), [base.id]);
  assert.equal(setAsideIfDamaged(project, { ...base, at: { kind: "hosted", model: "m" } }), undefined);
});

test("a base checkpoint is linked once, anew where its folder moved, and not to itself", async () => {
  const { folder } = await projectWithOne();
  const project = newProject();
  const base = baseCheckpoint(project, folder);
  const link = join(project, "checkpoints", base.id);
  baseCheckpoint(project, folder);
  const moved = join(newProject(), "moved");
  cpSync(folder, moved, { recursive: true });
  rmSync(link);
  symlinkSync(join(TEMPORARY, "gone"), link, "dir");
  assert.deepEqual(baseCheckpoint(project, moved), base);
  assert.deepEqual(baseCheckpoint(project, link), base);
  assert.deepEqual(checkpointsOf(project), [base.id]);
  assert(existsSync(join(link, "config.json")));
});

const made = (to: string, text: string) => {
  mkdirSync(to);
  for (const name of ["config.json", "tokenizer.json"]) writeFileSync(join(to, name), text);
};

test("of two that make the same checkpoint, the first one's is taken", () => {
  const project = newProject();
  const id = "same" as Checkpoint["id"];
  const [first, second] = [beginCheckpoint(project, id), beginCheckpoint(project, id)];
  made(first.to, '"first"');
  made(second.to, '"second"');
  first.finish();
  second.finish();
  for (const { close } of [first, second]) close();
  assert.deepEqual(checkpointsOf(project), ["same"]);
  assert.equal(readFileSync(join(project, "checkpoints", "same", "config.json"), "utf8"), '"first"');
});

test("what is damaged where a new one is to go is set aside, and work that is given up leaves nothing", () => {
  const project = newProject();
  const id = "one" as Checkpoint["id"];
  const damaged = join(project, "checkpoints", "one");
  mkdirSync(damaged, { recursive: true });
  writeFileSync(join(damaged, "tokenizer_config.json"), "{}");
  const work = beginCheckpoint(project, id);
  made(work.to, '"whole"');
  work.finish();
  work.close();
  assert.deepEqual(checkpointsOf(project), ["one", "one.damaged"]);
  assert.equal(readFileSync(join(damaged, MANIFEST), "utf8"), manifestOf(damaged));
  beginCheckpoint(project, "two" as Checkpoint["id"]).close();
  assert.deepEqual(checkpointsOf(project), ["one", "one.damaged"]);
});
