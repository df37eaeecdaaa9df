/** Why records of a log cannot be used, or only in part: an import's problems, with similar ones counted together. */
import { alike } from "../core/reasons.ts";
import type { Position } from "../files/record.ts";
import { ownText } from "./listed.ts";

/** Where in the logs. */
export interface Place extends Position {
  readonly file: string;
}

const FATES = ["not understood", "left out", "diverged", "not replayed", "kept without a replay"] as const;

export interface Reason {
  readonly fate: (typeof FATES)[number];
  /** The wording of the first one. The others differ only in what they quote and count. */
  readonly reason: string;
  readonly count: number;
  /** The first few. */
  readonly places: readonly Place[];
}

/** Places that are told of each reason. */
export const FIRST = 3;
/** Reasons of each fate that are told apart; what comes behind them is counted together. */
const MOST_REASONS = 1000;
const OTHERS = "other reasons";

interface Group extends Reason {
  count: number;
  readonly places: Place[];
}

/** Counts reasons as they come. Memory holds each reason once, with its first places. */
export function reasonCounter() {
  const groups = new Map(FATES.map((fate) => [fate, new Map<string, Group>()]));
  return {
    count(fate: Reason["fate"], reason: string, place: Place): void {
      const known = groups.get(fate)!;
      const like = alike(reason);
      const isOther = !known.has(like) && known.size >= MOST_REASONS;
      const key = isOther ? OTHERS : ownText(like);
      const group = known.get(key) ?? { fate, reason: isOther ? OTHERS : ownText(reason), count: 0, places: [] };
      known.set(key, group);
      group.count += 1;
      const { file, line, record } = place;
      if (group.places.length < FIRST) group.places.push({ file, line, ...(record !== undefined && { record }) });
    },
    /** In the order of their fates, the most frequent of each first; of equally frequent ones the one that came first. */
    counted: (): readonly Reason[] =>
      [...groups.values()].flatMap((known) => [...known.values()].sort((a, b) => b.count - a.count)),
  };
}
