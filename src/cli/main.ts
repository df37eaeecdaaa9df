/** The command line: one file for each command, and errors that a user can act on. */
import { Command, CommanderError } from "commander";
import {
  CliError,
  EnvironmentError,
  messageOf,
  PolicyError,
  StopError,
  StoreError,
  TrainerError,
} from "../core/errors.ts";
import * as compare from "./commands/compare.ts";
import * as demo from "./commands/demo.ts";
import * as doctor from "./commands/doctor.ts";
import * as dump from "./commands/dump.ts";
import * as env from "./commands/env.ts";
import * as expert from "./commands/expert.ts";
import * as exportRun from "./commands/export.ts";
import * as importLogs from "./commands/import.ts";
import * as model from "./commands/model.ts";
import * as play from "./commands/play.ts";
import * as probe from "./commands/probe.ts";
import * as report from "./commands/report.ts";
import * as run from "./commands/run.ts";
import * as runs from "./commands/runs.ts";
import * as verify from "./commands/verify.ts";

const COMMANDS = [
  demo,
  importLogs,
  expert,
  play,
  verify,
  probe,
  run,
  report,
  compare,
  exportRun,
  runs,
  dump,
  env,
  model,
  doctor,
];

/** Something outside broke and the message says what: a stack would tell of a programming mistake. */
const BOUNDARIES = [EnvironmentError, PolicyError, StopError, StoreError, TrainerError];

/** Runs one command; returns the exit code. `argv` is without node and script. */
export async function main(argv: readonly string[]): Promise<number> {
  const program = new Command("gleaner")
    .description("Turn the failed runs of LLM agents into training data.")
    .version("0.1.0")
    .exitOverride()
    // `--version` behind a command is the command's own.
    .enablePositionalOptions()
    .showHelpAfterError("(gleaner <command> --help shows what it takes)");
  for (const command of COMMANDS) command.register(program);
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    // A reader that left early (`gleaner … | head`) is no error.
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
  try {
    await program.parseAsync([...argv], { from: "user" });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    if (error instanceof CliError) {
      console.error(`gleaner: ${error.message}`);
      return 2;
    }
    if (BOUNDARIES.some((kind) => error instanceof kind)) {
      console.error(`gleaner: ${messageOf(error)}`);
      return 1;
    }
    console.error(error);
    return 1;
  }
}
