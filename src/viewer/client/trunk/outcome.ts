/** How an episode ended, as a shape and as a word: a triangle up for won, one down for lost, a square for broken on our side. */
import type { Outcome } from "../../../core/trajectory.ts";

export interface Ended {
  readonly won: boolean;
  readonly outcome: Outcome;
}

export type EndKind = "won" | "lost" | "failed";

export const endOf = ({ won, outcome }: Ended): EndKind =>
  outcome.kind === "failed" ? "failed" : won ? "won" : "lost";

/** `lost, cut by the limit of steps`, `failed on our side: PolicyError: …`. */
export function endInWords({ won, outcome }: Ended): string {
  if (outcome.kind === "failed") return `failed on our side: ${outcome.error.name}: ${outcome.error.message}`;
  const said = won ? "won" : "lost";
  return outcome.kind === "truncated" ? `${said}, cut by the limit of ${outcome.limit}` : said;
}

/** A path around the middle of an end's mark, ten pixels wide. */
export const END_SHAPES: Readonly<Record<EndKind, string>> = {
  won: "M0 -5.5L5.5 4.5H-5.5Z",
  lost: "M0 5.5L5.5 -4.5H-5.5Z",
  failed: "M-4.5 -4.5H4.5V4.5H-4.5Z",
};
