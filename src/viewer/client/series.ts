/** How methods are told apart in curves: by colour, dashes and mark at once, so that any one of them is enough. */

export type Marker = "disc" | "square" | "triangle" | "diamond" | "cross" | "ring";

export interface Look {
  /** A design token. */
  readonly colour: string;
  /** Dash and gap in pixels; empty: one line. */
  readonly dash: readonly number[];
  readonly marker: Marker;
}

const COLOURS = 6;
const MARKERS: readonly Marker[] = ["disc", "square", "triangle", "diamond", "cross", "ring"];
const DASHES: readonly (readonly number[])[] = [[], [7, 4], [2, 3], [9, 3, 2, 3], [5, 2], [12, 4]];

/** Of the method at `index` of the report's order. After six colours come the same ones with the next dashes. */
export function lookOf(index: number): Look {
  const round = Math.floor(index / COLOURS);
  return {
    colour: `--series-${index % COLOURS}`,
    dash: DASHES[(index + round) % DASHES.length]!,
    marker: MARKERS[(index + round) % MARKERS.length]!,
  };
}

/** An SVG path of a mark around (x, y) with radius `r`. */
export function markerPath(marker: Marker, x: number, y: number, r: number): string {
  if (marker === "square") return `M${x - r},${y - r}h${2 * r}v${2 * r}h${-2 * r}z`;
  if (marker === "triangle") return `M${x},${y - 1.2 * r}L${x + 1.2 * r},${y + r}H${x - 1.2 * r}z`;
  if (marker === "diamond") return `M${x},${y - 1.3 * r}L${x + 1.3 * r},${y}L${x},${y + 1.3 * r}L${x - 1.3 * r},${y}z`;
  if (marker === "cross") return `M${x - r},${y - r}L${x + r},${y + r}M${x + r},${y - r}L${x - r},${y + r}`;
  return `M${x - r},${y}a${r},${r} 0 1,0 ${2 * r},0a${r},${r} 0 1,0 ${-2 * r},0z`;
}

/** Whether the mark is an outline: the others are filled. */
export const isOutline = (marker: Marker): boolean => marker === "cross" || marker === "ring";
