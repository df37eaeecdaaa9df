/** Asking before something is done that cannot be undone. */
import { createInterface } from "node:readline/promises";
import { CliError } from "../core/errors.ts";

/**
 * Whether the user agrees to `question`, asked on the terminal; only "y" and "yes" agree. Throws CliError where nobody can be
 * asked.
 */
export async function isAgreed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY)
    throw new CliError(`expected --yes, since nobody can be asked here: ${question}`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // On a terminal Ctrl-C reaches readline, not the process, where it means the same as always.
  terminal.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}
