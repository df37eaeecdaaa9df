/** How the cells of an expert map are sent. */
import type { ExpertMap, SentMap } from "./expert.ts";

/** Each different cell once, and in the lines their places. */
export function sentMap({ lines, ...map }: ExpertMap): SentMap {
  const places = new Map<string, number>();
  const cells: SentMap["cells"][number][] = [];
  const sent = lines.map((line) => ({
    ...line,
    cells: line.cells.map((cell) => {
      const { label, taken, needRecover, kind } = cell;
      const name = `${label} ${taken?.won} ${taken?.of} ${needRecover} ${kind}`;
      const place = places.get(name) ?? cells.push(cell) - 1;
      places.set(name, place);
      return place;
    }),
  }));
  return { ...map, cells, lines: sent };
}

/** The map that was sent. */
export function wholeMap({ cells, lines, ...map }: SentMap): ExpertMap {
  return { ...map, lines: lines.map((line) => ({ ...line, cells: line.cells.map((place) => cells[place]!) })) };
}
