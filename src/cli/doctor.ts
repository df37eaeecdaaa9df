/** `gleaner doctor`: what this machine has, what is missing, and how to get it. */
import { existsSync, readdirSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { messageOf } from "../core/errors.ts";
import { alfworldData } from "./environments.ts";
import { table } from "./table.ts";

interface Finding {
  readonly what: string;
  readonly state: "ok" | "missing";
  readonly found: string;
  /** How to get it; "" if nothing is needed. */
  readonly advice: string;
  /** Without it gleaner does not work at all. */
  readonly isNeeded: boolean;
}

export function register(program: Command): void {
  program
    .command("doctor")
    .description("what this machine has, what is missing and how to get it")
    .option("--data <dir>", "alfworld: folder of its games")
    .option("--json", "as JSON")
    .action(async (options: { data?: string; json?: boolean }) => {
      const findings = [
        nodeVersion(),
        machine(),
        await onnxRuntime(),
        await sqlite(),
        alfworldGames(options.data),
        python(),
      ];
      if (findings.some(({ state, isNeeded }) => isNeeded && state === "missing")) process.exitCode = 1;
      if (options.json) {
        console.log(JSON.stringify(findings, null, 2));
        return;
      }
      const rows = findings.map(({ what, state, found, advice }) => [state === "ok" ? "✓" : "–", what, found, advice]);
      console.log(table(["", "what", "found", "what to do"], rows, [5, 18, 34, 38]));
    });
}

function nodeVersion(): Finding {
  return { what: "Node", state: "ok", found: process.versions.node, advice: "", isNeeded: true };
}

function machine(): Finding {
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  return {
    what: "cores, memory",
    state: "ok",
    found: `${availableParallelism()} cores, ${memory}`,
    advice: "",
    isNeeded: true,
  };
}

async function onnxRuntime(): Promise<Finding> {
  const base = { what: "ONNX Runtime", isNeeded: true } as const;
  try {
    const { listSupportedBackends } = await import("onnxruntime-node");
    const backends = listSupportedBackends().map(({ name }) => name);
    return { ...base, state: "ok", found: `backends ${backends.join(", ")}`, advice: "" };
  } catch (error) {
    const advice = "the embedded student needs onnxruntime-node: linux x64/arm64 (glibc), Windows or Apple Silicon";
    return { ...base, state: "missing", found: messageOf(error).split("\n")[0]!, advice };
  }
}

async function sqlite(): Promise<Finding> {
  const { DatabaseSync } = await import("node:sqlite");
  const memory = new DatabaseSync(":memory:");
  const { version } = memory.prepare("select sqlite_version() as version").get() as { version: string };
  memory.close();
  return { what: "SQLite", state: "ok", found: version, advice: "", isNeeded: true };
}

function alfworldGames(data?: string): Finding {
  const folder = alfworldData(data);
  const splits = ["train", "valid_seen", "valid_unseen", "valid_train"].filter((split) =>
    existsSync(join(folder, split)),
  );
  const base = { what: "ALFWorld games", isNeeded: false } as const;
  if (splits.length === 0) {
    const advice = "pip install alfworld && alfworld-download, or point --data / GLEANER_ALFWORLD_DATA at json_2.1.1";
    return { ...base, state: "missing", found: `none in ${folder}`, advice };
  }
  const counts = splits.map((split) => `${split} (${readdirSync(join(folder, split)).length} task folders)`);
  return { ...base, state: "ok", found: counts.join(", "), advice: "" };
}

/** Only the comparisons of `npm run bench` and the slow tests use Python. */
function python(): Finding {
  const folders = (process.env.PATH ?? "").split(":");
  const found = folders.map((folder) => join(folder, "python3")).find((path) => existsSync(path));
  const base = { what: "Python", isNeeded: false } as const;
  if (found) return { ...base, state: "ok", found, advice: "" };
  return { ...base, state: "missing", found: "none", advice: "not needed; only comparisons with other engines use it" };
}
