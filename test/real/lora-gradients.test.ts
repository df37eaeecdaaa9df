/** Adapters against torch and PEFT on a tiny checkpoint: gradients of both objectives, and the merged checkpoint. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { Example } from "../../src/model/batches.ts";
import { randomPairs } from "../tiny-model.ts";
import { assertEqualTorch } from "./lora.ts";
import { skip, tinyCheckpoint } from "./real.ts";

test("gradients, losses and logits equal those of torch and PEFT", { skip }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "gleaner-lora-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const prompt = Array.from({ length: 40 }, (_, i) => 300 + i);
  const prompted = ({ tokens, weights }: Example): Example => ({
    tokens: [...prompt, ...tokens],
    weights: [...prompt.map(() => 0), ...weights],
  });
  const pairs = randomPairs({ vocab_size: 1024 }, 3, 5).map(({ chosen, rejected }) => ({
    chosen: prompted(chosen),
    rejected: prompted(rejected),
  }));
  const batch = pairs.flatMap(({ chosen, rejected }) => [chosen, rejected]);
  const lora = { rank: 4, alpha: 12 };
  const [worst] = await assertEqualTorch([{ name: "tiny", base: tinyCheckpoint(), folder, lora, batch, pairs }]);
  assert(worst! > 0);
  t.diagnostic(`worst relative error of a gradient: ${worst}`);
});
