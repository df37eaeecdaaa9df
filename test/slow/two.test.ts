/**
 * The same run started twice at once, by a scheduler or a person, again and again: with equal starts, with starts a moment
 * apart, and with one of the two killed. The project must always come to what it comes to undisturbed.
 */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { random } from "../../src/core/random.ts";
import { ownerOf } from "../../src/files/lock.ts";
import { checkpointsOf } from "../checkpoint-hashes.ts";
import { gleaner } from "../command.ts";

const TRIES = 6;

const CONFIG = `run: two
environment: { name: workshop, kind: front, trainTasks: 12, testTasks: 4 }
expert: { scripted: true, errorRate: 0.25 }
format: compact
student: { width: 128, layers: 2, heads: 4, context: 192 }
training: { steps: 2, batch: 2, learningRate: 0.002, optimizer: muon }
methods: []
evaluate: { splits: [test], tasks: 2 }
seeds: [1, 2]
`;

test(`a run that is started twice at once, ${TRIES} times, always ends as one that is not`, async () => {
  const folder = mkdtempSync(join(tmpdir(), "gleaner-two-"));
  const config = join(folder, "two.yaml");
  writeFileSync(config, CONFIG);
  const whole = join(folder, "whole");
  const start = performance.now();
  await gleaner(whole, ["run", config]);
  const tookMs = performance.now() - start;
  const dump = await gleaner(whole, ["dump"]);
  const checkpoints = checkpointsOf(whole);
  const moments = random("two");
  let kills = 0;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const project = join(folder, `two-${attempt}`);
    const isKilled = attempt % 3 === 2;
    const second = async () => {
      if (attempt % 3 === 1) await sleep(moments.next() * tookMs);
      return gleaner(project, ["run", config]);
    };
    const first = gleaner(project, ["run", config], isKilled ? 200 + moments.next() * tookMs : undefined);
    const [ended] = await Promise.all([first, second()]);
    if (ended === null) kills++;
    assert.equal(await gleaner(project, ["dump"]), dump, `attempt ${attempt}`);
    assert.deepEqual(checkpointsOf(project), checkpoints, `attempt ${attempt}`);
    assert.deepEqual(filesOfLocks(project, isKilled), ["two.lock"]);
    rmSync(project, { recursive: true });
  }
  console.log(`${TRIES} double starts, ${kills} of them with one of the two killed`);
  rmSync(folder, { recursive: true });
});

/** One that is killed after the other has ended leaves its word behind; it must name nobody. */
function filesOfLocks(project: string, isKilled: boolean): readonly string[] {
  const locks = join(project, "locks");
  assert.equal(ownerOf(join(locks, "two.lock")), undefined);
  return readdirSync(locks).filter((name) => !(isKilled && name === "two.lock.owner.json"));
}
