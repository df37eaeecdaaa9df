/** What a run comes to: the report's answer and figures, for the page. */
import { millisecondsOf, tokensOf } from "../../analysis/cost.ts";
import { type Headline, type HeadlineMethod, type HeadlinePoint, headlineOf } from "../../analysis/headline.ts";
import { materialOf, mean } from "../../analysis/material.ts";
import { lastRounds } from "../../analysis/report.ts";
import { answersText } from "../../reports/answer-text.ts";
import { aboutText, ranText } from "../../reports/ran-text.ts";
import type { CostLine, CurvePoint, DifferenceLine, MethodCurve, Overview } from "../api/project.ts";
import type { View } from "../view.ts";
import { keptByRun } from "./kept.ts";

/** An overview is small, whatever its run is. */
const MOST_RUNS = 200;

/** null: there is no such run. */
export const overviewOf = (view: View, run: string): Overview | null => kept(view, run);

const kept = keptByRun((view, run): Overview | null => {
  if (!view.repository.run(run)) return null;
  const material = materialOf(view.repository, [run]);
  const headline = headlineOf(material);
  return {
    run,
    answer: answersText(headline.answers, view.command),
    ran: ranText(headline).map(({ name, text }) => ({ name, value: text })),
    methods: headline.methods.map(curveOf),
    differences: headline.differences.map(differenceLine),
    costs: headline.methods.map((method) => costLine(view, method)),
    failures: headline.failures,
    notes: aboutText(headline).map(({ text }) => text),
  };
}, MOST_RUNS);

const curveOf = ({ method, rounds, iterations, seeds }: HeadlineMethod): MethodCurve => ({
  method,
  row: rounds[0]!.row,
  points: iterations.map(pointOf),
  seeds: seeds.map(({ seed, iterations }) => ({ seed, points: iterations.map(pointOf) })),
});

function pointOf({ iteration, cost: { environmentSteps }, evaluation }: HeadlinePoint): CurvePoint {
  const { value: rate, low, high, cells: episodes } = evaluation.success;
  return { iteration, environmentSteps, rate, low, high, episodes };
}

function differenceLine({ a, b, overall: { estimate } }: Headline["differences"][number]): DifferenceLine {
  const points = (share: number | null) => (share === null ? null : 100 * share);
  const { value, low, high, tasks } = estimate;
  return { a, b, estimate: points(value), low: points(low), high: points(high), tasks };
}

function costLine({ repository }: View, { label, rounds, iterations, solved }: HeadlineMethod): CostLine {
  const { cost } = iterations.at(-1)!;
  const milliseconds = millisecondsOf(cost);
  const kept = mean(lastRounds(rounds).map(({ trainingSet }) => repository.exampleCount(trainingSet) ?? 0)) ?? 0;
  const newlySolved = solved.all - solved.byExpert;
  const each = (count: number) => (count > 0 && cost.environmentSteps > 0 ? cost.environmentSteps / count : null);
  return {
    method: label,
    rollouts: cost.explored + cost.probed,
    environmentSteps: cost.environmentSteps,
    tokens: tokensOf(cost),
    seconds: milliseconds === null ? null : milliseconds / 1000,
    solved: solved.all,
    newlySolved,
    kept,
    stepsPerSolved: each(newlySolved),
    stepsPerKept: each(kept),
  };
}
