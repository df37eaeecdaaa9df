/** Which of many lines are in view: only those are drawn. Pure functions of numbers. */

/** Lines from `from` up to, but not, `to`. */
export interface Lines {
  readonly from: number;
  readonly to: number;
}

/** Drawn above and below what is seen, so that scrolling meets no gap. */
const SPARE = 4;

/** Of `count` lines, each `height` pixels high, those within `seen` pixels from `top` on. */
export function linesInView(top: number, seen: number, height: number, count: number): Lines {
  const from = Math.max(0, Math.floor(top / height) - SPARE);
  const to = Math.min(count, Math.ceil((top + seen) / height) + SPARE);
  return { from: Math.min(from, to), to };
}
