/** A report's answer as sentences: the first one answers, the second says whether mining was worth it, the last what to do next. */
import type { Answer, Compared, Control, Mining, Next, Recorded, Scored } from "../analysis/answer.ts";
import type { Trend } from "../analysis/statistics.ts";
import { type CommandLine, commandLine } from "../core/command-line.ts";
import { percent, points, whole } from "./numbers.ts";

/** The sentences of all answers. */
export const answersText = (answers: readonly Answer[], command: CommandLine): string[] =>
  answers.flatMap((answer) => answerText(answer, answers.length > 1, command));

/** Two or three sentences. With `named` they begin with the run's name, for reports on several runs. */
export function answerText(answer: Answer, named: boolean, command: CommandLine = commandLine()): string[] {
  const [first, ...rest] = sentencesOf(answer, command);
  return [named ? `${answer.run}: ${first}` : first!, ...rest];
}

/** Of more recorded policies than this the rest is left to the table. */
const EXPERTS = 3;

function sentencesOf(answer: Answer, command: CommandLine): string[] {
  switch (answer.kind) {
    case "nothing recorded":
      return ["Nothing has been recorded yet."];
    case "recordings": {
      const left = answer.experts.length - EXPERTS;
      return [
        ...answer.experts.slice(0, EXPERTS).flatMap(recordedText),
        ...(left > 0 ? [`The table has ${whole(left)} more.`] : []),
        answer.experts.every(isUseless) ? "So there is nothing to learn from yet." : nextOfRecordings(answer, command),
      ];
    }
    case "nothing evaluated":
      return ["No method has been evaluated on held-out tasks yet, so there is nothing to compare."];
    case "all failed":
      return [
        `Every episode on held-out tasks failed (${whole(answer.failed)}): the world or the model broke, so no method was measured.`,
        "Next: mend what broke, then run it in another project (--project DIR), since stored episodes are not played again.",
      ];
    case "none won":
      return noneWonText(answer);
    case "all won":
      return [
        `Every method won all ${counted(answer.tasks, "held-out task")}, so they cannot be told apart: on these tasks nothing is left to learn.`,
        "Next: take harder tasks, or a weaker student.",
      ];
    case "alone":
      return [
        `${scoredText(answer.best)}; there is no other method to compare it with.`,
        "Next: add methods to the config, EEF and RFT×N with one solution for a start.",
      ];
    case "compared":
      return comparedText(answer, command);
    default:
      return answer satisfies never;
  }
}

/** What the limit is, as far as the expert's runs show it. */
function noneWonText({ tasks, expert }: Extract<Answer, { kind: "none won" }>): string[] {
  const none = `No method won any of the ${counted(tasks, "held-out task")}, so this run cannot tell them apart`;
  if (expert === 0) {
    return [
      `${none}. The expert won no run either, so there was no win to imitate.`,
      "Next: take an expert that wins sometimes, or start with easier tasks.",
    ];
  }
  const why = expert === null ? "" : ` The expert won ${percent(expert)} of its runs, so the tasks can be won.`;
  return [
    `${none}: the student is the limit, not the method.${why}`,
    "Next: take a stronger student, train it for more steps, or start with easier tasks.",
  ];
}

function nextOfRecordings({ run, next }: Extract<Answer, { kind: "recordings" }>, command: CommandLine): string {
  if (next === "export") {
    const write = command("export", run, "--to", "TARGET", "--out", "DIR");
    return `It is a training set. Next: \`${write}\` writes it for another tool.`;
  }
  if (next === "dataset") {
    const choose = command("dataset", run, "--method", "bc", "--out", "NAME");
    return `They have no world, so nobody can play on from them. Next: \`${choose}\` chooses what to learn from.`;
  }
  return `No method has learned from them yet. Next: \`${command("probe", run)}\` tells whether the failures are worth mining.`;
}

const isUseless = ({ trajectories, failed, coverage }: Recorded) => trajectories === 0 && failed > 0 && !coverage;

function recordedText(recorded: Recorded): string[] {
  const { policy, trajectories, failed, success, coverage } = recorded;
  if (isUseless(recorded)) {
    const all = failed === 1 ? "The one run" : `All ${whole(failed)} runs`;
    return [`${all} of ${policy} broke off or ${failed === 1 ? "differs from its" : "differ from their"} replay.`];
  }
  const won = trajectories > 0 ? `${percent(success)} of ${counted(trajectories, "recorded run")} and ` : "";
  const left = `${counted(failed, "more run")} broke off or ${failed === 1 ? "differs from its" : "differ from their"} replay.`;
  return [
    `${policy} won ${won}${percent(coverage)} of the tasks it played.`,
    ...(failed > 0 ? [trajectories > 0 ? left : left.replace(" more", "")] : []),
  ];
}

function comparedText(answer: Compared, command: CommandLine): string[] {
  const { subject, best, control, mining, next } = answer;
  const others = best.method !== subject.method && best.method !== control.method;
  return [
    verdictText(answer),
    ...(others ? [`The highest success is another method's: ${scoredText(best)}.`] : []),
    miningText(mining, control, subject.success.seeds === 1 ? " in this one seed" : ""),
    `Next: ${nextText(next, answer, command)}.`,
  ];
}

