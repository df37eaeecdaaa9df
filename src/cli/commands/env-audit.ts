/** `gleaner env audit`: whether a world can be put back into an earlier state exactly, before anything is built on it. */
import type { Command } from "commander";
import { auditEnvironment } from "../../worlds/audit/environment.ts";
import { auditText, checksTold } from "../audit.ts";
import { type EnvironmentFlags, environmentOptions, environmentSpec, WORLD } from "../environment-flags.ts";
import { EXIT } from "../failure.ts";
import { positiveInteger, wholeNumber } from "../flags.ts";
import { openProgress } from "../progress.ts";
import { print, printJson } from "../terminal.ts";

interface AuditFlags extends EnvironmentFlags {
  readonly split?: string;
  readonly walks: number;
  readonly steps: number;
  readonly seed: number;
  readonly words?: readonly string[];
  readonly json?: boolean;
}

export function register(env: Command): void {
  environmentOptions(env.command("audit"), "gleaner env webshop --help")
    .description("check that a world does the same again, and that it can be put back into an earlier state exactly")
    .argument("<environment>", WORLD)
    .option("--split <split>", "tasks to walk through (default: the first split)")
    .option(
      "--walks <n>",
      "walks, each on another task; every second one follows the world's expert",
      positiveInteger,
      10,
    )
    .option("--steps <n>", "actions of a random walk at most", positiveInteger, 30)
    .option("--seed <n>", "random seed of tasks and walks", wholeNumber, 0)
    .option(
      "--words <words...>",
      "actions to choose from, in a world that lists none (default: look, inventory, go north …)",
    )
    .option("--json", "print JSON")
    // The parent has options of the same names, which would take these values.
    .action((name: string, _: AuditFlags, command: Command) => audit(name, command.optsWithGlobals()));
}

async function audit(name: string, flags: AuditFlags): Promise<void> {
  const { split, walks, steps, seed, words, json, ...others } = flags;
  const spec = environmentSpec("environment", name, others);
  const progress = openProgress();
  const given = { walks, steps, seed, ...(split && { split }), ...(words && { words }), say: checksTold(progress) };
  const found = await auditEnvironment(spec, given).finally(() => progress.stop());
  if (json) printJson(found);
  else print(auditText(name, found));
  if (found.restore === "none") process.exitCode = EXIT.broke;
}
