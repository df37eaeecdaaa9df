/** A comparison of two runs as titles, tables and sentences. */

import type { Comparison } from "../analysis/compare-runs.ts";
import { type Cost, tokensOf } from "../analysis/cost.ts";
import type { Difference } from "../analysis/success.ts";
import type { Json } from "../core/json.ts";
import { type Document, type Section, tableOf } from "./document.ts";
import { percent, points, pointsInterval, probability, UNKNOWN, unequalSteps, whole } from "./numbers.ts";

export function comparisonDocument(comparison: Comparison): Document {
  return {
    title: `${comparison.a} compared with ${comparison.b}`,
    sections: [
      overallSection(comparison),
      ...computeSection(comparison),
      ...categorySection(comparison),
      configSection(comparison),
    ],
  };
}

function overallSection({ a, b, pairs, interval }: Comparison): Section {
  const title = "Success on the tasks that both evaluated";
  if (pairs.length === 0) return { title, notes: [`${a} or ${b} has evaluated nothing yet.`] };
  const rows = pairs.map((pair) => [nameOf(pair), whole(pair.sharedTasks), ...differenceCells(pair.overall)]);
  const bySeed = pairs.every(({ pairedBy }) => pairedBy === "seed and task");
  const left = pairs.flatMap((pair) =>
    pair.onlyA + pair.onlyB > 0
      ? [`${nameOf(pair)}: ${whole(pair.onlyA)} tasks only in ${a}, ${whole(pair.onlyB)} only in ${b}, left out.`]
      : [],
  );
  const same = pairs.filter(({ isSame }) => isSame).map(nameOf);
  return {
    title,
    table: tableOf(["method"], ["tasks", a, b, "difference", "95 %", "won by one", "p"], rows),
    notes: [
      `difference: ${a} − ${b} in percentage points, with a bootstrap interval (${whole(interval.resamples)} draws). ` +
        `Paired by ${bySeed ? "seed and task" : "task where the runs share no seed, each run's mean over its seeds"}. won by ` +
        "one: pairs that did better in the first : in the second run. p: McNemar's exact test, with one seed only.",
      ...(same.length > 0
        ? [`${same.join(", ")}: ${a} and ${b} hold the very same episodes, so this compares one result with itself.`]
        : []),
      ...left,
    ],
  };
}

/** Whether the methods may be compared at all: what each spent up to its last iteration. */
function computeSection({ a, b, pairs }: Comparison): Section[] {
  const exploring = pairs.filter(({ cost }) => cost.a.environmentSteps + cost.b.environmentSteps > 0);
  if (exploring.length === 0) return [];
  const row = (name: string, run: string, cost: Cost) => [
    name,
    run,
    ...[cost.explored, cost.probed, cost.environmentSteps, tokensOf(cost)].map(whole),
  ];
  const rows = exploring.flatMap((pair) => [row(pair.a, a, pair.cost.a), row(pair.b, b, pair.cost.b)]);
  const unequal = exploring.flatMap((pair) => {
    const none = pair.cost.a.environmentSteps * pair.cost.b.environmentSteps === 0;
    if (none) return [`${nameOf(pair)}: only one of the two explored`];
    const [first, second] = [`${pair.a} of ${a}`, `${pair.b} of ${b}`];
    return unequalSteps(first, second, pair.moreEnvironmentSteps) ?? [];
  });
  const verdict = unequal.length > 0 ? `Not the same compute: ${unequal.join("; ")}.` : "The same compute, within 5 %.";
  const table = tableOf(["method", "run"], ["from start", "probes", "env. steps", "tokens"], rows);
  return [{ title: "What each spent, per seed", table, notes: [verdict] }];
}

function categorySection({ a, b, pairs }: Comparison): Section[] {
  const rows = pairs
    .filter(({ byCategory }) => byCategory.length > 1)
    .flatMap((pair) =>
      pair.byCategory.map(({ name, of }) => [nameOf(pair), name, whole(of.estimate.tasks), ...differenceCells(of)]),
    );
  if (rows.length === 0) return [];
  const numbers = ["tasks", a, b, "difference", "95 %", "won by one", "p"];
  return [{ title: "By category", table: tableOf(["method", "category"], numbers, rows), notes: [] }];
}

function configSection({ a, b, config }: Comparison): Section {
  const title = "Settings that differ";
  if (config.length === 0) return { title, notes: ["None."] };
  const shown = (value: Json | undefined) => (value === undefined ? UNKNOWN : JSON.stringify(value));
  const rows = config.map((difference) => [difference.path, shown(difference.a), shown(difference.b)]);
  return { title, table: tableOf(["setting", a, b], [], rows), notes: [] };
}

const nameOf = ({ a, b }: { readonly a: string; readonly b: string }) => (a === b ? a : `${a} / ${b}`);

function differenceCells({ a, b, estimate, onlyA, onlyB, mcnemar }: Difference): string[] {
  const difference = [points(estimate.value), pointsInterval(estimate)];
  return [percent(a), percent(b), ...difference, `${onlyA} : ${onlyB}`, probability(mcnemar)];
}
