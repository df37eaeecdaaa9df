/**
 * The guide to TRL, walked after the one whose world it uses. A processor and a tiny checkpoint stand in for GPUs and a real
 * model; what is put in place of the guide's words for that is all listed here.
 */
import { cpSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { guideFile, walkGuide } from "../guides.ts";
import { temporaryFolder } from "../temporary.ts";
import { python, skip, tinyCheckpoint } from "./real.ts";

const server = join(import.meta.dirname, "serve.py");

const REPLACEMENTS = {
  // The server: the small one of these tests.
  '[vllm, serve, "{checkpoint}", --port, "{port}"]': `[${python}, ${server}, "{checkpoint}", "{port}"]`,
  // The devices: two processes on the processor.
  "num_processes: 4": "num_processes: 2",
  "use_cpu: false": "use_cpu: true",
  // The model: random weights learn nothing by small steps, and small adapters teach them nothing.
  "learningRate: 0.0001, loraRank: 16": "learningRate: 0.01, loraRank: 0",
  // TRL's own command: it takes GPUs for granted.
  "--output_dir ../trained": "--output_dir ../trained --use_cpu --bf16 false --max_steps 2",
};

test("docs/guides/trl-on-your-gpus.md", { skip }, async () => {
  const folder = temporaryFolder();
  process.env.GLEANER_PYTHON = python;
  process.env.HF_HUB_OFFLINE = "1";
  await walkGuide({ guide: guideFile("own-world"), folder });
  cpSync(tinyCheckpoint(), join(folder, "models", "student"), { recursive: true });
  const programs = { trl: join(dirname(python), "trl") };
  await walkGuide({ guide: guideFile("trl-on-your-gpus"), folder, replacements: REPLACEMENTS, programs });
});
