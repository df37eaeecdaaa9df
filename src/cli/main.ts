/** The command line: finds the command (commands.ts), and tells the user what to do about an error. */
import { Command, CommanderError } from "commander";
import { COMMANDS } from "./commands.ts";
import { EXIT, failureOf } from "./failure.ts";
import { endOnSignals } from "./signals.ts";
import { COMMANDER_OUTPUT, leaveWithReader, tellError } from "./terminal.ts";
import { version } from "./version.ts";

/** Runs one command; returns the exit code. `argv` is without node and script. */
export async function main(argv: readonly string[]): Promise<number> {
  const program = new Command("gleaner")
    .description("Turn the failed runs of LLM agents into training data.")
    .version(version())
    .exitOverride()
    .configureOutput(COMMANDER_OUTPUT)
    // `--version` after a command is that command's own option.
    .enablePositionalOptions()
    .showHelpAfterError("(gleaner <command> --help lists its arguments and options)");
  for (const { name, summary } of COMMANDS) program.command(name).description(summary);
  // Only the command that is asked for is loaded.
  program.hook("preSubcommand", async (_, command) => {
    const asked = COMMANDS.find(({ name }) => name === command.name());
    (await asked?.load())?.register(command, COMMANDS);
  });
  try {
    await program.parseAsync(helpLast(argv), { from: "user" });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    // Commander has said what is wrong; it throws where help or the version was asked for, too.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.input;
    return failed(error, argv);
  }
}

/** Tells the user about an error that ended the command `argv`; returns the exit code. */
function failed(error: unknown, argv: readonly string[]): number {
  const { message, code } = failureOf(error, argv);
  tellError(message);
  return code;
}

/**
 * Ends well when signals ask for it. Tells of errors that no command awaits, such as those of a stream or of a timer in a
 * world of the user's own, and ends the process. For the program alone: in a process of somebody else, both are theirs.
 */
export function catchTheRest(argv: readonly string[]): void {
  endOnSignals(argv);
  const end = (error: unknown) => process.exit(failed(error, argv));
  process.on("uncaughtException", end);
  process.on("unhandledRejection", end);
  leaveWithReader();
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
