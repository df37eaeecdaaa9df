import assert from "node:assert/strict";
import { test } from "node:test";
import { corridor } from "../../../test/corridor.ts";
import { StoreError } from "../../core/errors.ts";
import type { Policy } from "../../core/policy.ts";
import { openSqlite } from "../../store/sqlite.ts";
import { expertRollouts } from "./expert.ts";
import type { Progress } from "./progress.ts";

const progress: Progress = { phase: () => ({ advance() {}, end() {} }), say() {} };

/** Plays with a policy, and tells in which order the store synced and the policy forgot and closed. */
async function played(act: Policy["act"]) {
  const order: string[] = [];
  const stored = openSqlite(":memory:");
  const repository = { ...stored, sync: () => void order.push("sync") };
  repository.addRun({ name: "run", kind: "expert", config: {} });
  const policy: Policy = {
    name: "p",
    act,
    forget: () => void order.push("forget"),
    close: async () => void order.push("close"),
  };
  const tasks = await corridor.tasks("train");
  const common = { run: "run", repository, benchmark: corridor, progress, seed: 1, concurrency: 2 };
  const ended = await expertRollouts({ ...common, policy, tasks }).then(
    () => "made",
    (error: unknown) => error,
  );
  return { ended, order, stored: repository.trajectoriesOf("run") };
}

test("a policy is told to forget its answers when its episodes are stored and synced, before it is closed", async () => {
  const { ended, order, stored } = await played(async () => ({ thought: "", action: "", completion: "", usage: null }));
  assert.equal(ended, "made");
  assert(stored.length > 0);
  assert.deepEqual(order, ["sync", "forget", "close"]);
});

test("an answer that cannot be kept ends the run: no episode fails of it, and nothing is forgotten", async () => {
  const { ended, order, stored } = await played(async () => {
    throw new StoreError("journal: cannot be written: the disk is full (ENOSPC)");
  });
  assert(ended instanceof StoreError);
  assert.deepEqual(stored, []);
  assert.deepEqual(order, ["close"]);
});
