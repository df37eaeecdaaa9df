/** What can go wrong: something the user can mend, or a boundary that broke. Programming mistakes throw plain errors. */

/** Bad input. The message names the flag, file or line, what was found and what was expected; the CLI prints it without a stack. */
export class CliError extends Error {
  override readonly name = "CliError";
}

/** The world broke: it diverged from its recording, died, or refused a task. */
export class EnvironmentError extends Error {
  override readonly name = "EnvironmentError";
}

/** The model could not act: server gone, context full, answer unusable. */
export class PolicyError extends Error {
  override readonly name = "PolicyError";
}

/** Training could not be done, or its result must not be used. */
export class TrainerError extends Error {
  override readonly name = "TrainerError";
}

/** The store is damaged, locked, or of another version. */
export class StoreError extends Error {
  override readonly name = "StoreError";
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
