/** What every trainer promises, kept by TRL. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, suite, test } from "node:test";
import { trlTrainer } from "../../src/students/served/trainer.ts";
import { demonstrationOf, trainerContract } from "../contract/trainer.ts";
import { BASE, python, skip, tinyCheckpoint } from "./real.ts";

const projects: string[] = [];
after(() => projects.forEach((project) => void rmSync(project, { recursive: true })));

async function make() {
  const project = mkdtempSync(join(tmpdir(), "gleaner-contract-"));
  projects.push(project);
  mkdirSync(join(project, "checkpoints"));
  cpSync(tinyCheckpoint(), join(project, "checkpoints", "base"), { recursive: true });
  const settings = { steps: 3, batch: 2, learningRate: 1e-3, warmup: 0, loraRank: 0 };
  return {
    trainer: trlTrainer({ project, python, settings }),
    from: BASE,
    bytes(at: { kind: string; path?: string }) {
      const folder = join(project, at.path!);
      return existsSync(folder) ? readFileSync(join(folder, "model.safetensors")) : undefined;
    },
    placeOf: (id: string) => ({ kind: "folder" as const, path: `checkpoints/${id}` }),
  };
}

const examples = ["mug", "pot", "cd"].map((thing, index) => demonstrationOf(`find ${thing}`, `go to shelf ${index}`));
if (skip) test("trl", { skip }, () => {});
else suite("trl", { concurrency: 2 }, () => trainerContract("trl", make, { kind: "sft", examples }));
