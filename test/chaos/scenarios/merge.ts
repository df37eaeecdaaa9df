/** `gleaner run` with a pretrained student: each training ends with adapters that are merged into a whole checkpoint. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pretrainedCheckpoint } from "../../pretrained-checkpoint.ts";
import type { Scenario } from "../scenario.ts";

const config = (checkpoint: string) => ({
  run: "merge",
  environment: { name: "workshop", kind: "front", trainTasks: 6, testTasks: 2 },
  expert: { scripted: true, errorRate: 0.25 },
  format: "compact",
  restrict: true,
  student: { kind: "pretrained", checkpoint, context: 1024 },
  training: { steps: 2, batch: 2, loraRank: 2, warmup: 0 },
  methods: [{ method: "rft", samples: 1 }],
  evaluate: { splits: ["test"] },
  seeds: [1],
});

export const merge: Scenario = {
  name: "merge",
  faults: {
    SIGKILL: 12,
    SIGTERM: 3,
    SIGINT: 3,
    "double start": 4,
    "full disk": 4,
    "locked store": 2,
    "damaged copy": 4,
  },
  async open(folder) {
    const ends: (() => void)[] = [];
    const checkpoint = join(folder, "pretrained");
    pretrainedCheckpoint({ after: (end) => ends.push(end) }, checkpoint, { max_position_embeddings: 1024 });
    for (const end of ends) end();
    const file = join(folder, "merge.yaml");
    writeFileSync(file, JSON.stringify(config(checkpoint)));
    return { args: () => ["run", file], folders: ["checkpoints"] };
  },
};
