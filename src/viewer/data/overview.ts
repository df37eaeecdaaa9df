/** What a run comes to: the report's answer and figures, for the page. */
import { type Cost, costOf, millisecondsOf, tokensOf, trainingTimes } from "../../analysis/cost.ts";
import { type Material, type Method, materialOf, mean } from "../../analysis/material.ts";
import {
  lastIteration,
  lastRounds,
  type MethodDifference,
  type MethodReport,
  type Report,
  reportOn,
} from "../../analysis/report.ts";
import type { Estimate } from "../../analysis/statistics.ts";
import { evaluatedIn, evaluationOf } from "../../analysis/success.ts";
import { leakageText } from "../../reports/leakage-text.ts";
import { aboutText, ranText } from "../../reports/ran-text.ts";
import { leadOf } from "../../reports/report-document.ts";
import type { CostLine, CurvePoint, DifferenceLine, MethodCurve, Overview } from "../api/project.ts";
import type { View } from "../view.ts";
import { keptByRun } from "./kept.ts";

/** An overview is small, whatever its run is. */
const MOST_RUNS = 200;

/** null: there is no such run. */
export const overviewOf = (view: View, run: string): Overview | null => kept(view, run);

const kept = keptByRun(({ repository, command }, run): Overview | null => {
  if (!repository.run(run)) return null;
  const material = materialOf(repository, [run]);
  const report = reportOn(material);
  return {
    run,
    answer: leadOf(report, command),
    ran: ranText(report).map(({ name, text }) => ({ name, value: text })),
    methods: material.methods.map((method, index) => curveOf(material, method, report.methods[index]!)),
    differences: report.differences.map(differenceLine),
    costs: material.methods.map((method, index) => costLine(material, method, report.methods[index]!)),
    failures: report.failures,
    notes: notesOf(report),
  };
}, MOST_RUNS);

function curveOf(material: Material, { method, rounds }: Method, { iterations }: MethodReport): MethodCurve {
  const times = trainingTimes(material);
  const bySeed = Map.groupBy(rounds, ({ seed }) => seed);
  return {
    method,
    row: rounds[0]!.row,
    points: iterations.map(({ iteration, cost, evaluation }) => pointOf(iteration, cost, evaluation.overall.success)),
    seeds: [...bySeed].map(([seed, own]) => ({
      seed,
      points: own.map((round, index) =>
        pointOf(
          round.iteration,
          costOf(material, own.slice(0, index + 1), times),
          evaluationOf(evaluatedIn(material, [round])).success,
        ),
      ),
    })),
  };
}

const pointOf = (iteration: number, { environmentSteps }: Cost, { value, low, high, cells }: Estimate): CurvePoint => ({
  iteration,
  environmentSteps,
  rate: value,
  low,
  high,
  episodes: cells,
});

function differenceLine({ a, b, overall: { estimate } }: MethodDifference): DifferenceLine {
  const points = (share: number | null) => (share === null ? null : 100 * share);
  const { value, low, high, tasks } = estimate;
  return { a, b, estimate: points(value), low: points(low), high: points(high), tasks };
}

function costLine({ repository }: Material, { rounds }: Method, report: MethodReport): CostLine {
  const { cost, solved } = lastIteration(report);
  const milliseconds = millisecondsOf(cost);
  const kept = mean(lastRounds(rounds).map(({ trainingSet }) => repository.exampleCount(trainingSet) ?? 0)) ?? 0;
  const newlySolved = solved.all - solved.byExpert;
  const each = (count: number) => (count > 0 && cost.environmentSteps > 0 ? cost.environmentSteps / count : null);
  return {
    method: report.label,
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

function notesOf(report: Report): string[] {
  const leakage = report.methods.length > 0 ? leakageText(report.leakage) : [];
  return [...aboutText(report).map(({ text }) => text), ...leakage];
}
