/** A whole experiment, small but real, with every method and with several seeds; then again from the store, and side by side. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { linesOfDump, roundsOf, runSmall, smallConfig } from "../small-experiment.ts";
import { temporaryFolder } from "../temporary.ts";

const config = smallConfig([
  "{ method: sft-all }",
  "{ method: rft, samples: 2, iterations: 2, trainFrom: previous }",
  "{ method: eef, probes: 2 }",
  "{ method: eto, iterations: 2, batch: 4 }",
  "{ method: rft-eto, samples: 2, batch: 4 }",
  "{ method: nat, samples: 1 }",
  "{ method: agent-evol, samples: 2 }",
  "{ method: best-of, samples: 3 }",
]);

test("an experiment does all methods; again, it does nothing; side by side, the same", async () => {
  const folder = temporaryFolder();
  const first = await runSmall(join(folder, "a"), config, { parallel: 1 });
  const expected = [
    "BC 1 0",
    "SFT-ALL 1 0",
    "RFT×2, continued 1 1",
    "RFT×2, continued 1 2",
    "EEF M=2 1 1",
    "ETO 1 1",
    "ETO 1 2",
    "RFT×2 + ETO 1 1",
    "RFT×2 + ETO 1 2",
    "NAT + own 1 1",
    "AgentEvol×2 1 1",
    "best-of-3 1 0",
  ];
  assert.deepEqual(roundsOf(first.repository), expected.sort());
  assert(first.phases.some((label) => label.includes("probe")));

  const again = await runSmall(join(folder, "a"), config, { parallel: 1 });
  assert.deepEqual(again.phases, []);
  const sideBySide = await runSmall(join(folder, "b"), config, { parallel: 3 });
  assert.deepEqual(linesOfDump(again.repository), linesOfDump(first.repository));
  assert.deepEqual(linesOfDump(sideBySide.repository), linesOfDump(first.repository));

  for (const round of first.repository.rounds("small")) {
    assert.equal(round.evaluated.length, 3);
    assert.equal(round.expert.length, 6);
    // Every rollout from the middle of an expert's run shares that run's first steps.
    for (const id of round.probed) {
      const probe = first.repository.trajectory(id)!;
      const parent = first.repository.trajectory(probe.fork!.from)!;
      assert.deepEqual(probe.steps.slice(0, probe.fork!.step), parent.steps.slice(0, probe.fork!.step));
      assert(parent.policy.startsWith("expert/"));
    }
  }
});

test("each seed is an experiment of its own; side by side, the same", async () => {
  const folder = temporaryFolder();
  const methods = config.methods.filter(({ method }) => method === "eef" || method === "best-of");
  const changes = { methods, seeds: [1, 2] };
  const first = await runSmall(join(folder, "a"), config, { ...changes, parallel: 1 });
  const each = (seed: number) => [`BC ${seed} 0`, `EEF M=2 ${seed} 1`, `best-of-3 ${seed} 0`];
  assert.deepEqual(roundsOf(first.repository), [...each(1), ...each(2)].sort());
  const sideBySide = await runSmall(join(folder, "b"), config, { ...changes, parallel: 4 });
  assert.deepEqual(linesOfDump(sideBySide.repository), linesOfDump(first.repository));
});
