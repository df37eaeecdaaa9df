/** The report's figures as SVG: Vega-Lite specs over plain rows. Equal reports give equal bytes. No browser, no files. */
import type { TopLevelSpec } from "vega-lite";
import { lastIteration, type MethodReport, type Report } from "../analysis/report.ts";
import type { Share } from "../analysis/statistics.ts";
import { breathe } from "../core/breath.ts";
import { harmless } from "./document.ts";

export interface Plot {
  /** File name without extension: `success`, `probes`, `coverage`, `iterations`. */
  readonly name: string;
  readonly svg: string;
}

/** Okabe and Ito's colours, which people with any colour vision tell apart. */
const COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"];
const EXPERT_COLOUR = "#666666";

const STYLE = {
  $schema: "https://vega.github.io/schema/vega-lite/v6.json",
  background: "white",
  padding: 12,
  config: {
    font: "sans-serif",
    axis: { labelFontSize: 14, titleFontSize: 14, titleFontWeight: "normal", gridColor: "#e8e8e8" },
    legend: { labelFontSize: 14, titleFontSize: 14, titleFontWeight: "normal" },
    title: { fontSize: 16, anchor: "start", subtitleFontSize: 14, subtitleColor: "#555555" },
    view: { stroke: null },
    range: { category: COLOURS },
  },
} as const;

type Row = Readonly<Record<string, string | number | null>>;
type Unit = Omit<TopLevelSpec, "$schema" | "config">;

/** Those figures for which the report has data. Loads Vega, which takes a moment. */
export async function plots(report: Report): Promise<Plot[]> {
  if (report.methods.length === 0) return [];
  const specs = [
    { name: "success", spec: successPlot(report) },
    { name: "iterations", spec: iterationsPlot(report) },
    { name: "coverage", spec: coveragePlot(report) },
    { name: "probes", spec: probesPlot(report) },
  ];
  const drawn: Plot[] = [];
  for (const { name, spec } of specs) {
    await breathe();
    if (spec) drawn.push({ name, svg: await draw(spec) });
  }
  return drawn;
}

