// What is printed of a written export.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { chatCheckpoint, context, demonstration, learned, TEMPLATES } from "../../test/chat-checkpoint.ts";
import { temporaryFolder } from "../../test/temporary.ts";
import type { TrainingSet } from "../core/training.ts";
import { exportSet } from "../exporters/export.ts";
import { exporterNamed } from "../exporters/registry.ts";
import { openChatTokenizer } from "../tokenizers/chat-tokenizer.ts";
import { exportedLines } from "./target-flags.ts";

test("files of token ids say how many rows an example takes, where the template takes more than one", (t) => {
  const door = [context("user", "A door."), learned("<think>So.</think>look"), context("user", "It is open.")];
  const set: TrainingSet = { kind: "sft", examples: [demonstration(...door, learned("<think>Now.</think>go in"))] };
  const printed = (template: keyof typeof TEMPLATES) => {
    const tokenizer = openChatTokenizer(chatCheckpoint(t, { template: TEMPLATES[template] }));
    const out = join(temporaryFolder(), "out");
    const options = { splitTurns: false, parquet: false, tokenizer };
    const origin = { run: "r", method: "m", trainingSet: "s" };
    return exportedLines(exportSet({ exporter: exporterNamed("trl-tokenized"), set, options, out, origin }), out);
  };
  assert.equal(
    printed("forgetsThoughts").at(-1),
    "2 rows for 1 example (2.0 rows an example): the chat template shows earlier turns otherwise later",
  );
  assert.match(printed("chatml").at(-1)!, /^learned turns 2/);
});
