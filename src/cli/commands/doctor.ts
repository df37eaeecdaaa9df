/** `gleaner doctor`: what this machine (or a model server) has, what is missing, and how to get it. */
import { existsSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { CliError, messageOf } from "../../core/errors.ts";
import { expectedOneOf } from "../../core/wording.ts";
import type { Finding } from "../../installs/finding.ts";
import { gigabytes, interpreterOf, trainingEnvironment } from "../../installs/python-environment.ts";
import { missingRuntime } from "../../model/runtime.ts";
import { ENVIRONMENTS, environmentNamed } from "../../worlds/open.ts";
import { EXIT } from "../failure.ts";
import { keyAndValue } from "../flags.ts";
import { examineServer } from "../server-check.ts";
import { table } from "../table.ts";
import { type TemplateFlags, templateVariableOption } from "../template-flags.ts";
import { print, printJson } from "../terminal.ts";

interface DoctorFlags extends TemplateFlags {
  readonly data?: string[];
  readonly json?: boolean;
  readonly server?: string;
  readonly model?: string;
  readonly apiKeyEnv?: string;
  readonly tokenizer?: string;
}

const OF_SERVERS = [
  ["model", "--model"],
  ["apiKeyEnv", "--api-key-env"],
  ["tokenizer", "--tokenizer"],
  ["templateVariable", "--template-variable"],
] as const;

export function register(command: Command): void {
  command
    .option("--data <environment=dir...>", "folder that holds an environment's data, e.g. webshop=DIR")
    .optionsGroup("To check a model server instead of this machine:")
    .option("--server <url>", "base URL of an OpenAI-compatible server, e.g. http://127.0.0.1:8000/v1")
    .option("--model <name>", "the model's name on the server (default: the first one it lists)")
    .option("--api-key-env <name>", "environment variable that holds the API key")
    .option("--tokenizer <dir>", "checkpoint folder of its model: are its prompts the server's, token for token?")
    .addOption(templateVariableOption())
    .optionsGroup("Options:")
    .option("--json", "as JSON")
    .action(async ({ server, ...options }: DoctorFlags) => {
      if (server !== undefined && options.data) throw new CliError("--data: not with --server, expected one of them");
      if (server !== undefined) return examineServer({ server, ...options });
      const lonely = OF_SERVERS.find(([name]) => options[name] !== undefined);
      if (lonely) throw new CliError(`${lonely[1]}: expected --server as well`);
      const findings = [
        nodeVersion(),
        machine(),
        await onnxRuntime(),
        await sqlite(),
        ...(await worlds(options.data ?? [])),
        ...python(),
      ];
      if (findings.some(({ state, isNeeded }) => isNeeded && state === "missing")) process.exitCode = EXIT.broke;
      if (options.json) {
        printJson(findings);
        return;
      }
      const rows = findings.map(({ what, state, found, advice }) => [state === "ok" ? "✓" : "–", what, found, advice]);
      print(table(["", "what", "found", "what to do"], rows, [5, 18, 34, 38]));
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
  const missing = missingRuntime();
  if (missing !== undefined) return { ...base, state: "missing", found: "not installed", advice: missing };
  try {
    const { listSupportedBackends } = await import("onnxruntime-node");
    const backends = listSupportedBackends().map(({ name }) => name);
    return { ...base, state: "ok", found: `backends ${backends.join(", ")}`, advice: "" };
  } catch (error) {
    const advice =
      "the embedded student needs onnxruntime-node, which runs on Linux x64/arm64 (glibc), Windows and Apple Silicon";
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

/** What the environments need. */
async function worlds(places: readonly string[]): Promise<Finding[]> {
  const data = new Map(places.map((text) => keyAndValue("--data", text)));
  const unknown = [...data.keys()].find((name) => !environmentNamed(name)?.findings);
  const needing = Object.keys(ENVIRONMENTS).filter((name) => ENVIRONMENTS[name]!.findings);
  if (unknown !== undefined) throw new CliError(`--data: ${expectedOneOf(needing, unknown)}`);
  const found = await Promise.all(
    Object.entries(ENVIRONMENTS).map(async ([name, { findings }]) => {
      const place = data.get(name);
      return (await findings?.(place === undefined ? undefined : String(place))) ?? [];
    }),
  );
  return found.flat();
}

/** What training real models needs. The embedded student needs none of it. */
function python(): Finding[] {
  const folders = (process.env.PATH ?? "").split(":");
  const found = folders.map((folder) => join(folder, "python3")).find((path) => existsSync(path));
  const environment = trainingEnvironment();
  const installed = interpreterOf(environment);
  const install = `to train real models: gleaner env install python (${gigabytes(environment.size!)})`;
  return [
    {
      what: "Python",
      isNeeded: false,
      ...(found
        ? { state: "ok", found, advice: "" }
        : { state: "missing", found: "none", advice: "needed only for real models: install Python 3.11 or newer" }),
    },
    {
      what: "TRL, torch",
      isNeeded: false,
      ...(installed
        ? { state: "ok", found: installed, advice: "" }
        : { state: "missing", found: "not installed", advice: install }),
    },
  ];
}
