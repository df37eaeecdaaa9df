/** A story, or the list of them, as titles, tables and sentences. */
import type { Share } from "../analysis/statistics.ts";
import type { ExpertRun, Lesson, RoundName, RunReading, Story, StoryStep, Stretch } from "../analysis/story.ts";
import type { StoryLine, StoryList } from "../analysis/story-list.ts";
import { type CommandLine, commandLine } from "../core/command-line.ts";
import { auditText } from "./audit-text.ts";
import { chatTable, oneLine } from "./chat-table.ts";
import { type Document, type Fact, type Section, tableOf } from "./document.ts";
import { UNKNOWN } from "./numbers.ts";

/** Longer actions and observations are cut. */
const ACTION = 60;
const OBSERVATION = 110;

export interface StoryListOptions {
  /** At most so many lines; default: all. */
  readonly limit?: number;
  /** How the hint's command is written. */
  readonly command?: CommandLine;
}

export function storyListDocument({ run, round, audit, lines }: StoryList, options: StoryListOptions = {}): Document {
  const { limit = Number.POSITIVE_INFINITY, command = commandLine() } = options;
  const title = `The expert's ${lines.length} runs in ${run}${round ? ` (${roundText(round)})` : ""}`;
  if (lines.length === 0) return { title, sections: [{ title, notes: ["There are none."] }] };
  const shown = lines.slice(0, limit);
  const isProbed = lines.some(({ reading }) => reading !== null);
  const hasWorld = lines.some(({ task }) => isPlayable(task));
  const prefix = sharedFolder(lines.map(({ task }) => task));
  const table = {
    columns: [
      ...tableOf(["task", "expert"], ["steps", ...(isProbed ? ["start", "probes"] : [])], []).columns,
      ...(isProbed ? tableOf(["harmful", "beneficial", "need-recover"], [], []).columns : []),
    ],
    rows: shown.map((line) => [...lineCells(line, prefix), ...(isProbed ? readingCells(line) : [])]),
  };
  const left = lines.length - shown.length;
  const notes = [
    ...(left > 0 ? [`… and ${left} more, which --all shows.`] : []),
    [
      `Lost runs come first${isProbed ? ", those with harmful actions before the others" : ""}.`,
      ...(hasWorld ? ["unsolved: lost, and no rollout won the task."] : []),
      ...(prefix === "" ? [] : [`Every task's id begins with ${prefix}.`]),
    ].join(" "),
    ...(isProbed
      ? [
          "start, probes: how many rollouts of the student won, from the task's start and from states along the run. harmful, " +
            "beneficial: the steps after which a win was lost, or a loss became a win; +1: there is one more such stretch. " +
            "need-recover: the state behind the first harmful step, and whether winning from there was learned.",
        ]
      : []),
    ...(audit ? [`The world is put back ${auditText(audit)}.`] : []),
    `\`${command("show", run, "TASK")}\` goes through one of them step by step; the end of the task's id will do.`,
  ];
  return { title, sections: [{ title, table, notes }] };
}

/** Tasks of logs that were kept without a world are played by nobody. */
const isPlayable = (task: string): boolean => !task.startsWith("none/");

/** `workshop/train/` where every id begins so and what is left tells them apart; else "". */
function sharedFolder(ids: readonly string[]): string {
  const folder = ids[0]!.slice(0, ids[0]!.lastIndexOf("/") + 1);
  return ids.every((id) => id.startsWith(folder)) ? folder : "";
}

function lineCells({ task, won, unsolved, steps }: StoryLine, prefix: string): string[] {
  return [task.slice(prefix.length), won ? "won" : unsolved && isPlayable(task) ? "unsolved" : "lost", String(steps)];
}

function readingCells({ fromStart, probes, reading, recoveryLearned }: StoryLine): string[] {
  const first = ([stretch, ...more]: readonly Stretch[]) =>
    stretch ? `${span(stretch)}${more.length > 0 ? ` +${more.length}` : ""}` : UNKNOWN;
  const state = reading?.needRecover ?? null;
  return [
    fromStart ? share(fromStart) : UNKNOWN,
    probes.of > 0 ? share(probes) : UNKNOWN,
    first(reading?.harmful ?? []),
    first(reading?.beneficial ?? []),
    state === null ? UNKNOWN : `s_${state}, ${recoveryLearned ? "learned" : "not learned"}`,
  ];
}

