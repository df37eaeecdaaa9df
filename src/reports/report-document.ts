/**
 * A report as titles, tables and sentences; each number's meaning stands where it stands. The answer comes first, then what
 * was run and how the methods did, then everything else.
 */

import { type ExpertReport, lastIteration, type MethodReport, type Report } from "../analysis/report.ts";
import type { Evaluation, Group, GroupedEvaluation } from "../analysis/success.ts";
import { type CommandLine, commandLine } from "../core/command-line.ts";
import { reasonsText } from "../core/reasons.ts";
import { answersText } from "./answer-text.ts";
import { type Document, inGroup, type Section, shortLabels, tableOf } from "./document.ts";
import { explorationSections } from "./exploration-document.ts";
import { GLOSSARY } from "./glossary.ts";
import { alarmText } from "./leakage-text.ts";
import {
  duration,
  more,
  percent,
  percentInterval,
  plain,
  points,
  pointsInterval,
  probability,
  UNKNOWN,
  unequalSteps,
  whole,
} from "./numbers.ts";
import { configSection, factsOf, type Written } from "./ran-text.ts";

/** More pairs of unequal compute than this are not spelled out. */
const MOST_UNEQUAL = 8;

/** More categories than this get a table of their own. */
const CATEGORIES_IN_MAIN_TABLE = 6;

export interface ReportDocumentOptions {
  /** Whether the main table may have a column for each category, and differences a row for each split. */
  readonly wide: boolean;
  /** Printed among the facts; absent: nothing is said of it. */
  readonly written?: Written | undefined;
  /** How commands are written in hints; default: without options. */
  readonly command?: CommandLine | undefined;
}

export function reportDocument(report: Report, options: ReportDocumentOptions): Document {
  const { wide, written, command = commandLine() } = options;
  const categoriesInMain = wide && report.categories.length > 1 && report.categories.length <= CATEGORIES_IN_MAIN_TABLE;
  const sections = [
    ...inGroup("Results", [
      mainSection(report, categoriesInMain),
      ...(categoriesInMain || report.categories.length < 2 ? [] : [categorySection(report)]),
      ...groupDetails(report),
      ...subjectSection(report),
      ...iterationSection(report),
      ...differenceSection(report, wide),
    ]),
    ...explorationSections(report),
    ...inGroup("How to read it", configSection(report)),
  ];
  return {
    title: `Report: ${report.runs.join(", ")}`,
    lead: leadOf(report, command),
    facts: factsOf(report, written),
    sections,
    // Where no method was trained, most of its words do not occur.
    glossary: report.methods.length > 0 ? GLOSSARY : GLOSSARY.filter(({ word }) => occursIn(sections, word)),
  };
}

/** Whether a word of the glossary stands in the sections; of an interval its figure does. */
const occursIn = (sections: Document["sections"], word: string): boolean =>
  JSON.stringify(sections).includes(word.replace(/ interval$/, ""));

/** The answers; a leak stands before them, since it makes every figure worthless. */
function leadOf({ answers, runs, leakage }: Report, command: CommandLine): string[] {
  const alarm = alarmText(leakage);
  const where = "(listed under “Leakage check”)";
  const hint =
    answers.length > 1 ? [`\`${command("compare", runs[0]!, runs[1]!)}\` compares two runs, task by task.`] : [];
  return [...(alarm === null ? [] : [`${alarm} ${where}.`]), ...answersText(answers, command), ...hint];
}

/** One row of the main table: who it is about and how it did. */
interface Contender {
  readonly name: string;
  readonly evaluation: GroupedEvaluation;
}

function contendersOf(report: Report): {
  experts: (Contender & { expert: ExpertReport })[];
  methods: (Contender & { method: MethodReport })[];
} {
  const mark = report.methods.length > 0 ? " †" : "";
  const expertName = ({ policy }: ExpertReport) => (report.experts.length === 1 && mark ? "expert" : policy) + mark;
  return {
    experts: report.experts.map((expert) => ({ name: expertName(expert), evaluation: expert.evaluation, expert })),
    methods: report.methods.map((method) => ({
      name: method.label,
      evaluation: lastIteration(method).evaluation,
      method,
    })),
  };
}

