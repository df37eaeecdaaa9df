/** The second half of a report's document: what exploring gave and cost, where probes won, and the leakage check. */
import { type Section, tableOf } from "./document.ts";
import { duration, percent, UNKNOWN, whole } from "./numbers.ts";
import type { ProbeCurve } from "./probes.ts";
import { lastIteration, type MethodReport, type Report } from "./report.ts";
import type { Share } from "./statistics.ts";

export function explorationSections(report: Report): Section[] {
  return [
    ...explorationSection(report),
    ...report.methods.flatMap((method) => (method.probes ? [probeSection(method.label, method.probes)] : [])),
    ...costSection(report),
    ...unsolvedSections(report),
    ...leakageSection(report),
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
        "coverage after the expert and after the last iteration. learned: share of rollouts that ended up in training, " +
          "of all, of those from the start and of probes. need-recover: states found in the last iteration and those " +
          "with a solution, per seed.",
      ],
    },
  ];
}

function probeSection(label: string, { depths, trendOfLost, trendOfWon }: ProbeCurve): Section {
  const shareOf = ({ won, of }: Share) => [of === 0 ? UNKNOWN : percent(won / of), whole(of)];
  const rows = depths.map(({ index, lost, won }) => [
    index === 0 ? "the start" : `state ${index}`,
    ...shareOf(lost),
    ...shareOf(won),
  ]);
  const say = (z: number | null) =>
    z === null ? "too little to tell" : z > 2 ? "rising" : z < -2 ? "falling" : "flat";
  const advice =
    (trendOfLost ?? 0) > 2
      ? " The deeper they start the more they win: an indication that failures are worth mining."
      : " Probes on lost runs do not win more the deeper they start: an indication that sampling from the start does as well.";
  return {
    title: `Rollouts of ${label} by where they start`,
    table: tableOf(["from"], ["on lost runs", "rollouts", "on won runs", "rollouts"], rows),
    notes: [
      `State k lies k skip lengths along the expert's run. On lost runs: ${say(trendOfLost)}; on won runs: ` +
        `${say(trendOfWon)} (test for trend).${trendOfLost === null ? "" : advice}`,
    ],
  };
}

function costSection({ methods }: Report): Section[] {
  if (methods.length === 0) return [];
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
  return [
    {
      title: "Cost per seed",
      table: tableOf(["method"], [...counts, "exploring", "probing", "training", "evaluating"], rows),
      notes: [
        "As if each method had run alone; times of rollouts are as measured, so a method that found another's rollouts " +
          "in the store waited less. prefix steps: the expert's steps before the probes, taken again only by worlds that " +
          "restore a state by replaying.",
      ],
      isDetail: true,
    },
  ];
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
  const { sets, examples, learned, textsConfirmed, textsRendered, violations, listed } = leakage;
  const claim =
    "each is an action that a stored trajectory has at that place, by the actor it names, not before the state its " +
    "example is for, on no held-out task";
  const looked = `${whole(learned)} learned messages in ${whole(examples)} examples of ${whole(sets)} training sets`;
  const verdict = violations === 0 ? `${looked}: ${claim}.` : `${whole(violations)} VIOLATIONS in ${looked}.`;
  const confirmed = textsConfirmed === learned ? "All their texts" : `${whole(textsConfirmed)} of their texts`;
  const texts = textsRendered
    ? `${confirmed} are exactly what the run's format gives to that step.`
    : `${confirmed} hold the action word for word${textsConfirmed === learned ? "" : "; the others were not compared"}.`;
  const shared =
    leakage.sharedInstructions > 0
      ? ` ${whole(leakage.sharedInstructions)} of ${whole(leakage.heldOutTasks)} held-out tasks have the same instruction as a task learned from.`
      : "";
  const rows = listed.map(({ trainingSet, example, message, problem }) => [
    problem,
    trainingSet,
    String(example),
    String(message),
  ]);
  return [
    {
      title: "Leakage check",
      ...(rows.length > 0 && { table: tableOf(["problem", "training set"], ["example", "message"], rows) }),
      notes: [verdict, texts + shared],
    },
  ];
}