const share = ({ won, of }: Share) => `${won} of ${of}`;

/** `2–3`: both included. */
const span = ({ from, to }: Stretch) => (to - from === 1 ? String(from) : `${from}–${to - 1}`);

const roundText = ({ method, seed, iteration }: RoundName) =>
  seed === undefined ? method : `${method}, seed ${seed}, iteration ${iteration}`;

/** `remarks` are printed last: what the reader should know of the reading itself. */
export function storyDocument(story: Story, remarks: readonly string[] = []): Document {
  const { run, round, task, runs, lessons } = story;
  const facts: Fact[] = [
    { name: "task", text: `${task.id} (${task.category})` },
    { name: "goal", text: oneLine(task.instruction, 300) },
    { name: "run", text: round ? `${run}: ${roundText(round)}` : run },
  ];
  const learned = round ? lessons.map((lesson, index) => lessonSection(lesson, index, lessons.length)) : [];
  const sections = [...runs.map(runSection), ...learned];
  return {
    title: `${task.id} in ${run}`,
    lead: leadOf(story),
    facts,
    sections: remarks.length > 0 ? [...sections, { title: "Note", notes: remarks }] : sections,
  };
}

/** What happened, in a sentence for each thing. */
function leadOf({ runs, lessons, round }: Story): string[] {
  // What the probes say of a run stands right behind what became of it: there may be several runs.
  const happened = runs.flatMap(({ policy, won, steps, outcome, reading }) => [
    `${policy} ${outcome.kind === "failed" ? "broke off" : won ? "won" : "lost"} after ${counted(steps.length, "step")}.`,
    ...(reading ? readingText(reading) : []),
  ]);
  if (!round) return [...happened, `No method has learned from ${runs.length === 1 ? "it" : "them"} yet.`];
  const learned =
    lessons.length === 0
      ? `${round.method} learned nothing from this task.`
      : `${round.method} learned ${learnedText(lessons)} from this task, shown below.`;
  return [...happened, learned];
}

function learnedText(lessons: readonly Lesson[]): string {
  const isPaired = lessons.some(({ part }) => part !== "example");
  return isPaired ? counted(lessons.length / 2, "pair") : counted(lessons.length, "example");
}

function readingText({ states, harmful, beneficial }: RunReading): string[] {
  const [won, lost] = states.every(({ of }) => of === 1) ? ["won", "lost"] : ["won more often", "won less often"];
  const say = (stretches: readonly Stretch[], did: string, before: string, after: string) => {
    const them = isOneStep(stretches) ? "it" : "them";
    const sentence = `${stepsText(stretches)} ${did}: the student ${before} from before ${them} and ${after} from after ${them}.`;
    return stretches.length === 0 ? [] : [sentence];
  };
  if (harmful.length + beneficial.length === 0)
    return ["No step did harm or helped: the student fared alike wherever it took over."];
  return [...say(harmful, "did harm", won!, lost!), ...say(beneficial, "helped", lost!, won!)];
}

const isOneStep = ([first, ...more]: readonly Stretch[]) =>
  first !== undefined && more.length === 0 && first.to - first.from === 1;

/** `Steps 0–1 and 8–9`. */
function stepsText(stretches: readonly Stretch[]): string {
  const spans = stretches.map(span);
  const list = spans.length > 1 ? `${spans.slice(0, -1).join(", ")} and ${spans.at(-1)}` : spans[0];
  return `${isOneStep(stretches) ? "Step" : "Steps"} ${list}`;
}

const LABELS = { harmful: "██ harmful", beneficial: "░░ beneficial" } as const;

