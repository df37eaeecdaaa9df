// Where a run's world has its files: kept beside the store, found again, and told where it is gone.
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../../test/temporary.ts";
import { keepWorld, worldOfRun } from "./places.ts";

test("paths are kept whole, and nothing else of a world", () => {
  const project = temporaryFolder();
  const data = join(project, "games");
  mkdirSync(data);
  keepWorld(project, "one", { name: "alfworld", data: relative(".", data), maxSteps: 7 });
  assert.deepEqual(worldOfRun(project, "one", {}), { data });
  assert.deepEqual(worldOfRun(project, "other", {}), {});
  keepWorld(project, "shop", { name: "webshop", data, nouns: "heuristic", goals: "human" });
  assert.deepEqual(worldOfRun(project, "shop", {}), { data, nouns: "heuristic" });
  keepWorld(project, "nothing", { name: "workshop", kind: "front" });
  assert.deepEqual(readdirSync(join(project, "worlds")), ["one.json", "shop.json"]);
});

test("a user's own world is found from another folder", () => {
  const project = temporaryFolder();
  const world = join(project, "world.mjs");
  writeFileSync(world, "");
  keepWorld(project, "one", { name: relative(".", world) });
  assert.deepEqual(worldOfRun(project, "one", {}), { name: world });
});

test("a place that is gone is told with the flag that gives another; a flag goes before it", () => {
  const project = temporaryFolder();
  const data = join(project, "games");
  mkdirSync(data);
  keepWorld(project, "one", { name: "alfworld", data });
  rmSync(data, { recursive: true });
  const message = `run "one" was made with ${data}, which is not there any more: say where it is now with --data`;
  assert.throws(() => worldOfRun(project, "one", {}), { name: "CliError", message });
  assert.deepEqual(worldOfRun(project, "one", { data: "elsewhere" }), {});
});

test("a file where the folder of places belongs is told by its path", () => {
  const project = temporaryFolder();
  writeFileSync(join(project, "worlds"), "");
  assert.throws(() => keepWorld(project, "one", { name: "alfworld", data: project }), {
    name: "StoreError",
    message: `${join(project, "worlds", "one.json")}: cannot be written: a part of this path is a file, not a folder (ENOTDIR)`,
  });
});
