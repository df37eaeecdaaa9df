/** Asking before something is done that cannot be undone. */
import { CliError } from "../core/errors.ts";
import { ask } from "./terminal.ts";

/**
 * Whether the user agrees to `question`, asked on the terminal; only "y" and "yes" agree. Throws CliError where nobody can be
 * asked.
 */
export async function isAgreed(question: string, seat?: Parameters<typeof ask>[1]): Promise<boolean> {
  const answer = await ask(`${question} [y/N] `, seat);
  if (answer === undefined) throw new CliError(`expected --yes, since nobody can be asked here: ${question}`);
  return /^y(es)?$/i.test(answer.trim());
}
