/** Lines with intervals as uPlot takes them: one list of x for all, null where a line has no point. */
import type uPlot from "uplot";
import { isOutline, type Look, markerPath } from "./series.ts";

export interface CurveLine {
  readonly name: string;
  readonly look: Look;
  /** One of several that the thick one sums up: thin, without marks or intervals. */
  readonly isThin?: boolean;
  /** Another one is looked at. */
  readonly isFaint?: boolean;
  /** Its interval is drawn as a band, too. */
  readonly hasBand?: boolean;
  /** In order of `x`. */
  readonly points: readonly CurveDot[];
}

export interface CurveDot {
  readonly x: number;
  readonly y: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/** What the drawing needs of a design token: the colour that the browser makes of it. */
export type ColourOf = (token: string) => string;

/** Series and bands of `lines`: each thick line is three series, of which two are the unseen edges of its band. */
export function plotOf(lines: readonly CurveLine[], colourOf: ColourOf) {
  const xs = [...new Set(lines.flatMap(({ points }) => points.map(({ x }) => x)))].sort((a, b) => a - b);
  const along = (line: CurveLine, part: "y" | "low" | "high") => {
    const known = new Map(line.points.map((point) => [point.x, point[part]]));
    return xs.map((x) => known.get(x) ?? null);
  };
  const data: (number | null)[][] = [xs];
  const series: uPlot.Series[] = [{}];
  const bands: uPlot.Band[] = [];
  for (const line of lines) {
    const colour = colourOf(line.look.colour);
    data.push(along(line, "y"));
    series.push({
      label: line.name,
      stroke: translucent(colour, line.isFaint ? 0.25 : line.isThin ? 0.5 : 1),
      width: line.isThin ? 1 : 2,
      dash: [...line.look.dash],
      spanGaps: true,
      points: { show: false },
    });
    if (!line.hasBand || !line.points.some(({ low }) => low !== null)) continue;
    const edge: uPlot.Series = { stroke: "transparent", width: 0, spanGaps: true, points: { show: false } };
    data.push(along(line, "high"), along(line, "low"));
    series.push(edge, edge);
    bands.push({ series: [series.length - 2, series.length - 1], fill: translucent(colour, 0.13) });
  }
  return { data: data as uPlot.AlignedData, series, bands };
}

/** `rgb(…)`, seen through. */
const translucent = (colour: string, share: number) => colour.replace(/^rgb\((.*)\)$/, `rgba($1, ${share})`);

/** Draws the marks of the thick lines, and their intervals where there is room for them. */
export function drawDots(plot: uPlot, lines: readonly CurveLine[], colourOf: ColourOf): void {
  const { ctx } = plot;
  const scale = window.devicePixelRatio;
  const at = (value: number, axis: "x" | "y") => plot.valToPos(value, axis, true);
  ctx.save();
  ctx.setLineDash([]);
  for (const { look, isThin, isFaint, points } of lines) {
    if (isThin) continue;
    ctx.strokeStyle = ctx.fillStyle = translucent(colourOf(look.colour), isFaint ? 0.25 : 1);
    for (const { x, y, low, high } of points) {
      if (y === null) continue;
      ctx.lineWidth = 1.2 * scale;
      if (low !== null && high !== null && !isFaint && points.length <= 12) {
        ctx.stroke(new Path2D(`M${at(x, "x")},${at(low, "y")}V${at(high, "y")}`));
      }
      const mark = new Path2D(markerPath(look.marker, at(x, "x"), at(y, "y"), 4 * scale));
      ctx.lineWidth = 2 * scale;
      if (isOutline(look.marker)) ctx.stroke(mark);
      else ctx.fill(mark);
    }
  }
  ctx.restore();
}
