/** What can go wrong: bad input, which the user can correct, or something outside that broke. Bugs throw plain errors. */

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

/**
 * The run must stop, but everything collected is sound: a budget is spent, or a server is gone or refuses the key. Rollouts
 * let this error pass and are not stored. Started again, the run continues where it stopped.
 */
export class StopError extends Error {
  override readonly name = "StopError";
  /** `budget`: a limit that the user set; `server`: something that the user can mend. */
  readonly kind: "budget" | "server";

  constructor(kind: StopError["kind"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

/** Training could not be done, or its result must not be used. */
export class TrainerError extends Error {
  override readonly name = "TrainerError";
}

/** What is kept cannot be read or written: the store is damaged, locked or of another version, or the disk refuses. */
export class StoreError extends Error {
  override readonly name = "StoreError";
}

/** Does `action`; bad input that it finds is said to be that of `place`, a flag or a key of a config. */
export async function inputOf<T>(place: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    throw new CliError(`${place}: ${error.message}`, { cause: error });
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : textOf(error);
}

/** `thrown` as text. Anything can be thrown, also what refuses to become text. */
export function textOf(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    return `a value of type ${typeof thrown} that has no text`;
  }
}