function mainSection(report: Report, withCategories: boolean): Section {
  const { experts, methods } = contendersOf(report);
  const withReturn = hasOwnReturns(report);
  const labels = withCategories ? shortLabels(report.categories) : [];
  const scores = ({ evaluation }: Contender) => [
    percent(evaluation.overall.success.value),
    percentInterval(evaluation.overall.success),
    ...(withReturn ? [plain(evaluation.overall.meanReturn.value)] : []),
    ...(withCategories ? report.categories.map((name) => percent(successIn(evaluation, name))) : []),
  ];
  const rows = [
    ...experts.map((contender) => {
      const { coverage } = contender.expert;
      return [contender.name, ...scores(contender), UNKNOWN, UNKNOWN, UNKNOWN, percent(coverage), UNKNOWN];
    }),
    ...methods.map((contender) => {
      const { seeds, cost, coverage } = lastIteration(contender.method);
      const spent = [whole(cost.explored + cost.probed), whole(cost.environmentSteps)];
      const end = [percent(coverage), duration(cost.milliseconds.train)];
      return [contender.name, ...scores(contender), String(seeds.length), ...spent, ...end];
    }),
  ];
  const numbers = ["success", "95 %", ...(withReturn ? ["return"] : []), ...labels];
  const table = tableOf(["method"], [...numbers, "seeds", "rollouts", "env. steps", "coverage", "training"], rows);
  if (rows.length === 0) return { title: "Success", notes: ["Nothing has been recorded yet."] };
  const title = methods.length > 0 ? "Success on held-out tasks" : "Success of what was recorded";
  return { title, table, notes: mainNotes(report, labels), figure: "success" };
}

function mainNotes(report: Report, labels: readonly string[]): string[] {
  const notes = [...unreplayableNotes(report), ...failureNotes(report)];
  if (labels.some((label, index) => label !== report.categories[index]))
    notes.push(`Categories: ${labels.map((label, index) => `${label} = ${report.categories[index]}`).join(", ")}.`);
  if (report.methods.length === 0) return [...notes, intervalNote(report, 1)];
  if (report.experts.length > 0) {
    const names = report.experts.map(({ policy }) => policy).join(", ");
    notes.push(`† ${names}, on the training tasks. Not comparable with the other rows, which are on held-out tasks.`);
  }
  const last = report.methods.map(lastIteration);
  const mostSeeds = Math.max(...last.map(({ seeds }) => seeds.length));
  const splits = report.splits.length > 0 ? ` (split ${report.splits.join(", ")})` : "";
  notes.push(
    `success: the share of held-out tasks${splits} won after the last iteration, by one greedy rollout each. ` +
      intervalNote(report, mostSeeds),
    "rollouts, env. steps, training: what the method spent on training tasks, per seed, as if it had run alone. Only the " +
      "student's own steps count. coverage: the share of training tasks that the expert or the student won at least once.",
  );
  for (const { label, bestOf } of report.methods) {
    if (bestOf !== null)
      notes.push(
        `${label}: of ${bestOf} samples of each held-out task the best one counts. Nobody knows beforehand which one that is, ` +
          "so this is an upper bound and not a method. No column counts these rollouts.",
      );
  }
  if (
    last.some(
      ({ evaluation: { overall } }) => overall.success.low !== null && overall.success.low === overall.success.high,
    )
  )
    notes.push(
      "An interval of width 0 does not mean certainty: all or none were won, so there is nothing to resample.",
    );
  for (const { label, iterations } of report.methods) {
    const [begun, arrived] = [iterations[0]!.seeds.length, iterations.at(-1)!.seeds.length];
    if (arrived < begun)
      notes.push(`${label} is not finished: ${arrived} of ${begun} seeds reached its last iteration.`);
  }
  return notes;
}

function unreplayableNotes({ unreplayable, methods }: Report): string[] {
  const each = unreplayable.map(({ policy, trajectories, won }) => `${policy}: ${cannotReplay(trajectories, won)}`);
  if (methods.length > 0)
    return each.map(
      (what) =>
        `${what}. They are examples for behaviour cloning, SFT-ALL, RFT, NAT and AgentEvol; no rollout starts on their tasks or states, and no figure counts them.`,
    );
  const sumOf = (name: "trajectories" | "won") => unreplayable.reduce((sum, one) => sum + one[name], 0);
  const all = [`${unreplayable.length} experts: ${cannotReplay(sumOf("trajectories"), sumOf("won"))}`];
  return (each.length > 1 ? all : each).map((what) => `${what}. They serve for statistics and imitation only.`);
}

