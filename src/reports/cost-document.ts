/** The cost sections of a report's document: in total, and for each training task that was solved. */
import { millisecondsOf, tokensOf } from "../analysis/cost.ts";
import { lastIteration, type Report } from "../analysis/report.ts";
import { type Section, tableOf } from "./document.ts";
import { amount, duration, whole } from "./numbers.ts";

export function costSections(report: Report): Section[] {
  if (report.methods.length === 0) return [];
  return [totalSection(report), solvedSection(report), ...moneySection(report)];
}

function totalSection({ methods }: Report): Section {
  const rows = methods.map((method) => {
    const { cost } = lastIteration(method);
    const { explore, probe, train, evaluate } = cost.milliseconds;
    return [
      method.label,
      ...[cost.explored, cost.probed, cost.environmentSteps, cost.prefixSteps].map(whole),
      ...[cost.promptTokens, cost.completionTokens].map(whole),
      ...[explore, probe, train, evaluate].map(duration),
    ];
  });
  const counts = ["from start", "probes", "env. steps", "prefix steps", "prompt tokens", "completion tokens"];
  return {
    title: "Cost per seed",
    table: tableOf(["method"], [...counts, "exploring", "probing", "training", "evaluating"], rows),
    notes: [
      "Each method is counted as if it had run alone. Times are as measured: a method that found another's rollouts in the " +
        "store waited less. prefix steps: the expert's steps before the probes; only worlds that restore a state by replaying " +
        "take them again.",
    ],
    isDetail: true,
  };
}

function solvedSection({ methods }: Report): Section {
  const rows = methods.map((method) => {
    const { solved, cost } = lastIteration(method);
    const fresh = solved.all - solved.byExpert;
    const each = (spent: number | null) => (fresh > 0 && spent ? spent / fresh : null);
    return [
      method.label,
      ...[solved.all, solved.byExpert, fresh].map(whole),
      ...[each(cost.explored + cost.probed), each(cost.environmentSteps), each(tokensOf(cost))].map(whole),
      duration(each(millisecondsOf(cost))),
    ];
  });
  const numbers = ["solved", "by the expert", "new", "rollouts", "env. steps", "tokens", "time"];
  return {
    title: "Cost for each newly solved training task",
    table: tableOf(["method"], numbers, rows),
    notes: [
      "Per seed. solved: training tasks won at least once. new: those that the expert had not won. The columns after it: what " +
        "exploring, probing and training took in all, for each new one.",
    ],
    isDetail: true,
  };
}

function moneySection({ methods, prices, experts, unreplayable }: Report): Section[] {
  if (!prices) return [];
  const shown = (value: number | null) => amount(value, prices.currency);
  const rows = methods.map((method) => {
    const { money, solved } = lastIteration(method);
    const { expert, student } = money!;
    const total = expert + student;
    const fresh = solved.all - solved.byExpert;
    const perSolved = solved.all > 0 ? total / solved.all : null;
    return [method.label, ...[expert, student, total, perSolved, fresh > 0 ? student / fresh : null].map(shown)];
  });
  const policies = [...experts, ...unreplayable].map(({ policy }) => policy);
  const unpriced = [...new Set(policies)].filter((policy) => !(policy in prices.experts));
  return [
    {
      title: "Cost in money, per seed",
      table: tableOf(["method"], ["expert", "student", "total", "per solved task", "student per new task"], rows),
      notes: [
        "By the config's prices. expert: the recordings that the method was given. student: its rollouts on training tasks. " +
          "Training and evaluating have no price. per solved task: the total, for each training task solved, the expert's included.",
        ...(unpriced.length > 0 ? [`Without a price, so at no cost: ${unpriced.join(", ")}.`] : []),
      ],
    },
  ];
}
