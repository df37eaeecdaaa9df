/**
 * Which rule decided whether a turn is learned: the label, the states around it, and which solution was chosen over which. It is
 * read again from what is stored by the engine's own rules; where that gives another choice than the stored one, it is said.
 */
import type { RunReading } from "../../analysis/story.ts";
import type { TrajectoryId } from "../../core/ids.ts";
import type { TrajectorySummary } from "../../core/summary.ts";
import type { RoundKey } from "../api/shared.ts";
import type { Candidate, Decision } from "../api/transcript.ts";
import type { RankedWin, View } from "../view.ts";
import { isOf } from "./forked.ts";
import { lessonsFrom } from "./learned.ts";
import { type Looked, lookedAt } from "./looked.ts";
import { importantIn, lessonsAlong, maskOf, type SharedLesson, whyUnused } from "./masks.ts";
import { headOf } from "./rounds.ts";
import { type Asked, type MethodKind, methodKindOf, ruleOf } from "./rules.ts";
import { labelsAlong, readingAlong } from "./transcript.ts";
import { withInterval } from "./trunk.ts";
import { expertsOf, winsOf } from "./wins.ts";

/** Candidates that are named. */
const NAMED = 10;

interface State {
  readonly trajectory: TrajectoryId;
  readonly step: number;
}

/** `runs/RUN/rounds/ROUND/decisions/ID/STEP`; null: there is no such run, round, trajectory or step. */
export function decisionOf(view: View, run: string, key: RoundKey, id: string, step: string): Decision | null {
  const looked = lookedAt(view, run, key);
  const summary = looked && view.repository.summary(id as TrajectoryId);
  if (!looked || !summary || !/^\d+$/.test(step) || Number(step) >= summary.length) return null;
  const index = Number(step);
  const method = methodKindOf(looked.run, looked.round);
  const { label } = labelsAlong(view, looked, summary)(index);
  const lessons = lessonsAlong(view, looked, summary);
  const mask = maskOf(lessons, { index, label }, whyUnused(looked, summary));
  const lesson = mask.kind === "unused" ? undefined : lessons.find(({ position }) => position === mask.example);
  const reading = (each: TrajectorySummary) => readingAlong(view, looked.told().telling.readingOf, each);
  const important = method === "eef" ? importantState(view, looked, { summary, index, lesson }) : null;
  const choice = method ? choiceOf(view, looked, { method, summary, important }) : NO_CHOICE;
  const own = choice.candidates.find(({ head }) => head.id === summary.id);
  const asked: Asked = {
    mask: mask.kind,
    won: summary.success,
    failed: summary.outcome.kind === "failed",
    return: summary.return,
    part: partOf(view, looked, summary),
    isShown: lessons.length > 0,
    isBeaten: own !== undefined && !own.chosen,
    iteration: looked.round?.iteration ?? 0,
  };
  const rule = looked.trainingSet === null || !method ? null : ruleOf(method, asked);
  const along = reading(summary);
  return {
    isLearned: mask.kind === "learned",
    rule: rule?.rule ?? `Not known: ${whyNoRule(looked, method)}.`,
    source: rule?.source ?? "",
    label,
    states: along && index < along.upTo ? statesAround(along.reading, index) : [],
    important,
    candidates: shown(choice.candidates, summary.id),
    remarks: [...storedRemarks(view, lesson, summary), ...choice.remarks],
  };
}

function whyNoRule({ trainingSet, round }: Looked, method: MethodKind | null): string {
  if (trainingSet === null) return "no training set is looked at";
  if (method === null) return `the run does not say which method ${round?.method ?? "made its training set"} is`;
  return "this program knows no rule of the method";
}

/** The tries before the action and those behind it, by which it was labelled. */
function statesAround({ states }: RunReading, index: number): Decision["states"] {
  const before = states.findLast(({ step }) => step <= index);
  const behind = states.find(({ step }) => step > index);
  return [before, behind].flatMap((state) => (state ? [{ step: state.step, ...withInterval(state) }] : []));
}

/** The state that the turn's example is trained for. Without an example: the one that the trajectory could have solved. */
function importantState(
  view: View,
  looked: Looked,
  turn: {
    readonly summary: TrajectorySummary;
    readonly index: number;
    readonly lesson: SharedLesson | undefined;
  },
): State | null {
  const { summary, index, lesson } = turn;
  const readingOf = looked.told().telling.readingOf;
  const stored = lesson && importantIn(lesson.reasons);
  if (stored === null) return null;
  const source = lesson?.source ?? summary.id;
  const isSolvedBy = (state: State) => view.rankedWins([{ id: source, iteration: 0 }], state, ANY).length > 0;
  const needRecover = expertsOf(view, looked, summary.taskId).flatMap(({ id }) => {
    const step = readingOf(id)?.needRecover ?? null;
    return step === null ? [] : [{ trajectory: id, step }];
  });
  const possible = needRecover
    .filter(({ step }) => (stored === undefined ? step <= index : step === stored))
    .toSorted((a, b) => Number(b.trajectory === summary.id) - Number(a.trajectory === summary.id));
  if (stored !== 0) {
    const found = possible.find(isSolvedBy);
    if (found) return found;
  }
  return stored === undefined || stored === 0 ? { trajectory: summary.id, step: 0 } : null;
}

