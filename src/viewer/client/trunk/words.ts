/** What the marks of a trunk's picture say in words, for tooltips: everything in them may be shown as it is. */
import { printable } from "../../../core/printable.ts";
import type { Branch, TrunkState } from "../../api/expert.ts";
import { counted, percent } from "../numbers.ts";
import { endInWords } from "./outcome.ts";

/** `s_4: 3 of 5 won, 60.0 %, 95 % interval 23.1 to 88.2 %`. */
export function stateInWords({ step, won, of, low, high }: TrunkState): string {
  const where = step === 0 ? "s_0, the task's start" : `s_${step}`;
  if (of === 0) return `${where}: no rollout that counts`;
  const interval = low === null || high === null ? "" : `, 95 % interval ${percent(low)} to ${percent(high)} %`;
  return `${where}: ${won} of ${of} won, ${percent(won / of)} %${interval}`;
}

/** `won after 5 own actions, iteration 1, seed 2; learned: …`. */
export function branchInWords(branch: Branch): string {
  const counts = branch.counted ? "" : "; the labels do not count it";
  const learned = branch.learned === null ? "" : `; learned: ${branch.learned}`;
  const where = `iteration ${branch.iteration}, seed ${branch.seed}`;
  return printable(`${endInWords(branch)} after ${counted(branch.steps, "own action")}, ${where}${counts}${learned}`);
}
