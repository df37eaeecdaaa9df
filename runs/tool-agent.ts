/**
 * 10,000 invented episodes of a tool agent → a checked file for TRL, in two commands: `node24 runs/tool-agent.ts`. Prints the
 * seconds of each.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TOOLS, toolAgentRuns } from "../test/tool-agent-logs.ts";

const folder = mkdtempSync(join(tmpdir(), "gleaner-tool-agent-"));
const logs = join(folder, "logs.json");
const rows = toolAgentRuns(5000).map((run) => ({ ...run, tools: TOOLS }));
writeFileSync(logs, JSON.stringify(rows));

function timed(...args: readonly string[]): void {
  const gleaner = join(import.meta.dirname, "..", "bin", "gleaner.js");
  const start = performance.now();
  const printed = execFileSync(process.execPath, [gleaner, ...args, "--project", join(folder, "project")]).toString();
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${args[0]}: ${seconds} s\n${printed.trimEnd().split("\n").slice(-3).join("\n")}`);
}

timed("import", logs, "--env", "none", "--messages", "traj", "--task", "task_id", "--out", "mine");
timed("dataset", "mine", "--method", "bc", "--out", "wins", "--to", "trl", "--files", join(folder, "for-trl"));
rmSync(folder, { recursive: true });
