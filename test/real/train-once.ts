/** Trains once in a process of its own, to be killed: `train-once.ts PROJECT PYTHON`. Prints a line after the first step. */
import type { CheckpointId } from "../../src/core/ids.ts";
import { trlTrainer } from "../../src/students/served/trainer.ts";
import { demonstrationOf } from "../contract/trainer.ts";
import { BASE } from "./real.ts";

const [project, python] = process.argv.slice(2) as [string, string];
const trainer = trlTrainer({ project, python, settings: { steps: 100_000, batch: 1, loraRank: 0 } });
const set = { kind: "sft", examples: [demonstrationOf("a", "b")] } as const;
for await (const event of trainer.train({ set, from: BASE, id: "new" as CheckpointId, seed: 1 })) {
  if (event.kind === "metrics" && event.step === 1) console.log("began");
}