function verdictText({ subject, control, verdict, variants }: Compared): string {
  const many = variants > 1 ? ` (the best of ${variants} variants of EEF, picked on these very tasks)` : "";
  const who = `${subject.method}${many}`;
  const against = `${control.method}, its ${control.because === "explores nothing" ? "only" : "fairest"} control`;
  const shares = `${percent(subject.success.value)} against ${percent(control.success.value)} of ${counted(subject.success.tasks, "held-out task")}`;
  const { low, high, seeds } = control.difference;
  const one = seeds === 1 ? ", one seed" : "";
  const difference = `${points(control.difference.value)} points`;
  const sure = low === null ? ` (no interval${one})` : ` (95 % interval ${points(low)} to ${points(high)}${one})`;
  switch (verdict) {
    case "better":
      return `${who} beats ${against}: ${shares}, ${difference}${sure}.`;
    case "worse":
      return `${who} does worse than ${against}: ${shares}, ${difference}${sure}.`;
    case "no difference seen":
      return `${who} and ${against}, cannot be told apart: ${shares}, ${difference}${sure}.`;
    default:
      return `Too few tasks were evaluated to compare ${who} with ${against}: ${shares}.`;
  }
}

const TRENDS: Readonly<Record<Trend, string>> = {
  rising: "probes on lost runs win more the deeper they start",
  flat: "probes on lost runs do not win more the deeper they start",
  falling: "probes on lost runs win less the deeper they start",
  unknown: "too few probes on lost runs were won or lost to see a trend",
};

/** `where` limits what is claimed. */
function miningText({ worth, trend }: Mining, control: Control, where: string): string {
  const and = (expected: boolean) => (expected ? "and" : "but");
  switch (worth) {
    case "yes":
      return `Mining the expert's failures was worth it${where}${cost(control)}, ${and(trend === "rising")} ${TRENDS[trend]}.`;
    case "perhaps":
      return (
        `Mining the expert's failures may have been worth it, ${and(trend === "rising")} ${TRENDS[trend]}; ` +
        `but the lead can also come from ${otherReason(control)}.`
      );
    case "no gain seen":
      return `Mining the expert's failures showed no gain${cost(control)}, ${and(trend !== "rising")} ${TRENDS[trend]}.`;
    case "no":
      return `Mining the expert's failures was not worth it${where}, ${and(trend !== "rising")} ${TRENDS[trend]}.`;
    case "not tested":
      return `Whether mining the expert's failures was worth it is not shown: ${untested(control)}.`;
    default:
      return "Nobody probed the expert's failures, so this run does not say whether mining them would be worth it.";
  }
}

const untested = ({ because }: Control) =>
  because === "explores nothing" ? "no control explored as much without probing" : "too few tasks were evaluated";

const otherReason = ({ fewerRollouts }: Control) =>
  fewerRollouts ? "more rollouts than the control made" : "learning one solution a task, which the control does not";

/** Costs are named from this share on. */
const TELLING = 0.05;

/** `, at 26 % fewer environment steps`; empty where both took about as many. */
function cost({ moreEnvironmentSteps: more }: Control): string {
  if (more === null || Math.abs(more) <= TELLING) return "";
  return `, at ${Math.round(100 * Math.abs(more))} % ${more < 0 ? "fewer" : "more"} environment steps`;
}

function nextText(next: Next, { run, subject, control }: Compared, command: CommandLine): string {
  switch (next) {
    case "finish the run":
      return `start \`${command("run", "CONFIG")}\` again with the same config, since some seeds are not finished`;
    case "add the control":
      return "add `{ method: rft, samples: N, solutions: one }` with as many rollouts as EEF makes";
    case "more seeds":
      return "run more seeds, since one says nothing about others";
    case "more seeds or tasks":
      return "run more seeds or evaluate more tasks, until the interval is narrow enough to tell";
    case "hand it on":
      return `\`${command("export", run)}\` hands what ${subject.method} learned from to your own trainer`;
    case "sample from the start":
      return `sample more from the start (RFT×N), which is simpler${roomFor(control)}`;
    case "probe the failures":
      return `\`${command("probe", run)}\` tells whether the expert's failures are worth mining`;
    default:
      return next satisfies never;
  }
}

/** A gain that an interval does not exclude is named from this size on. */
const WORTH_NAMING = 0.05;

function roomFor({ difference: { high } }: Control): string {
  if (high === null || high < WORTH_NAMING) return "";
  return `; more seeds or tasks would tell whether there is a gain after all, of at most ${points(high)} points`;
}

const scoredText = ({ method, success }: Scored) =>
  `${method} won ${percent(success.value)} of ${counted(success.tasks, "held-out task")}`;

const counted = (count: number, noun: string) => `${whole(count)} ${noun}${count === 1 ? "" : "s"}`;
