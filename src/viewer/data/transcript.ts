/** One trajectory turn by turn: who acted, what was read from the probes, and what was learned. */
import type { ReadingOf, RunReading } from "../../analysis/story.ts";
import type { TrajectoryId } from "../../core/ids.ts";
import { datasetOf, type Run } from "../../core/run.ts";
import type { TrajectorySummary } from "../../core/summary.ts";
import type { RoundKey, TrajectoryHead } from "../api/shared.ts";
import type { Transcript, TranscriptStep, Verified } from "../api/transcript.ts";
import type { View } from "../view.ts";
import { type Looked, lookedAt, makersOf } from "./looked.ts";
import { exampleLine, lessonsAlong, maskOf, whyUnused } from "./masks.ts";
import { headOf, roundLineOf } from "./rounds.ts";
import { inOrder } from "./task-page.ts";
import { cutText } from "./texts.ts";
import { labelAt } from "./trunk.ts";

/** Other trajectories of the task that are named. */
const OTHERS = 50;

/** `runs/RUN/rounds/ROUND/trajectories/ID`; null: there is no such run, round or trajectory. */
export function transcriptOf(view: View, run: string, key: RoundKey, id: string): Transcript | null {
  const looked = lookedAt(view, run, key);
  const { repository } = view;
  const trajectory = looked && repository.trajectory(id as TrajectoryId);
  const summary = trajectory && repository.summary(trajectory.id);
  if (!looked || !trajectory || !summary) return null;
  const makers = makersOf(view, looked, trajectory.id);
  const labels = labelsAlong(view, looked, summary);
  const lessons = lessonsAlong(view, looked, summary);
  const whyNot = whyUnused(looked, summary);
  const step = (index: number): TranscriptStep => {
    const { observation, thought, action, reward, usage } = trajectory.steps[index]!;
    const label = labels(index);
    return {
      index,
      observation: cutText(observation),
      thought: cutText(thought),
      action: cutText(action),
      reward,
      actor: makers.find(({ from }) => from <= index)!.actor,
      tokens: usage && { read: usage.promptTokens, written: usage.completionTokens },
      ...label,
      mask: maskOf(lessons, { index, label: label.label }, whyNot),
    };
  };
  return {
    run,
    round: looked.round && roundLineOf(looked.round),
    head: headOf(summary, looked.whoOf),
    instruction: cutText(repository.task(trajectory.taskId)?.instruction ?? ""),
    verification: verified(view, trajectory.id),
    play: playCommand(view, looked.run, trajectory.id),
    steps: trajectory.steps.map((_, index) => step(index)),
    finalObservation: cutText(trajectory.finalObservation),
    examples: lessons.map(exampleLine),
    others: othersOf(view, looked, summary),
  };
}

/**
 * Of each step: what probes said of the expert's action, and who took over before it. A student's trajectory has it up to the
 * state in which it left the expert's: that state is the expert's, the action there is not.
 */
export function labelsAlong(view: View, looked: Looked, summary: TrajectorySummary) {
  const { readingOf } = looked.told().telling;
  const along = readingAlong(view, readingOf, summary);
  const states = new Map(along?.reading.states.map((state) => [state.step, state]));
  return (index: number) => {
    if (!along || index > along.upTo) return { label: null, taken: null, needRecover: false };
    const { label, needRecover } = labelAt(along.reading, index);
    const state = states.get(index);
    return {
      label: index < along.upTo ? label : null,
      taken: state ? { won: state.won, of: state.of } : null,
      needRecover,
    };
  };
}

interface Along {
  readonly reading: RunReading;
  /** Actions that are the expert's. */
  readonly upTo: number;
}

/** The reading that the trajectory begins along. */
export function readingAlong(view: View, readingOf: ReadingOf, { id, fork, length }: TrajectorySummary): Along | null {
  const own = readingOf(id);
  if (own) return { reading: own, upTo: length };
  const parent = fork && view.repository.summary(fork.from);
  const found = parent ? readingAlong(view, readingOf, parent) : null;
  return found && { ...found, upTo: Math.min(found.upTo, fork!.step) };
}

function verified({ repository }: View, id: TrajectoryId): Verified {
  const found = repository.verification(id);
  if (!found) return { kind: "unknown" };
  if (found.kind === "verified") return { kind: "verified" };
  if (found.kind === "unreplayable") return { kind: "unreplayable", reason: found.reason };
  const { step, expected, got } = found;
  return { kind: "diverged", step, expected: cutText(expected), got: cutText(got) };
}

/** null: no world is known in which it could be played, or nobody can replay it. */
function playCommand(view: View, run: Run, id: TrajectoryId): string | null {
  const { repository, command } = view;
  const [source] = datasetOf(run)?.sources ?? [];
  const { config } = (source && repository.run(source.run)) ?? run;
  const { environment } = (config ?? {}) as { readonly environment?: { readonly name?: unknown } };
  const world = environment?.name;
  if (typeof world !== "string" || world === "none" || repository.verification(id)?.kind === "unreplayable")
    return null;
  return command("play", world, "--from", `${id}:{step}`);
}

function othersOf(view: View, looked: Looked, { id, taskId }: TrajectorySummary): TrajectoryHead[] {
  return trajectoriesOfTask(view, looked, taskId)
    .filter((other) => other.id !== id)
    .slice(0, OTHERS)
    .map((summary) => headOf(summary, looked.whoOf));
}

/** Of the run, on one task: the experts' first, then round by round; what no round names where there are no rounds. */
function trajectoriesOfTask(
  { repository }: View,
  { run, rounds }: Looked,
  task: TrajectorySummary["taskId"],
): TrajectorySummary[] {
  const members = inOrder(repository.membersOn(run.name, task), repository.roundHeads(run.name));
  return members.filter(({ in: named }) => named.length > 0 || rounds.length === 0).map(({ summary }) => summary);
}