async function draw(spec: Unit): Promise<string> {
  const [vega, { compile }] = await Promise.all([import("vega"), import("vega-lite")]);
  const compiled = compile({ ...STYLE, ...spec } as TopLevelSpec).spec;
  const view = new vega.View(vega.parse(compiled), { renderer: "none" });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

function successPlot(report: Report): Unit {
  const expert = report.experts.map(({ policy, evaluation }) => ({
    name: report.experts.length === 1 ? "expert †" : `${policy} †`,
    who: "expert",
    ...evaluation.overall.success,
  }));
  const subjects = report.answers.flatMap((answer) => (answer.kind === "compared" ? answer.subject.method : []));
  const methods = report.methods.map((method) => {
    const { success } = lastIteration(method).evaluation.overall;
    return { name: method.label, who: subjects.includes(method.label) ? "subject" : "method", ...success };
  });
  const rows: Row[] = [...expert, ...methods].map(({ name, who, value, low, high }) => ({
    name: nameOf(name),
    who,
    value,
    low,
    high,
    text: `${nameOf(name)}${value === null ? "" : `: ${(100 * value).toFixed(1)} %`}`,
  }));
  const y = {
    field: "name",
    type: "nominal",
    sort: null,
    title: null,
    // Names stand in the plot, above their rows, so that it fits a phone.
    axis: null,
  } as const;
  const color = {
    field: "who",
    type: "nominal",
    legend: null,
    scale: { domain: ["expert", "method", "subject"], range: [EXPERT_COLOUR, COLOURS[0]!, COLOURS[1]!] },
  } as const;
  const shape = {
    field: "who",
    type: "nominal",
    legend: null,
    scale: { domain: ["expert", "method", "subject"], range: ["square", "circle", "diamond"] },
  } as const;
  const isSubject = { test: "datum.who === 'subject'" };
  const x = share("value", "success");
  return {
    title: {
      text: "Success on held-out tasks",
      subtitle: ["with 95 % intervals", ...(expert.length > 0 ? ["† on the training tasks:", "not comparable"] : [])],
      offset: 16,
    },
    width: 320,
    height: { step: 44 },
    data: { values: rows },
    layer: [
      {
        mark: { type: "rule", strokeWidth: 2 },
        encoding: { y, color, x: { ...x, field: "low" }, x2: { field: "high" } },
      },
      {
        mark: { type: "point", filled: true, opacity: 1 },
        encoding: { y, color, shape, x, size: { condition: { ...isSubject, value: 180 }, value: 80 } },
      },
      {
        mark: {
          type: "text",
          align: "left",
          dx: 4,
          dy: -15,
          fontSize: 14,
          fontWeight: { expr: `${isSubject.test} ? 'bold' : 'normal'` },
        },
        encoding: { y, color, x: { value: 0 }, text: { field: "text" } },
      },
    ],
  } as Unit;
}

function iterationsPlot(report: Report): Unit | null {
  if (report.methods.every(({ iterations }) => iterations.length < 2)) return null;
  const rows = report.methods.flatMap(({ label, iterations }) =>
    iterations.map(({ iteration, evaluation }): Row => {
      const { value, low, high } = evaluation.overall.success;
      return { method: nameOf(label), iteration, value, low, high };
    }),
  );
  const { x, color } = byIteration(report, report.methods);
  // Side by side, so that intervals do not hide each other.
  const shared = { x, color, xOffset: { field: "method", scale: { paddingOuter: 2 } } };
  const y = share("value", "success on held-out tasks");
  return {
    title: { text: "Success by iteration", subtitle: "with 95 % intervals" },
    width: 320,
    height: 260,
    data: { values: rows },
    layer: [
      {
        mark: { type: "rule", opacity: 0.6 },
        encoding: { ...shared, y: { ...y, field: "low" }, y2: { field: "high" } },
      },
      { mark: { type: "point", filled: true, size: 60, opacity: 1 }, encoding: { ...shared, y } },
    ],
  } as Unit;
}

function coveragePlot(report: Report): Unit | null {
  const exploring = report.methods.filter((method) => method.yield.total.rollouts > 0);
  if (exploring.length === 0) return null;
  const rows = exploring.flatMap(({ label, iterations, coverageAtStart }) => [
    { method: nameOf(label), iteration: 0, value: coverageAtStart },
    ...iterations.map(({ iteration, coverage }): Row => ({ method: nameOf(label), iteration, value: coverage })),
  ]);
  return {
    title: { text: "Tasks won at least once", subtitle: "iteration 0: by the expert alone" },
    width: 320,
    height: 260,
    data: { values: rows },
    mark: POINTS_AND_LINE,
    encoding: { ...byIteration(report, exploring), y: share("value", "coverage") },
  } as Unit;
}

const POINTS_AND_LINE = { type: "line", point: { filled: true, size: 50 }, strokeWidth: 2 } as const;

/** A colour for each method, the same in every figure; the legend names those that are `shown`. */
function byIteration(report: Report, shown: readonly MethodReport[]) {
  const labels = (methods: readonly MethodReport[]) => methods.map(({ label }) => nameOf(label));
  return {
    x: { field: "iteration", type: "ordinal", title: "iteration", axis: { labelAngle: 0 } },
    color: {
      field: "method",
      type: "nominal",
      title: null,
      scale: { domain: labels(report.methods) },
      // Above, so that the figure fits a phone.
      legend: { values: labels(shown), labelLimit: 0, symbolOpacity: 1, orient: "top", columns: 1 },
    },
  };
}

/** A share on the whole scale: a cut axis makes small differences look large. */
const share = (field: string, title: string) =>
  ({ field, type: "quantitative", title, axis: { format: ".0%" }, scale: { domain: [0, 1] } }) as const;

const nameOf = (label: string) => harmless(label, 40);

function probesPlot(report: Report): Unit | null {
  const probing = report.methods.filter(({ probes }) => probes !== null);
  if (probing.length === 0) return null;
  const sides = [
    { side: "lost", title: "on runs the expert lost" },
    { side: "won", title: "on runs the expert won" },
  ] as const;
  const rate = ({ won, of }: Share) => (of === 0 ? null : won / of);
  const points = probing.flatMap(({ label, probes }) =>
    sides.flatMap(({ side, title }) => {
      return probes!.depths.map((depth, index): Row => {
        const { low, high } = depth[side];
        const start = rate(side === "lost" ? depth.lostFromStart : depth.wonFromStart);
        return { method: nameOf(label), side: title, index, value: rate(depth[side]), low, high, start };
      });
    }),
  );
  const shared = {
    x: {
      field: "index",
      type: "ordinal",
      title: "probed state (0: the start of the task)",
      axis: { labelAngle: 0 },
    },
    color: {
      field: "side",
      type: "nominal",
      title: null,
      legend: { orient: "top", columns: 1, labelLimit: 0, symbolOpacity: 1 },
      scale: { domain: sides.map(({ title }) => title), range: [COLOURS[1]!, COLOURS[0]!] },
    },
  };
  return {
    title: {
      text: ["Rollouts won,", "by where they start"],
      subtitle: ["with 95 % intervals; dashed:", "from the start of just the tasks", "that have such a state"],
    },
    data: { values: points },
    facet: {
      row: {
        field: "method",
        type: "nominal",
        title: null,
        sort: null,
        header: { labelFontSize: 14, labelOrient: "top", labelAnchor: "start" },
      },
    },
    spec: {
      width: 320,
      height: 260,
      layer: [
        {
          mark: { type: "line", strokeDash: [4, 4], opacity: 0.6 },
          encoding: { ...shared, y: share("start", "rollouts won") },
        },
        {
          mark: { type: "rule", opacity: 0.5 },
          encoding: { ...shared, y: share("low", "rollouts won"), y2: { field: "high" } },
        },
        { mark: POINTS_AND_LINE, encoding: { ...shared, y: share("value", "rollouts won") } },
      ],
    },
  } as Unit;
}
