/** `gleaner run`: three methods, four trainings, a starting checkpoint. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Scenario } from "../scenario.ts";

const CONFIG = {
  run: "small",
  environment: { name: "workshop", kind: "front", trainTasks: 24, testTasks: 8 },
  expert: { scripted: true, errorRate: 0.25 },
  format: "compact",
  student: { width: 16, layers: 1, heads: 2, context: 192 },
  training: { steps: 6, batch: 8, learningRate: 0.002, optimizer: "muon" },
  methods: [
    { method: "rft", samples: 2 },
    { method: "eef", probes: 2, iterations: 2, trainFrom: "previous" },
    { method: "eto", samples: 1 },
  ],
  evaluate: { splits: ["test"] },
  seeds: [1],
  parallel: 2,
};

export const run: Scenario = {
  name: "run",
  faults: {
    SIGKILL: 40,
    SIGTERM: 10,
    SIGINT: 10,
    SIGHUP: 5,
    "double start": 20,
    "other run at once": 10,
    "full disk": 12,
    "locked store": 12,
    "damaged copy": 20,
  },
  async open(folder) {
    const file = join(folder, "small.yaml");
    writeFileSync(file, JSON.stringify(CONFIG));
    const args = ["run", file];
    return { args: () => args, otherArgs: [...args, "--set", "run=other", "seeds.0=2"], folders: ["checkpoints"] };
  },
};
