/** What the leakage check found: how much was looked at, and whether its texts are the actions. */
import type { Leakage } from "../analysis/leakage.ts";
import { whole } from "./numbers.ts";

/** What makes every figure worthless, without a full stop; null if nothing was found. */
export function alarmText({ violations }: Pick<Leakage, "violations">): string | null {
  if (violations === 0) return null;
  return `Do not trust these figures: the leakage check found ${whole(violations)} VIOLATIONS in the training sets`;
}

export function leakageText(leakage: Leakage): [verdict: string, texts: string] {
  const { sets, examples, learned, textsConfirmed, textsRendered, violations } = leakage;
  const claim =
    "Each is an action that a stored trajectory has at that place, taken by the actor it names. None stands before the state " +
    "that its example is for, and none is of a held-out task.";
  const looked = `${whole(learned)} learned messages in ${whole(examples)} examples of ${whole(sets)} training sets`;
  const verdict =
    violations === 0 ? `${looked} were checked. ${claim}` : `${whole(violations)} VIOLATIONS in ${looked}.`;
  const confirmed = textsConfirmed === learned ? "All their texts" : `${whole(textsConfirmed)} of their texts`;
  const texts = textsRendered
    ? `${confirmed} are exactly what the run's format gives to that step.`
    : `${confirmed} hold the action word for word${textsConfirmed === learned ? "" : "; the others were not compared"}.`;
  const shared =
    leakage.sharedInstructions > 0
      ? ` ${whole(leakage.sharedInstructions)} of ${whole(leakage.heldOutTasks)} held-out tasks have the same instruction as a task learned from.`
      : "";
  return [verdict, texts + shared];
}
