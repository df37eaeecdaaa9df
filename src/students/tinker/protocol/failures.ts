/** Why something asked of a Tinker server came to nothing, and what its user can do about it. */

export const TINKER_REASONS = [
  "unreachable",
  "busy",
  "wrong key",
  "not trusted",
  "refused",
  "lost",
  "failed",
  "uncertain",
  "unusable answer",
  "too slow",
  "bad checkpoint",
  "diverged",
  "stopped",
] as const;

export type TinkerReason = (typeof TINKER_REASONS)[number];

const ADVICE: Partial<Record<TinkerReason, string>> = {
  unreachable: "check the URL, and that the server is running",
  busy: "the server is overloaded or failing; try again later",
  "wrong key": "check the environment variable that holds the API key",
  lost: "the server was restarted, or dropped the session because it was idle; start again",
  uncertain: "the server may have done the step or not, and doing it twice would change the result; start again",
  "too slow": "a larger patienceMs waits longer",
  "bad checkpoint": "expected the base model's name, or a path like tinker://…/weights/… that this server has",
  diverged: "a smaller learningRate or more warmup may help",
};

/** Thrown by everything in this folder. `reason` is for programs, the message for people. */
export class TinkerError extends Error {
  override readonly name = "TinkerError";
  readonly reason: TinkerReason;
  /** The message without reason and advice. */
  readonly detail: string;

  constructor(reason: TinkerReason, detail: string, options?: ErrorOptions) {
    const advice = ADVICE[reason];
    super(`${reason}: ${detail}${advice ? ` (${advice})` : ""}`, options);
    this.reason = reason;
    this.detail = detail;
  }
}
