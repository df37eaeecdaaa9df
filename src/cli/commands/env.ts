/** `gleaner env`: lists the environments, serves one over standard input and output, and installs what they need. */
import { type Command, Option } from "commander";
import { CliError } from "../../core/errors.ts";
import { expectedOneOf, quoted } from "../../core/wording.ts";
import {
  folderSize,
  gigabytes,
  interpreterOf,
  makePythonEnvironment,
  trainingEnvironment,
} from "../../installs/python-environment.ts";
import { serveStdio } from "../../servers/stdio.ts";
import { ENVIRONMENTS, environmentNamed, openBenchmark } from "../../worlds/open.ts";
import { type EnvironmentFlags, environmentOptions, environmentSpec } from "../environment-flags.ts";
import { wholeNumber } from "../flags.ts";
import { table } from "../table.ts";
import { print, printable, tell } from "../terminal.ts";
import { helpByWorld, onlyIn } from "../world-help.ts";
import { register as registerAudit } from "./env-audit.ts";

interface EnvFlags extends EnvironmentFlags {
  readonly stdio?: boolean;
  readonly seed?: number;
}

interface InstallFlags {
  readonly data?: string;
  readonly version?: string;
  readonly wheel?: string;
}

interface NounFlags {
  readonly data?: string;
  readonly out: string;
}

export function register(env: Command): void {
  environmentOptions(env, "gleaner env webshop --help")
    .argument(
      "[environment]",
      "a name from the list, a class (my_env.py:World), a module (my_env.ts), or a server (openenv:http://…)",
    )
    .option("--seed <n>", "random seed, for environments that generate tasks or prices", wholeNumber)
    .option("--stdio", "serve it as JSON lines on standard input and output")
    .action(show);
  registerAudit(env);
  helpByWorld(env.command("install"), [], "gleaner env install scienceworld --help")
    .description("install what an environment needs; if it must be fetched by hand, say where it is, and check it")
    .argument("<environment>", "a name from `gleaner env`, or `python` for the packages that train real models")
    .option("--data <dir>", "webshop: folder of the official files to check; scienceworld: folder to install into")
    .addOption(onlyIn("scienceworld", new Option("--version <version>", "release of the simulator (default: 1.2.3)")))
    .addOption(onlyIn("scienceworld", new Option("--wheel <file>", "a wheel that you already have; pip is not used")))
    // The parent has a --data of its own, which would take this one's value.
    .action((name: string, _: InstallFlags, command: Command) => install(name, command.optsWithGlobals()));
  env
    .command("nouns")
    .description("make WebShop's noun table with spaCy, in its own Python virtual environment (350 MB)")
    .argument("<environment>", "webshop")
    .requiredOption("--out <file>", "file to write the table to, .json or .json.gz")
    .option("--data <dir>", "folder of the official files")
    .action((name: string, _: NounFlags, command: Command) => nouns(name, command.optsWithGlobals()));
}

async function nouns(name: string, { data = process.env.GLEANER_WEBSHOP_DATA, out }: NounFlags): Promise<void> {
  if (name !== "webshop") throw new CliError(`env nouns: expected webshop, got ${quoted(name)}`);
  if (!data) throw new CliError("env nouns webshop: expected --data DIR, the folder of the official files");
  const { makeNounTable } = await import("../../worlds/webshop/noun-table.ts");
  const rule = await makeNounTable({ data, out, say: tell });
  print(`${rule}; use it with --nouns ${out}`);
}

async function show(name: string | undefined, { seed, stdio, ...flags }: EnvFlags): Promise<void> {
  if (name === undefined) {
    const rows = Object.entries(ENVIRONMENTS).map(([key, { summary }]) => [key, summary]);
    print(table(["environment", "what it is"], rows));
    return;
  }
  const benchmark = await openBenchmark(
    environmentSpec("environment", name, flags, seed === undefined ? {} : { seed }),
  );
  if (stdio) {
    await serveStdio({ benchmark, input: process.stdin, output: process.stdout });
    return;
  }
  const rows = await Promise.all(
    benchmark.splits.map(async (split) => {
      const tasks = await benchmark.tasks(split);
      return [split, tasks.length, tasks[0]?.id ?? ""];
    }),
  );
  const { maxSteps, successReturn, notes = [] } = benchmark;
  const limit = benchmark.stepLimit ? `up to ${maxSteps} (depending on the task)` : maxSteps;
  print(`${printable(benchmark.name)}: ${limit} steps an episode, success at a return of ${successReturn}`);
  for (const note of notes) print(printable(note));
  print(table(["split", "tasks", "first task"], rows));
}

async function install(name: string, flags: InstallFlags): Promise<void> {
  if (name === "python") return installPython();
  const entry = environmentNamed(name);
  if (!entry?.install) {
    const known = Object.keys(ENVIRONMENTS).filter((key) => ENVIRONMENTS[key]!.install);
    throw new CliError(
      `env install: ${expectedOneOf(["python", ...known], name)}; the others need at most a data folder (--data)`,
    );
  }
  const { files, text } = await entry.install({ ...flags, say: tell });
  if (files) print(table(files.head, files.rows));
  print(text);
}

async function installPython(): Promise<void> {
  const environment = trainingEnvironment();
  if (!interpreterOf(environment)) {
    tell(
      `The packages that train real models need ${gigabytes(environment.size!)} and a few minutes. You can interrupt this and continue later.`,
    );
  }
  const interpreter = await makePythonEnvironment(environment, { say: tell });
  print(`${interpreter}: ${environment.packages.join(", ")}; ${gigabytes(folderSize(environment.folder))}`);
}
