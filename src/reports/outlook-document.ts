/** An outlook as titles, tables and sentences: the advice first, then what it follows from. */

import { type Outlook, type Way, WORTHWHILE } from "../analysis/outlook.ts";
import { CLEAR_TREND, type Estimate, type Share } from "../analysis/statistics.ts";
import { type Document, type Section, tableOf } from "./document.ts";
import { percent, percentInterval, points, pointsInterval, UNKNOWN, whole } from "./numbers.ts";

export function outlookDocument(outlook: Outlook): Document {
  return {
    title: `Is it worth mining the failures? ${outlook.run}`,
    sections: [adviceSection(outlook), ...curveSection(outlook), ...waysSection(outlook)],
  };
}

function adviceSection({ advice, expert, unsolved, sampled, spent, seed }: Outlook): Section {
  const { trajectories, won, tasks } = expert;
  const broken = spent.failed > 0 ? `, ${whole(spent.failed)} of which failed and are left out` : "";
  return {
    title: `Advice: ${advice.kind}`,
    notes: [
      `${advice.because[0]!.toUpperCase()}${advice.because.slice(1)}.`,
      `The expert won ${whole(won)} of ${whole(trajectories)} runs and left ${whole(unsolved)} of ${whole(tasks)} tasks unsolved; ` +
        `a failed run of ${whole(sampled)} of them was probed (seed ${seed}, after behaviour cloning). That took ` +
        `${whole(spent.rollouts)} rollouts and ${whole(spent.environmentSteps)} environment steps${broken}; a run of the ` +
        "same config finds them.",
      `The rule: neither, if nothing is left to reach or both ways reach less than ${percent(WORTHWHILE)} of it; mine failures, ` +
        `if probes win more the deeper they start (z of the test for trend above ${CLEAR_TREND}); else sample more from the start. ` +
        "An indication from one seed, not a law.",
    ],
  };
}

function curveSection({ curve, interval }: Outlook): Section[] {
  if (!curve) return [];
  const rate = ({ won, of }: Share) => (of === 0 ? UNKNOWN : percent(won / of));
  const rows = curve.depths.map(({ index, lost, lostFromStart }) => [
    index === 0 ? "the start" : `state ${index}`,
    ...[rate(lost), percentInterval(lost), whole(lost.of)],
    index === 0 ? UNKNOWN : rate(lostFromStart),
  ]);
  const z = curve.trendOfLost;
  return [
    {
      title: "Win rate by where the student starts",
      table: tableOf(["from"], ["won", "95 %", "rollouts", "same tasks from the start"], rows),
      notes: [
        `State k lies k skip lengths along the expert's failed run. Only long runs have late states, and their tasks may be ` +
          `harder: the last column is of just the tasks in its row, and the test for trend looks within tasks: z = ${z === null ? "too little to tell" : z.toFixed(1).replace("-", "−")}. 95 %: bootstrap interval, ` +
          `${whole(interval.resamples)} draws over tasks.`,
      ],
    },
  ];
}

function waysSection({ ways, unsolved, sampled }: Outlook): Section[] {
  if (sampled === 0 || unsolved === 0) return [];
  const row = (name: string, way: Way) => [
    name,
    percent(way.reached.value),
    percentInterval(way.reached),
    tasksOf(way.reached, unsolved),
    ...[way.rollouts, way.environmentSteps, way.prefixSteps].map(whole),
  ];
  const { value } = ways.difference;
  const certain = [ways.mine, ways.sample].some(({ reached: { low, high } }) => low !== null && low === high);
  const numbers = ["reached", "95 %", "tasks", "rollouts", "env. steps", "prefix steps"];
  return [
    {
      title: `What the ${whole(unsolved)} unsolved tasks would take`,
      table: tableOf(["way"], numbers, [row("mine failures", ways.mine), row("from the start", ways.sample)]),
      notes: [
        "The same number of rollouts on each task: one from the start and one from each probed state of a failed run, or all from " +
          "the start. reached: won at least once by the student; mining counts wins that begin with the expert's actions. " +
          "rollouts, env. steps: projected from the sample to all unsolved tasks. prefix steps: the expert's before the " +
          "probes, taken again only by worlds that restore a state by replaying.",
        `Mining less sampling, paired by task: ${points(value)} [${pointsInterval(ways.difference)}] points. A task reached is ` +
          "not yet a skill learned: the advice goes by the trend.",
        ...(certain ? ["An interval of width 0 is no certainty: all or none were reached."] : []),
      ],
    },
  ];
}

/** `128 [110, 145]`: a share of the unsolved tasks as their number. */
function tasksOf({ value, low, high }: Estimate, unsolved: number): string {
  const count = (share: number | null) => whole(share === null ? null : share * unsolved);
  return low === null ? count(value) : `${count(value)} [${count(low)} … ${count(high)}]`;
}
