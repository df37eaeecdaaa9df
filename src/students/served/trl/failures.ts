/** Why a TRL training ended badly, and what its user can do about it. */
import { TrainerError } from "../../../core/errors.ts";

export const TRL_REASONS = [
  "python missing",
  "packages missing",
  "bad checkpoint",
  "tokens differ",
  "labels differ",
  "settings",
  "out of memory",
  "diverged",
  "stopped",
  "killed",
  "crashed",
  "failed",
] as const;

export type TrlReason = (typeof TRL_REASONS)[number];

const ADVICE: Partial<Record<TrlReason, string>> = {
  "python missing": "run `gleaner env install python`",
  "packages missing": "run `gleaner env install python`",
  "bad checkpoint": "expected a folder with config.json, safetensors and the tokenizer's files",
  "tokens differ": "gleaner's tokenizer and Python's disagree about this text; leave the example out",
  "out of memory": "a smaller deviceBatch, a smaller maxLength or loraRank 16 needs less memory",
  diverged: "a smaller learningRate or more warmup may help",
  killed: "usually because the system ran out of memory; a smaller deviceBatch or maxLength needs less",
  crashed: "a fault of Python, torch or a library, not of the examples",
};

/** A TrainerError whose `cause` is `{ reason }`, so that a program can tell the reasons apart. */
export function trlError(reason: TrlReason, message: string): TrainerError {
  const advice = ADVICE[reason];
  return new TrainerError(`${reason}: ${message}${advice ? ` (${advice})` : ""}`, { cause: { reason } });
}

/** The reason of an error that `trlError` made; undefined for any other. */
export function trlReasonOf(error: unknown): TrlReason | undefined {
  const cause = error instanceof TrainerError ? (error.cause as { reason?: TrlReason } | undefined) : undefined;
  return TRL_REASONS.find((reason) => reason === cause?.reason);
}
