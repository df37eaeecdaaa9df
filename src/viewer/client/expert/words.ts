/** What a cell of the expert map says, in words. */
import { printable } from "../../../core/printable.ts";
import type { ExpertCell } from "../../api/expert.ts";

/** `step 4, go, harmful, 1 of 5 probes won before it`. Steps count from 0, as everywhere. */
export function saidOf({ kind, label, taken, needRecover }: ExpertCell, step: number): string {
  const said = [`step ${step}`, printable(kind)];
  if (label) said.push(label);
  if (taken) said.push(`${taken.won} of ${taken.of} probes won from the state before it`);
  if (needRecover) said.push("here the student must recover");
  return said.join(", ");
}
