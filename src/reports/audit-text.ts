/** What a run's audit found of its world, in a sentence. */
import { type RunAudit, WAY_NAMES } from "../core/audit.ts";

/** `audit` is null where a run's config asked for none. */
export function auditText(audit: RunAudit | null): string {
  if (!audit) return "not audited: the config has no `restore`";
  const { restore, way, walks, steps, rewarded, ended, faults } = audit;
  const tried = `${counted(walks, "walk")} of ${counted(steps, "step")}; ${rewarded} saw a reward, ${ended} reached an end`;
  if (restore !== "none") return `by ${WAY_NAMES[restore]}, without a difference in ${tried}`;
  const found = faults.map(({ kind, task, step }) => `${kind} (${task}, after ${counted(step, "action")})`);
  const how = way ? `by ${WAY_NAMES[way]}` : "in no way, since the world saves no states";
  return `${how}, not exactly: ${found.join("; ") || "nothing else was found"}`;
}

const counted = (number: number, what: string) => `${number} ${what}${number === 1 ? "" : "s"}`;
