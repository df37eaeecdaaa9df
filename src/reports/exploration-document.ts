/** The second half of a report's document: what exploring gave, where probes won, how sure labels are, what it cost, and the leakage check. */

import type { ProbeCurve, ProbeShare } from "../analysis/probes.ts";
import { lastIteration, type MethodReport, type Report } from "../analysis/report.ts";
import type { SkillUse } from "../analysis/skills.ts";
import { CLEAR_TREND, type Share, trendOf } from "../analysis/statistics.ts";
import { costSections } from "./cost-document.ts";
import { inGroup, type Section, tableOf } from "./document.ts";
import { leakageText } from "./leakage-text.ts";
import { percent, percentInterval, UNKNOWN, whole } from "./numbers.ts";

export function explorationSections(report: Report): Section[] {
  return [
    ...inGroup("Exploring", [
      ...explorationSection(report),
      ...selectionSection(report),
      ...coverageSection(report),
      ...probeSections(report),
      ...flipsSection(report),
    ]),
    ...inGroup("Costs", costSections(report)),
    ...inGroup("Actions and tasks", [...skillsSection(report), ...unsolvedSections(report)]),
    ...inGroup("How to read it", leakageSection(report)),
  ];
}

function explorationSection({ methods }: Report): Section[] {
  const exploring = methods.filter((method) => method.yield.total.rollouts > 0);
  if (exploring.length === 0) return [];
  const learned = (part: MethodReport["yield"]["total"]) =>
    part.rollouts === 0 ? UNKNOWN : percent(part.learned / part.rollouts);
  const rows = exploring.map((method) => {
    const { counts, coverage } = lastIteration(method);
    const { explored, probed, total } = method.yield;
    return [
      method.label,
      percent(method.coverageAtStart),
      percent(coverage),
      learned(total),
      learned(explored),
      learned(probed),
      whole(counts.needRecover ?? null),
      whole(counts.needRecoverSolved ?? null),
    ];
  });
  const numbers = ["expert", "coverage", "learned", "from start", "probes", "need-recover", "solved"];
  return [
    {
      title: "What exploring gave",
      table: tableOf(["method"], numbers, rows),
      notes: [
        "expert, coverage: the share of training tasks won at least once, by the expert alone and after the last iteration. " +
          "learned: the share of rollouts that training learned from; from start, probes: the same of each kind. need-recover, " +
          "solved: need-recover states found in the last iteration, and those with a solution, per seed.",
      ],
    },
  ];
}

/** What the counts that algorithms keep mean; others are shown by their own names. */
const COUNTS: Readonly<Record<string, string>> = {
  tasksLeftOut: "training tasks without a solution",
  needRecover: "need-recover states",
  needRecoverSolved: "need-recover states with a solution",
  expertActionsLearned: "expert actions learned",
  labelsChanged: "stretches labelled otherwise than by the first rollout of each state",
  pairs: "pairs",
  ownPreferred: "pairs in which the student's rollout is preferred",
  lostExamples: "lost trajectories learned",
  ownExamples: "own rollouts learned",
  leftOutOfTraining: "examples that could not be trained exactly, and were not",
  trainedRows: "rows trained, where the chat template takes several for some examples",
  partlyWeighted: "own rollouts learned with a weight below 1",
};

function selectionSection({ methods }: Report): Section[] {
  const rows = methods.flatMap((method) => {
    const { iteration, counts } = lastIteration(method);
    return Object.entries(counts).map(([name, value]) => [
      method.label,
      Object.hasOwn(COUNTS, name) ? COUNTS[name]! : name,
      String(iteration),
      whole(value),
    ]);
  });
  if (rows.length === 0) return [];
  const table = tableOf(["method", "what"], ["iteration", "per seed"], rows);
  return [{ title: "What the selection counted", table, notes: [], isDetail: true }];
}

function coverageSection({ methods }: Report): Section[] {
  const exploring = methods.filter((method) => method.yield.total.rollouts > 0);
  if (exploring.length === 0) return [];
  const last = Math.max(...exploring.map((method) => lastIteration(method).iteration));
  const iterations = Array.from({ length: last }, (_, index) => index + 1);
  const rows = exploring.map((method) => {
    const at = (iteration: number) => method.iterations.find((each) => each.iteration === iteration);
    return [
      method.label,
      percent(method.coverageAtStart),
      ...iterations.map((iteration) => percent(at(iteration)?.coverage ?? null)),
    ];
  });
  const numbers = ["expert", ...iterations.map((iteration) => `iteration ${iteration}`)];
  return [
    {
      title: "Training tasks won at least once, by iteration",
      table: tableOf(["method"], numbers, rows),
      notes: ["Won by the expert or in any iteration so far; the mean over seeds."],
      figure: "coverage",
      isDetail: true,
    },
  ];
}

/** The figure shows all methods and stands once. */
function probeSections({ methods }: Report): Section[] {
  return methods
    .flatMap(({ label, probes }) => (probes ? [probeSection(label, probes)] : []))
    .map((section, index) => (index === 0 ? { ...section, figure: "probes" } : section));
}

