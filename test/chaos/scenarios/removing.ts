/** `gleaner runs rm` and `gleaner gc`: what goes is gone as a whole, and all else is as it was. The runs are there before. */
import assert from "node:assert/strict";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { openSqlite } from "../../../src/store/sqlite.ts";
import { run as command } from "../process.ts";
import type { Opened, Scenario } from "../scenario.ts";
import { storeOf } from "../state.ts";
import { run } from "./run.ts";

const REMOVE = ["runs", "rm", "small", "--yes"];

/** A project with the runs small and other, which share nothing but tasks; `commands` are done in it. */
async function projectIn(folder: string, ...commands: (readonly string[])[]): Promise<string> {
  const project = join(folder, "whole");
  const opened = await run.open(folder);
  for (const args of [opened.args(project), opened.otherArgs!, ...commands]) {
    const ended = await command(project, args);
    assert.equal(ended.code, 0, ended.output);
  }
  return project;
}

function isGone(project: string): boolean {
  const repository = openSqlite(storeOf(project));
  try {
    return repository.run("small") === undefined;
  } finally {
    repository.close();
  }
}

const opened = (whole: string, args: readonly string[], folders: readonly string[]): Opened => ({
  args: () => args,
  folders,
  begin: (project) => cpSync(whole, project, { recursive: true }),
  progress: null,
});

export const removing: Scenario = {
  name: "runs rm",
  faults: { SIGKILL: 20, SIGTERM: 4, "double start": 4, "locked store": 3, "damaged copy": 2 },
  async open(folder) {
    // A file beside the store that a kill leaves is no part of the result: gc takes it.
    return { ...opened(await projectIn(folder), REMOVE, ["checkpoints"]), isDone: isGone };
  },
};

export const collecting: Scenario = {
  name: "gc",
  faults: { SIGKILL: 20, SIGTERM: 4, "locked store": 3, "damaged copy": 2 },
  async open(folder) {
    return opened(await projectIn(folder, REMOVE), ["gc", "--yes"], ["checkpoints", "students"]);
  },
};
