// docs/formats.md says what the readers did, and has every format of chats.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { CHAT_FORMATS } from "../src/importers/readers/registry.ts";
import { CONTAINERS } from "./containers.ts";
import { PAGE, pageWithTable } from "./format-table.ts";

test("the table of formats is what reading them gave; npm run formats makes it", () => {
  const page = readFileSync(PAGE, "utf8");
  assert.equal(page, pageWithTable(page));
  assert.doesNotMatch(page, /in part/);
});

test("every format of chats has a container that it is tested with", () => {
  assert.deepEqual(Object.keys(CONTAINERS).toSorted(), CHAT_FORMATS.toSorted());
});
