/** The command line: finds the command (commands.ts), and tells the user what to do about an error. */
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
import { COMMANDS } from "./commands.ts";
import { COMMANDER_OUTPUT, leaveWithReader, tellError, tellStack } from "./terminal.ts";

/** Something outside broke, and the message says what. A stack is printed only for mistakes in this program. */
const BOUNDARIES = [EnvironmentError, PolicyError, StopError, StoreError, TrainerError];

/** Runs one command; returns the exit code. `argv` is without node and script. */
export async function main(argv: readonly string[]): Promise<number> {
  const program = new Command("gleaner")
    .description("Turn the failed runs of LLM agents into training data.")
    .version("0.1.0")
    .exitOverride()
    .configureOutput(COMMANDER_OUTPUT)
    // `--version` after a command is that command's own option.
    .enablePositionalOptions()
    .showHelpAfterError("(gleaner <command> --help lists its arguments and options)");
  for (const { name, summary } of COMMANDS) program.command(name).description(summary);
  // Only the command that is asked for is loaded.
  program.hook("preSubcommand", async (_, command) => {
    const asked = COMMANDS.find(({ name }) => name === command.name());
    (await asked?.load())?.register(command);
  });
  leaveWithReader();
  try {
    await program.parseAsync(helpLast(argv), { from: "user" });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    return failed(error);
  }
}

/** Tells the user about an error that ended the command; returns the exit code. */
export function failed(error: unknown): number {
  if (error instanceof CliError) {
    tellError(error.message);
    return 2;
  }
  if (BOUNDARIES.some((kind) => error instanceof kind)) {
    tellError(messageOf(error));
    return 1;
  }
  tellStack(error);
  return 1;
}

/**
 * `help run` → `run --help`: commander itself would print the help of a command that is not loaded. `help nothing` →
 * `nothing`, whose error names it: commander would print the list of commands and no word about the one asked for.
 */
function helpLast(argv: readonly string[]): string[] {
  const [word, ...command] = argv;
  if (word !== "help" || command.length === 0) return [...argv];
  const isKnown = COMMANDS.some(({ name }) => name === command[0]);
  return isKnown ? [...command, "--help"] : command;
}
