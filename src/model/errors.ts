/** What goes wrong in this folder and is not a programming mistake. */

/** The model, its folder or the examples cannot be used as given; the message says what was found and what was expected. */
export class ModelError extends Error {
  override readonly name = "ModelError";
}

/** A conversation and its answer do not fit the model's context. Nothing is ever cut. */
export class ContextFullError extends Error {
  override readonly name = "ContextFullError";
}

/** An error as plain data: between threads an Error loses its name. */
export interface Failure {
  readonly kind: "failed";
  readonly name: string;
  readonly message: string;
  /** Node's code of an error of the system: `ENOSPC`. */
  readonly code?: string;
}

export function failure(error: unknown): Failure {
  if (!(error instanceof Error)) return { kind: "failed", name: "Error", message: String(error) };
  const { code } = error as NodeJS.ErrnoException;
  return { kind: "failed", name: error.name, message: error.message, ...(code !== undefined && { code }) };
}

/** The error that a failure describes. */
export function errorOf({ name, message, code }: Failure): Error {
  if (name === "ModelError") return new ModelError(message);
  if (name === "ContextFullError") return new ContextFullError(message);
  return Object.assign(new Error(`${name}: ${message}`), code === undefined ? {} : { code });
}