const cannotReplay = (count: number, won: number): string =>
  `${whole(count)} ${count === 1 ? "trajectory" : "trajectories"} cannot be replayed, ${whole(won)} of them won by their log's word`;

/** How many episodes failed and why; then whose they were. */
function failureNotes({ failures, methods }: Report): string[] {
  if (failures.length === 0) return [];
  const failed = failures.reduce((sum, { count }) => sum + count, 0);
  const byMethod = methods.flatMap((method) => {
    const { evaluation, cost, seeds } = lastIteration(method);
    const [evaluating, exploring] = [evaluation.overall.failed, Math.round(cost.failed * seeds.length)];
    return evaluating + exploring > 0 ? [`${method.label} ${evaluating} evaluating, ${exploring} exploring`] : [];
  });
  return [
    `${whole(failed)} ${failed === 1 ? "episode" : "episodes"} failed (the world or the model broke) and ` +
      `${failed === 1 ? "is" : "are"} left out of success: ${reasonsText(failures)}.`,
    ...(byMethod.length > 0 ? [`Failed rollouts: ${byMethod.join("; ")}.`] : []),
  ];
}

function intervalNote({ interval }: Pick<Report, "interval">, seeds: number): string {
  const over = seeds > 1 ? "seeds and tasks" : "tasks only, since one seed says nothing about other seeds";
  const few = seeds > 1 && seeds < 5 ? ` Over ${seeds} seeds it is probably too narrow.` : "";
  return `95 %: bootstrap interval, ${whole(interval.resamples)} draws over ${over}.${few}`;
}

function categorySection(report: Report): Section {
  const { experts, methods } = contendersOf(report);
  const contenders: Contender[] = [...experts, ...methods];
  const tasksIn = (name: string) => {
    // Held-out tasks; where no method was evaluated, those that were recorded.
    const counted: readonly Contender[] = methods.length > 0 ? methods : experts;
    const groups = counted.flatMap(({ evaluation }) => find(evaluation.byCategory, name) ?? []);
    return Math.max(0, ...groups.map(({ success }) => success.tasks));
  };
  const rows = report.categories.map((name) => [
    name,
    whole(tasksIn(name)),
    ...contenders.map(({ evaluation }) => percent(successIn(evaluation, name))),
  ]);
  const numbers = ["tasks", ...contenders.map((contender) => contender.name)];
  return { title: "Success by category", table: tableOf(["category"], numbers, rows), notes: [] };
}

/** Every split and category with its interval and return. */
function groupDetails(report: Report): Section[] {
  const { methods } = contendersOf(report);
  const withReturn = hasOwnReturns(report);
  const returns = withReturn ? ["return", "95 % of return"] : [];
  const section = (title: string, key: "bySplit" | "byCategory", word: string): Section[] => {
    const rows = methods.flatMap(({ name, evaluation }) =>
      evaluation[key].map((group) => [name, group.name, ...evaluationCells(group.of, withReturn)]),
    );
    const isTelling = methods.some(({ evaluation }) => evaluation[key].length > 1);
    const table = tableOf(["method", word], ["success", "95 %", ...returns, "tasks"], rows);
    return isTelling ? [{ title, table, notes: [], isDetail: key === "byCategory" }] : [];
  };
  return [
    ...section("Success by split", "bySplit", "split"),
    ...section("Success by category, with intervals", "byCategory", "category"),
  ];
}

function evaluationCells({ success, meanReturn }: Evaluation, withReturn: boolean): string[] {
  const returnInterval = meanReturn.low === null ? UNKNOWN : `${plain(meanReturn.low)} … ${plain(meanReturn.high)}`;
  const returns = withReturn ? [plain(meanReturn.value), returnInterval] : [];
  return [percent(success.value), percentInterval(success), ...returns, whole(success.tasks)];
}