const ANY = { distinct: false, one: false } as const;

interface Choice {
  readonly candidates: readonly Candidate[];
  readonly remarks: readonly string[];
}

const NO_CHOICE: Choice = { candidates: [], remarks: [] };

/** Of the methods that choose among wins. */
function choiceOf(
  view: View,
  looked: Looked,
  asked: { readonly method: MethodKind; readonly summary: TrajectorySummary; readonly important: State | null },
): Choice {
  const { method, summary, important } = asked;
  if (method === "eef" && !important) return NO_CHOICE;
  const rule = CHOICES[method];
  if (!rule || partOf(view, looked, summary) === "evaluated") return NO_CHOICE;
  const wins = winsOf(view, looked, summary.taskId, method !== "eef");
  const at = important && important.step > 0 ? important : null;
  const ranked = view.rankedWins(wins, at, rule);
  const isStored = storedFor(view, looked, important);
  // Two need-recover states of one task may have the same number: then the set has two examples with the same reason.
  const [best] = ranked;
  const isChosen =
    rule.one && best && isStored(best.id) ? ({ id }: RankedWin) => id === best.id : ({ id }: RankedWin) => isStored(id);
  const candidates = ranked.map((win) => candidateOf(view, looked, win, isChosen(win)));
  const other = ranked.find((win) => (win.lostBy === null) !== isChosen(win));
  return {
    candidates: candidates.toSorted((a, b) => Number(b.chosen) - Number(a.chosen)),
    remarks: other ? [otherChoice(candidates, other)] : [],
  };
}

const CHOICES: Partial<Record<MethodKind, { readonly distinct: boolean; readonly one: boolean }>> = {
  eef: { distinct: false, one: true },
  rft: { distinct: true, one: false },
  "rft-one": { distinct: true, one: true },
};

/** Whether the training set has an example of a trajectory, for the state. */
const storedFor =
  (view: View, { trainingSet }: Looked, important: State | null) =>
  (id: TrajectoryId) =>
    lessonsFrom(view, trainingSet, id).some(({ reasons }) => !important || importantIn(reasons) === important.step);

function candidateOf(view: View, looked: Looked, win: RankedWin, chosen: boolean): Candidate {
  const { id, expertActions, iteration, steps, lostBy } = win;
  const head = headOf(view.repository.summary(id)!, looked.whoOf);
  return { head, chosen, expertActions, iteration, steps, lostBy: chosen ? null : lostBy };
}

function otherChoice(candidates: readonly Candidate[], { id, lostBy }: RankedWin): string {
  const stored = candidates.filter(({ chosen }) => chosen).map(({ head }) => head.id);
  const learned = stored.length > 0 ? stored.join(", ") : "none of them";
  const how = lostBy === null ? "would choose" : "would not choose";
  return `Read again, the rule ${how} ${id}; the stored training set learns ${learned}. Do not rely on this list.`;
}

/** The chosen ones, those that came next, and the one that is asked about. */
function shown(candidates: readonly Candidate[], id: TrajectoryId): Candidate[] {
  const first = candidates.slice(0, NAMED);
  const asked = candidates.slice(NAMED).find(({ head }) => head.id === id);
  return asked ? [...first.slice(0, NAMED - 1), asked] : first;
}

/** What the example itself says. */
function storedRemarks(view: View, lesson: SharedLesson | undefined, summary: TrajectorySummary): string[] {
  if (!lesson) return [];
  const { source, position, part, weight, reasons } = lesson;
  const of =
    source === summary.id ? "" : `, made from ${source}, which shares this run's first ${lesson.shared} actions`;
  const counts = weight === 1 ? "" : `, and counts ${weight} of another example`;
  const why = reasons.length > 0 ? reasons.join("; ") : "nothing of it is learned";
  const stored = `Example ${position} of the training set${of}: ${why}${counts}.`;
  return part === "example" ? [stored] : [stored, ...pairRemark(view, lesson)];
}

function pairRemark({ repository }: View, { pair, part, source }: SharedLesson): string[] {
  const [own, other] = [source, pair].map((id) => (id ? repository.summary(id) : undefined));
  if (!own || !other) return [];
  const side = part === "preferred" ? "Preferred to" : "The worse one beside";
  return [`${side} ${other.id}: a return of ${own.return}, against ${other.return}.`];
}

/** What the trajectory was to the round. */
function partOf({ repository }: View, { run, round, upTo }: Looked, { id, taskId }: TrajectorySummary): Asked["part"] {
  if (!round) return "expert";
  const places = repository.membersOn(run.name, taskId).find(({ summary }) => summary.id === id)?.in ?? [];
  const lists = places.filter((place) => isOf(place, round)).map(({ list }) => list);
  if (lists.includes("expert")) return "expert";
  if (lists.includes("learnOnly")) return "learn-only";
  if (lists.includes("explored") || lists.includes("probed")) return "this round's";
  const before = places.filter((place) => upTo.some((each) => isOf(place, each))).map(({ list }) => list);
  if (before.includes("explored") || before.includes("probed")) return "an earlier round's";
  return before.includes("evaluated") ? "evaluated" : "none";
}
