/** Why many things failed: similar reasons counted together, and put into one line. */
import type { Trajectory } from "./trajectory.ts";

/** A reason, and how often there was one like it. */
export interface CountedReason {
  /** The wording of the first one. The others differ only in what they quote, name and count. */
  readonly reason: string;
  /** At least 1. */
  readonly count: number;
}

/** Similar reasons together, the most frequent first; of equally frequent ones the one that came first. */
export function countedReasons(reasons: Iterable<string>): CountedReason[] {
  const groups = [...Map.groupBy(reasons, alike).values()];
  return groups.map((group) => ({ reason: group[0]!, count: group.length })).sort((a, b) => b.count - a.count);
}

/**
 * A reason without what it quotes, names and counts. A server's status (`503 overloaded`) is kept: it says what broke.
 */
export function alike(reason: string): string {
  return reason
    .replace(/"(?:[^"\\]|\\.)*("|…$)/g, '"…"')
    .replace(/\b[0-9a-f]{16,}\b/g, "0")
    .replace(/(^|: )[45]\d\d\b|\d+/g, (found, start) => (start === undefined ? "0" : found));
}

/** More reasons than this are counted together. */
const NAMED = 3;
/** Characters of a reason. */
const LONGEST = 140;

/** `10 × connection broke: ECONNREFUSED; 2 × no answer in time; 4 × others`, on one line. Texts are not escaped. */
export function reasonsText(reasons: readonly CountedReason[]): string {
  const others = reasons.slice(NAMED).reduce((sum, { count }) => sum + count, 0);
  const named = reasons.slice(0, NAMED).map(({ reason, count }) => `${count} × ${cut(reason.replace(/\s+/g, " "))}`);
  return [...named, ...(others > 0 ? [`${others} × others`] : [])].join("; ");
}

const cut = (text: string) => (text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1).toWellFormed()}…`);

/**
 * Why the episode failed, in words; undefined if it did not. Errors of a policy begin with its name, which is left out here
 * since the trajectory names it.
 */
export function failureOf({ outcome, policy }: Pick<Trajectory, "outcome" | "policy">): string | undefined {
  if (outcome.kind !== "failed") return undefined;
  const { message } = outcome.error;
  return message.startsWith(`${policy}: `) ? message.slice(policy.length + 2) : message;
}
