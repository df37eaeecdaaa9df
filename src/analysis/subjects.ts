/** Held-out success by whether a task's subject (its product, say) is also some training task's: knowledge or skill? */
import type { Round } from "../core/run.ts";
import type { Material, TaskHead } from "./material.ts";
import { type Evaluation, evaluatedIn, evaluationOf, type Played } from "./success.ts";

export interface SubjectReport {
  /** The method's label. */
  readonly method: string;
  /** Tasks whose subject occurs in training under the same seed, and the others. */
  readonly seen: Evaluation;
  readonly unseen: Evaluation;
}

/** null where the held-out tasks name no subjects. `rounds` are those of the method's last iteration. */
export function subjectReport(
  material: Material,
  method: string,
  rounds: readonly Round[],
  trainingTasks: (round: Round) => ReadonlyMap<string, TaskHead>,
): SubjectReport | null {
  const seen: Played[] = [];
  const unseen: Played[] = [];
  for (const round of rounds) {
    const known = new Set([...trainingTasks(round).values()].map(({ subject }) => subject));
    for (const played of evaluatedIn(material, [round])) {
      const { subject } = played.episode.task;
      if (subject !== undefined) (known.has(subject) ? seen : unseen).push(played);
    }
  }
  if (seen.length + unseen.length === 0) return null;
  return { method, seen: evaluationOf(seen), unseen: evaluationOf(unseen) };
}