function subjectSection({ subjects }: Report): Section[] {
  if (subjects.length === 0) return [];
  const cells = ({ success }: Evaluation) => [percent(success.value), percentInterval(success), whole(success.tasks)];
  const rows = subjects.map(({ method, seen, unseen }) => [method, ...cells(seen), ...cells(unseen)]);
  const numbers = ["seen", "95 %", "tasks", "not seen", "95 %", "tasks"];
  const notes = [
    "seen: some training task is about the same thing as the held-out task, the same product for example.",
  ];
  return [
    { title: "Success by whether training has seen the subject", table: tableOf(["method"], numbers, rows), notes },
  ];
}

function iterationSection(report: Report): Section[] {
  if (report.methods.every(({ iterations }) => iterations.length < 2)) return [];
  const withReturn = hasOwnReturns(report);
  const rows = report.methods.flatMap(({ label, iterations }) =>
    iterations.map(({ iteration, seeds, evaluation, coverage, cost }) => [
      label,
      String(iteration),
      percent(evaluation.overall.success.value),
      percentInterval(evaluation.overall.success),
      ...(withReturn ? [plain(evaluation.overall.meanReturn.value)] : []),
      String(seeds.length),
      whole(cost.explored + cost.probed),
      whole(cost.environmentSteps),
      percent(coverage),
    ]),
  );
  const returns = withReturn ? ["return"] : [];
  const numbers = ["iteration", "success", "95 %", ...returns, "seeds", "rollouts", "env. steps", "coverage"];
  return [{ title: "By iteration", table: tableOf(["method"], numbers, rows), notes: [], figure: "iterations" }];
}

function differenceSection({ differences }: Report, wide: boolean): Section[] {
  if (differences.length === 0) return [];
  // Narrow tables leave the splits to the Markdown report.
  const severalSplits = wide && differences.some(({ bySplit }) => bySplit.length > 0);
  const rows = differences.flatMap(({ a, b, overall, bySplit, moreRollouts, moreEnvironmentSteps }) =>
    [{ name: "all", of: overall }, ...(severalSplits ? bySplit : [])].map(({ name, of }) => [
      `${a} − ${b}`,
      ...(severalSplits ? [name] : []),
      points(of.estimate.value),
      pointsInterval(of.estimate),
      ...(differences.some((each) => each.overall.mcnemar !== null) ? [probability(of.mcnemar)] : []),
      `${of.onlyA} : ${of.onlyB}`,
      more(moreRollouts),
      more(moreEnvironmentSteps),
    ]),
  );
  const withP = differences.some(({ overall }) => overall.mcnemar !== null);
  const text = ["methods", ...(severalSplits ? ["split"] : [])];
  const numbers = ["difference", "95 %", ...(withP ? ["p"] : []), "won by one", "rollouts", "env. steps"];
  const notes = [
    "Both methods on the same seeds and tasks, in percentage points. won by one: tasks that only the first won : tasks that only the " +
      `second won.${withP ? " p: McNemar's exact test." : ""} rollouts, env. steps: how much more the first one spent.`,
  ];
  const unequal = differences.flatMap(
    ({ a, b, moreEnvironmentSteps }) => unequalSteps(a, b, moreEnvironmentSteps) ?? [],
  );
  if (unequal.length > MOST_UNEQUAL)
    notes.push(`Not the same compute: ${unequal.length} of these pairs differ in environment steps by more than 5 %.`);
  else if (unequal.length > 0) notes.push(`Not the same compute: ${unequal.join("; ")}.`);
  return [{ title: "Differences", table: tableOf(text, numbers, rows), notes }];
}

/** Where the mean return is the success rate (a world that pays 1 for a success), it is not shown twice. */
function hasOwnReturns({ methods, experts }: Report): boolean {
  const contenders = methods.length > 0 ? methods.flatMap(({ iterations }) => iterations) : experts;
  const evaluations = contenders.map(({ evaluation }) => evaluation.overall);
  return evaluations.some(({ success, meanReturn }) => success.value !== meanReturn.value);
}

function find<T>(groups: readonly Group<T>[], name: string): T | undefined {
  return groups.find((group) => group.name === name)?.of;
}

function successIn({ byCategory }: GroupedEvaluation, name: string): number | null {
  return find(byCategory, name)?.success.value ?? null;
}
