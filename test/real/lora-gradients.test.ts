/** Adapters against torch and PEFT on a tiny checkpoint: gradients of both objectives, and the merged checkpoint. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { randomPairs } from "../tiny-model.ts";
import { assertEqualsTorch } from "./lora.ts";
import { skip, tinyCheckpoint } from "./real.ts";

test("gradients, losses and logits equal those of torch and PEFT", { skip }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "gleaner-lora-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const pairs = randomPairs({ vocab_size: 1024 }, 3, 5);
  const batch = pairs.flatMap(({ chosen, rejected }) => [chosen, rejected]);
  const worst = await assertEqualsTorch({
    base: tinyCheckpoint(),
    folder,
    lora: { rank: 4, alpha: 12 },
    batch,
    pairs,
  });
  assert(worst > 0);
  t.diagnostic(`worst relative error of a gradient: ${worst}`);
});
