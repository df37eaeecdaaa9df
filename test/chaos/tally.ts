/** What has been done to the commands, and where it hit them. */

/** Of the work of a whole command: before its first row, then fifths. */
const PLACES = ["before the first row", "0–20 %", "20–40 %", "40–60 %", "60–80 %", "80–100 %"];

export interface Tally {
  /** A fault of `kind` that hit a command which had done `share` (0 to 1) of its work; undefined where that has no meaning. */
  add(kind: string, share?: number): void;
  readonly count: () => number;
  /** For each kind how many, and where the kills landed. */
  lines(): string[];
}

export function newTally(): Tally {
  const kinds = new Map<string, number>();
  const places = new Map<string, number>();
  const more = (map: Map<string, number>, key: string) => map.set(key, (map.get(key) ?? 0) + 1);
  return {
    add(kind, share) {
      more(kinds, kind);
      if (share !== undefined) more(places, PLACES[share === 0 ? 0 : Math.min(5, 1 + Math.floor(share * 5))]!);
    },
    count: () => [...kinds.values()].reduce((sum, count) => sum + count, 0),
    lines() {
      const listed = [...kinds].sort(([a], [b]) => (a < b ? -1 : 1)).map(([kind, count]) => `${count} ${kind}`);
      const landed = PLACES.filter((place) => places.has(place)).map((place) => `${places.get(place)} ${place}`);
      return [listed.join(", "), `where signals landed: ${landed.join(", ")}`];
    },
  };
}
