/** `gleaner dataset`: a stored training set that is whole or absent. The imported logs are there before. */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { toolAgentRuns } from "../../tool-agent-logs.ts";
import { run as command } from "../process.ts";
import type { Scenario } from "../scenario.ts";

const IMPORT = ["import", "--env", "none", "--messages", "traj", "--task", "task_id", "--out", "mine"];

export const dataset: Scenario = {
  name: "dataset",
  faults: { SIGKILL: 15, SIGTERM: 4, "double start": 4, "locked store": 3, "damaged copy": 2 },
  async open(folder) {
    const whole = join(folder, "whole");
    mkdirSync(folder, { recursive: true });
    const logs = join(folder, "logs.json");
    writeFileSync(logs, JSON.stringify(toolAgentRuns(400)));
    const ended = await command(whole, [...IMPORT, logs]);
    assert.equal(ended.code, 0, ended.output);
    return {
      args: () => ["dataset", "mine", "--method", "sft-all", "--out", "all"],
      folders: [],
      begin: (project) => cpSync(whole, project, { recursive: true }),
      progress: null,
    };
  },
};
