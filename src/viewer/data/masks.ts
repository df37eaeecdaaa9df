/** The ribbon: of each turn of a trajectory, whether the round's training set learns it, and why. */
import type { TrajectoryId } from "../../core/ids.ts";
import type { TrajectorySummary } from "../../core/summary.ts";
import type { StepLabel } from "../api/shared.ts";
import type { ExampleLine, Mask } from "../api/transcript.ts";
import type { View } from "../view.ts";
import { forkedFrom } from "./forked.ts";
import { type Lesson, lessonsFrom } from "./learned.ts";
import type { Looked } from "./looked.ts";

/** A lesson, and how many of its first steps are also those of the trajectory that is looked at. */
export interface SharedLesson extends Lesson {
  readonly shared: number;
}

/** Lessons of the trajectory itself; of an expert's run also those of students that left it: they share its first steps. */
export function lessonsAlong(view: View, looked: Looked, summary: TrajectorySummary): SharedLesson[] {
  const of = (id: TrajectoryId, shared: number) =>
    lessonsFrom(view, looked.trainingSet, id).map((lesson): SharedLesson => ({ ...lesson, shared }));
  const { id, taskId } = summary;
  const left = forkedFrom(view, looked, { taskId, ids: [id] }).flatMap(({ probes }) => probes);
  const forks = [...new Map(left.map(({ summary, step }) => [summary.id, step]))];
  return [...of(summary.id, summary.length), ...forks.flatMap(([id, step]) => of(id, step))];
}

export const exampleLine = ({ position, part, source, shared, reasons, learned }: SharedLesson): ExampleLine => ({
  position,
  part,
  trajectory: source,
  shared,
  reasons,
  learned: [...learned.keys()].filter((step) => step < shared),
});

/** What a turn is asked about. */
export interface Turn {
  readonly index: number;
  readonly label: StepLabel;
}

/** A turn that one example learns and another one only shows is learned. */
export function maskOf(lessons: readonly SharedLesson[], turn: Turn, whyNot: string): Mask {
  const { index } = turn;
  const showing = lessons.filter((lesson) => index < lesson.shared && shows(lesson, index));
  const learning = showing.filter(({ learned }) => learned.has(index));
  const liked = learning.find(({ part }) => part !== "rejected");
  if (liked) return { kind: "learned", reason: reasonsOf(learning, index), example: liked.position };
  const [disliked] = learning;
  if (disliked) return { kind: "rejected", reason: reasonsOf(learning, index), example: disliked.position };
  const [context] = showing;
  if (context) return { kind: "context", reason: contextReason(context, turn), example: context.position };
  return { kind: "unused", reason: lessons.length > 0 ? unshownReason(lessons, index) : whyNot };
}

/** An example shows its trajectory whole, a side of a preference what is learned of it. */
const shows = ({ part, learned }: Lesson, index: number) => part === "example" || learned.has(index);

/** As stored, each once. */
const reasonsOf = (lessons: readonly Lesson[], index: number): string =>
  [...new Set(lessons.map(({ learned }) => learned.get(index)!.reason))].join("; ");

/** The important state that an example is trained for, by the words of its reason (methods.md §2). */
export function importantIn(reasons: readonly string[]): number | null {
  const found = /^(?:solution|recovery) from s_(\d+)$/.exec(reasons[0] ?? "");
  return found ? Number(found[1]) : null;
}

function contextReason({ reasons, learned }: Lesson, { index, label }: Turn): string {
  const important = importantIn(reasons);
  if (important !== null && index < important)
    return `${label === "harmful" ? "harmful stretch, " : ""}before the important state s_${important}`;
  const first = Math.min(...learned.keys());
  return index < first
    ? `the example begins later, with action ${first}`
    : "the example shows it and does not learn it";
}

function unshownReason(lessons: readonly SharedLesson[], index: number): string {
  if (lessons.some(({ part, shared }) => part !== "example" && index < shared))
    return "behind the end of the side, which is cut to about the length of the better one";
  return "no example goes on along this run: those that begin like it left it before";
}

/** Why nothing of the trajectory is learned, as far as it is known. */
export function whyUnused({ trainingSet }: Looked, { outcome }: TrajectorySummary): string {
  if (trainingSet === null) return "no training set is looked at";
  if (outcome.kind === "failed") return "not in this round's training set: the episode broke on our side";
  return "not in this round's training set";
}
