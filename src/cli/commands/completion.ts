/** `gleaner completion`: the script that lets a shell complete gleaner's commands, options and known values. */
import { Argument, type Command, Option } from "commander";
import { shellQuoted } from "../../core/command-line.ts";
import type { CommandEntry } from "../command-entry.ts";
import { complete } from "../completion.ts";
import { SCRIPTS, SHELLS, type Shell, unquoted } from "../completion-scripts.ts";
import { print, printable } from "../terminal.ts";

export function register(completion: Command, all: readonly CommandEntry[]): void {
  completion
    .addArgument(
      new Argument("<shell>", "prints the script for this shell; its first lines say where it goes").choices(SHELLS),
    )
    .action((shell: Shell) => print(SCRIPTS[shell].trimEnd()));
  completion
    .command("words", { hidden: true })
    .description("what the scripts ask: the candidates for the last word")
    .argument("[words...]", "what stands behind gleaner, as it was typed; the last is being typed")
    .addOption(new Option("--shell <shell>").choices(SHELLS).makeOptionMandatory())
    .action((typed: readonly string[], { shell }: { readonly shell: Shell }) => words(typed, shell, all));
}

async function words(typed: readonly string[], shell: Shell, all: readonly CommandEntry[]): Promise<void> {
  const { candidates, paths } = await complete(typed.map(unquoted), all);
  // Bash puts a candidate into the line as it is, behind the last `=`; the others quote it themselves.
  const shown = (value: string) => (shell === "bash" ? shellQuoted(value.replace(/^--[\w-]+=(?=.)/, "")) : value);
  const lines = candidates.map(({ value, about }) => `${printable(shown(value))}\t${printable(about)}`);
  const told = [...lines, ...(paths === "none" ? [] : [`:${paths}`])];
  if (told.length > 0) print(told.join("\n"));
}
