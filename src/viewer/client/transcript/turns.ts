/** Where one may jump in a transcript, and how its mask is drawn small. Pure functions of its steps. */
import type { Mask, Transcript, TranscriptStep } from "../../api/transcript.ts";

export const MASK_WORDS: Readonly<Record<Mask["kind"], string>> = {
  learned: "learned",
  context: "context only",
  rejected: "rejected",
  unused: "unused",
};

/** What is needed of a step. */
export type Turn = Pick<TranscriptStep, "index" | "mask" | "label" | "taken" | "needRecover">;

/** Turns at which something was decided: the mask or the label is another than before, students tried here, or need-recover. */
export function decisionsIn(steps: readonly Turn[]): number[] {
  return steps.filter((step, place) => isDecision(step, steps[place - 1])).map(({ index }) => index);
}

function isDecision(step: Turn, before: Turn | undefined): boolean {
  if (step.taken !== null || step.needRecover) return true;
  const mask = before?.mask.kind ?? "unused";
  return step.mask.kind !== mask || step.label !== (before?.label ?? null);
}

/** The next of `places` (in order) behind `from`, or before it; `from` itself where there is none. */
export function jump(places: readonly number[], from: number, by: 1 | -1): number {
  const found = by === 1 ? places.find((place) => place > from) : places.findLast((place) => place < from);
  return found ?? from;
}

/** Where a replay showed something else, else where this trajectory left its parent; null if neither. */
export function firstDivergence({ verification, head }: Pick<Transcript, "verification" | "head">): number | null {
  if (verification.kind === "diverged") return verification.step;
  return head.fork?.step ?? null;
}

/** Neighbouring turns of one mask, `[from, to)`. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly kind: Mask["kind"];
}

export function stretchesOf(steps: readonly Turn[]): Stretch[] {
  const stretches: Stretch[] = [];
  for (const { index, mask } of steps) {
    const last = stretches.at(-1);
    if (last?.kind === mask.kind) stretches[stretches.length - 1] = { ...last, to: index + 1 };
    else stretches.push({ from: index, to: index + 1, kind: mask.kind });
  }
  return stretches;
}

/** What stands above a ribbon: a sign in the middle of each stretch of one label, and at the need-recover state. */
export interface RibbonMark {
  /** In steps, from the start of the run. */
  readonly middle: number;
  readonly kind: "harmful" | "beneficial" | "recover";
}

export function marksOf(steps: readonly Turn[]): RibbonMark[] {
  const marks: RibbonMark[] = [];
  let from = 0;
  steps.forEach(({ label, needRecover }, place) => {
    if (needRecover) marks.push({ middle: place, kind: "recover" });
    if (label !== (steps[place - 1]?.label ?? null)) from = place;
    const isLast = (steps[place + 1]?.label ?? null) !== label;
    if (label !== null && isLast) marks.push({ middle: (from + place + 1) / 2, kind: label });
  });
  return marks;
}

/** `5 turns learned, 7 context only`: in the order in which they come first; of neighbouring kinds only what there is. */
export function maskInWords(steps: readonly Turn[]): string {
  const counts = new Map<Mask["kind"], number>();
  for (const { mask } of steps) counts.set(mask.kind, (counts.get(mask.kind) ?? 0) + 1);
  return [...counts].map(([kind, count]) => `${count} ${MASK_WORDS[kind]}`).join(", ");
}
