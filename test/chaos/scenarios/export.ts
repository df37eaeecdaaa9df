/** `gleaner export`: a folder of files that is whole or absent. The run is there before. */
import assert from "node:assert/strict";
import { cpSync, existsSync } from "node:fs";
import { join } from "node:path";
import { run as command } from "../process.ts";
import type { Scenario } from "../scenario.ts";
import { run } from "./run.ts";

const EXPORT = ["export", "small", "--to", "trl", "--method", "RFT×2"];

export const exporting: Scenario = {
  name: "export",
  faults: {
    SIGKILL: 25,
    SIGTERM: 5,
    SIGINT: 5,
    "double start": 10,
    "full disk": 6,
    "locked store": 6,
    "damaged copy": 6,
  },
  async open(folder) {
    const whole = join(folder, "whole");
    const ended = await command(whole, (await run.open(folder)).args(whole));
    assert.equal(ended.code, 0, ended.output);
    return {
      args: (project) => [...EXPORT, "--out", join(project, "out")],
      folders: ["out"],
      begin: (project) => cpSync(whole, project, { recursive: true }),
      isDone: (project) => existsSync(join(project, "out")),
      progress: null,
    };
  },
};
