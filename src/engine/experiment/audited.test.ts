// A run whose config requires an exact way back goes on only with an audit that found it.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../../core/json.ts";
import { openTemporary } from "../../store/sqlite.ts";
import { expectAudited } from "./audited.ts";
import { parseConfig } from "./config.ts";

const FAULT = { kind: "clock", task: "w/train/1", step: 3 };
const audit = (restore: string, faults: Json = []) => ({
  ...{ restore, way: "copy", walks: 10, steps: 100, rewarded: 1, ended: 2, faults, notes: [] },
});

function expecting(restore: string | undefined, stored: Json): void {
  const text = "run: r\nenvironment: { name: workshop }\nexpert: { scripted: true }\nmethods: []\n";
  const config = parseConfig("c.yaml", restore === undefined ? text : `${text}restore: ${restore}\n`);
  const repository = openTemporary();
  repository.addRun({ name: "r", kind: "experiment", config: stored });
  expectAudited(config, { repository });
}

test("without `restore` nothing is expected", () => expecting(undefined, {}));

test("with it, the run keeps an audit", () => {
  for (const restore of ["copy", "none"])
    assert.throws(() => expecting(restore, {}), { name: "CliError", message: /^restore: expected an audit of the/ });
});

test("what it requires was found", () => {
  expecting("copy", { audit: audit("copy") });
  expecting("none", { audit: audit("none", [FAULT]) });
  const message =
    "restore: expected a world that is put back exactly by a copy; its audit found clock (w/train/1, after 3 actions)";
  assert.throws(() => expecting("copy", { audit: audit("none", [FAULT]) }), { name: "EnvironmentError", message });
  assert.throws(() => expecting("state", { audit: audit("copy") }), /audit found copy$/);
});