function runSection(run: ExpertRun): Section {
  const { policy, steps, finalObservation, reading, chat } = run;
  if (chat) return { title: `What ${policy} did`, table: chatTable(chat, endOf(run)), notes: [] };
  const isProbed = reading !== null;
  const rows = steps.map((step) => [
    String(step.index),
    ...(isProbed ? [takenText(step), step.label === null ? "" : LABELS[step.label]] : []),
    oneLine(step.action, ACTION),
    oneLine(step.observation, OBSERVATION),
  ]);
  rows.push([
    "end",
    ...(isProbed ? ["", ""] : []),
    oneLine(endOf(run), ACTION),
    oneLine(finalObservation, OBSERVATION),
  ]);
  const table = tableOf(
    ["step", ...(isProbed ? ["taken over here", "label"] : []), "action", "seen before it"],
    [],
    rows,
  );
  const notes = isProbed
    ? [
        "taken over here: students that were put into this state, before the action, and finished the task. At step 0 they " +
          "play from the start. need-recover: the state that the student learns to win from.",
      ]
    : [];
  return { title: `What ${policy} did`, table, notes };
}

function endOf({ won, outcome }: ExpertRun): string {
  const end = outcome.kind === "failed" ? `broke off: ${outcome.error.message}` : won ? "won" : "lost";
  return outcome.kind === "truncated" ? `${end} (limit of ${outcome.limit})` : end;
}

function takenText({ taken, isNeedRecover }: StoryStep): string {
  if (!taken) return isNeedRecover ? "need-recover" : "";
  const word = taken.won === taken.of ? "won" : taken.won === 0 ? "lost" : "won";
  const count = taken.won === 0 ? `${taken.of} of ${taken.of}` : share(taken);
  return `${word} ${count}${isNeedRecover ? ", need-recover" : ""}`;
}

const PARTS = { example: "Learned", preferred: "Preferred, pair", rejected: "Rejected, pair" } as const;

function lessonSection(lesson: Lesson, index: number, of: number): Section {
  const { part, fork, won, reasons, steps, trajectory } = lesson;
  const [first] = steps;
  const from = fork
    ? `the expert's run up to step ${fork.step}, then the student`
    : first?.byExpert
      ? "the expert's own run"
      : "the student's own rollout from the start";
  // The two halves of a pair follow each other.
  const place = part === "example" ? `${index + 1} of ${of}` : `${Math.floor(index / 2) + 1} of ${of / 2}`;
  const names = [...new Map(steps.map(({ actor, byExpert }) => [byExpert ? "expert" : "student", actor]))];
  const table = tableOf(["step", "who", "action", "weight"], [], lessonRows(lesson));
  return {
    title: `${PARTS[part]} ${place}: ${from}`,
    table,
    notes: [
      `Why: ${reasons.length > 0 ? reasons.map(whyText).join("; ") : "nothing of it is learned"}. ` +
        `The trajectory ${won ? "won" : "lost"}. context only: seen, not learned.`,
      `${names.map(([who, actor]) => `${who}: ${actor}`).join("; ")}; trajectory: ${trajectory}.`,
    ],
  };
}

/** Steps in a row that are context only are one row. */
function lessonRows({ part, steps }: Lesson): string[][] {
  const learned = part === "rejected" ? "1, made less likely" : "1, learned";
  const rows: string[][] = [];
  for (let at = 0; at < steps.length; ) {
    const { isLearned, byExpert, index, action } = steps[at]!;
    const who = byExpert ? "expert" : "student";
    let end = at + 1;
    while (!isLearned && end < steps.length && !steps[end]!.isLearned && steps[end]!.byExpert === byExpert) end++;
    const range = end - at > 1 ? `${index}–${steps[end - 1]!.index}` : String(index);
    const text =
      end - at > 1
        ? `${oneLine(action, ACTION)} … ${oneLine(steps[end - 1]!.action, ACTION)}`
        : oneLine(action, ACTION);
    rows.push([range, who, text, isLearned ? learned : "0, context only"]);
    at = end;
  }
  return rows;
}

/** The stored reason, and what it means where that is not plain. */
function whyText(reason: string): string {
  const recovery = /^recovery from s_(\d+)$/.exec(reason);
  if (recovery) return `${reason} (harm was done just before step ${recovery[1]}; this won from there)`;
  if (reason === "solution from s_0") return `${reason} (of the wins of this task, the fewest expert actions)`;
  return reason;
}

const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? "" : "s"}`;
