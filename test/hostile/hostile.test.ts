/** The hostile corpus: `npm run test:hostile` prints what became of each kind of input. Nothing in it harms other programs. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { scratchFolder } from "../logs.ts";
import { hostileAnswers } from "./answers.ts";
import { hostileArchives } from "./archives.ts";
import { hostileChats } from "./chats.ts";
import { hostileCheckpoints } from "./checkpoints.ts";
import { hostileConfigs } from "./configs.ts";
import { type HostileCase, judgeAll } from "./judging.ts";
import { hostileLogs } from "./logs.ts";
import { hostileStores } from "./stores.ts";

const { folder, write } = scratchFolder();
const KINDS: Readonly<Record<string, () => Iterable<HostileCase> | AsyncIterable<HostileCase>>> = {
  configs: () => hostileConfigs(write),
  logs: () => hostileLogs(write),
  chats: hostileChats,
  archives: () => hostileArchives(write),
  stores: () => hostileStores(folder, write),
  checkpoints: () => hostileCheckpoints(folder),
  answers: hostileAnswers,
};

let total = 0;
for (const [kind, cases] of Object.entries(KINDS)) {
  test(`hostile ${kind}: each is read, refused with place and expectation, or bounded by a stated limit`, async () => {
    total += await judgeAll(kind, cases());
  });
}

test("there are at least twenty thousand", () => {
  console.log(`hostile inputs: ${total}`);
  assert(total >= 20_000);
});
