import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { z } from "zod";
import { pretrainedCheckpoint } from "../../../test/pretrained-checkpoint.ts";
import { temporaryFolder } from "../../../test/temporary.ts";
import { pretrainedParts } from "./config.ts";
import { pretrainedStudent } from "./student.ts";

test("a checkpoint that cannot be computed exactly is refused before anything starts", (t) => {
  const project = temporaryFolder();
  const checkpoint = join(project, "base");
  pretrainedCheckpoint(t, checkpoint);
  const parts = z.object(pretrainedParts).parse({ student: { kind: "pretrained", checkpoint } });
  const config = { ...parts, run: "test" };
  assert.equal(pretrainedStudent(project, config).trainer.name, "embedded-lora");

  const path = join(checkpoint, "config.json");
  const stored = JSON.parse(readFileSync(path, "utf8"));
  for (const [change, message] of [
    [{ model_type: "qwen3_moe" }, /^student\.checkpoint: .*config\.json: expected model_type to be one of llama, /],
    [
      { num_local_experts: 8 },
      /^student\.checkpoint: .*config\.json: "num_local_experts": 8 is not understood, expected it to be absent/,
    ],
  ] as const) {
    writeFileSync(path, JSON.stringify({ ...stored, ...change }));
    assert.throws(() => pretrainedStudent(project, config), { name: "CliError", message });
  }
});