function probeSection(label: string, { depths, trendOfLost, trendOfWon }: ProbeCurve): Section {
  const rate = ({ won, of }: Share) => (of === 0 ? UNKNOWN : percent(won / of));
  const shareOf = (share: ProbeShare) => [rate(share), percentInterval(share), whole(share.of)];
  const rows = depths.map(({ index, lost, won, lostFromStart, wonFromStart }) => [
    index === 0 ? "the start" : `state ${index}`,
    ...shareOf(lost),
    index === 0 ? UNKNOWN : rate(lostFromStart),
    ...shareOf(won),
    index === 0 ? UNKNOWN : rate(wonFromStart),
  ]);
  const say = (z: number | null) => (trendOf(z) === "unknown" ? "too little to tell" : trendOf(z));
  const advice =
    (trendOfLost ?? 0) > CLEAR_TREND
      ? " Probes on lost runs win more the deeper they start: an indication that failures are worth mining."
      : " Probes on lost runs do not win more the deeper they start: an indication that sampling from the start does as well.";
  return {
    title: `Rollouts of ${label} by where they start`,
    table: tableOf(
      ["from"],
      ["on lost runs", "95 %", "rollouts", "from start", "on won runs", "95 %", "rollouts", "from start"],
      rows,
    ),
    notes: [
      "The share of rollouts that won. The states of an expert's run lie at equal distances, state 1 first. from start: rollouts " +
        "from the start of just the tasks in the row. Only long runs have late states, and their tasks may be harder.",
      `On lost runs: ${say(trendOfLost)}. On won runs: ${say(trendOfWon)}. (A test for trend within tasks; flat: |z| is at most ` +
        `${CLEAR_TREND}.)${trendOfLost === null ? "" : advice}`,
    ],
  };
}

function flipsSection({ methods }: Report): Section[] {
  const tried = methods.flatMap(({ label, flips }) => (flips ? [{ label, flips }] : []));
  if (tried.length === 0) return [];
  const rows = tried.map(({ label, flips }) => [
    label,
    ...[whole(flips.states), percent(flips.outcomesDiffer)],
    ...[whole(flips.stretches), percent(flips.labelsDiffer)],
    ...[whole(flips.triedLater), percent(flips.thenWon), percent(flips.thenLost)],
  ]);
  const again = ["states", "outcome differs", "stretches", "label differs"];
  return [
    {
      title: "Labels that flip when probed again",
      table: tableOf(["method"], [...again, "tried later", "then won", "then lost"], rows),
      notes: [
        "states: those that one policy tried more than once, starts included. outcome differs: how often two rollouts from such a " +
          "state end differently. stretches, label differs: the same for the label between two neighbouring states (harmful, " +
          "beneficial or neither). tried later: states that the next iteration's policy tried again. then won, then lost: the " +
          "share of them whose outcome changed.",
      ],
      isDetail: true,
    },
  ];
}

/** More skills than this are left to the JSON report. */
const SKILLS_SHOWN = 15;

function skillsSection({ skills, experts, methods }: Report): Section[] {
  if (skills.length === 0) return [];
  const isExpert = (who: string) => experts.some(({ policy }) => policy === who);
  const mark = methods.length > 0 ? " †" : "";
  const rows = skills.slice(0, SKILLS_SHOWN).map(({ name, uses }) => [name, ...uses.map(useCell)]);
  const names = skills[0]!.uses.map(({ who }) =>
    isExpert(who) ? (experts.length === 1 && mark ? "expert" : who) + mark : who,
  );
  const left = skills.length - rows.length;
  const more = left > 0 ? ` ${whole(left)} rarer skills are in the JSON report.` : "";
  const training = methods.length > 0 ? " († on training tasks)" : "";
  return [
    {
      title: "Skills: kinds of action that episodes chose",
      table: tableOf(["skill"], names, rows),
      notes: [
        `Two shares: the episodes${training} that used the skill at least once / those of them that won. A skill is what the ` +
          `world calls one, else an action's first word. That won episodes use a skill does not mean that it wins them.${more}`,
      ],
      isDetail: true,
    },
  ];
}

/** `16.8 % / 2.8 %`: used, and won when used. */
function useCell({ episodes, used, won }: SkillUse): string {
  if (used === 0) return UNKNOWN;
  return `${percent(used / episodes)} / ${percent(won / used)}`;
}

function unsolvedSections({ unsolved }: Report): Section[] {
  if (unsolved.tasks === 0) return [];
  const { count, tasks, byCategory, listed } = unsolved;
  const sentence = `${whole(count)} of ${whole(tasks)} training tasks were won by nobody, neither the expert nor any method.`;
  const rows = byCategory
    .filter(({ of }) => of.count > 0)
    .map(({ name, of }) => [name, whole(of.count), whole(of.tasks), percent(of.count / of.tasks)]);
  const table = tableOf(["category"], ["unsolved", "tasks", "share"], rows);
  const list = tableOf(
    ["task", "category"],
    [],
    listed.map(({ id, category }) => [id, category]),
  );
  const title = "Unsolved training tasks";
  if (count === 0) return [{ title, notes: [sentence] }];
  const heading = listed.length < count ? `The first ${listed.length} of them` : "All of them";
  return [
    { title, table, notes: [sentence] },
    { title: `${title}: ${heading.toLowerCase()}`, table: list, notes: [], isDetail: true },
  ];
}

function leakageSection({ leakage, methods }: Report): Section[] {
  if (methods.length === 0) return [];
  const rows = leakage.listed.map(({ trainingSet, example, message, problem }) => [
    problem,
    trainingSet,
    String(example),
    String(message),
  ]);
  return [
    {
      title: "Leakage check",
      ...(rows.length > 0 && { table: tableOf(["problem", "training set"], ["example", "message"], rows) }),
      notes: leakageText(leakage),
    },
  ];
}
