/** One task: every trajectory of a run on it, and the part that it played. */
import type { TaskId } from "../../core/ids.ts";
import type { TaskMember } from "../../core/repository.ts";
import { ROUND_LISTS, type RoundHead } from "../../core/run.ts";
import type { TaskPage, TaskTrajectory } from "../api/tasks.ts";
import type { View } from "../view.ts";
import { headOf, keyOf, lineOfHead, whoIn } from "./rounds.ts";
import { cutText } from "./texts.ts";

/** null: there is no such run, or it has nothing of this task. */
export function taskPageOf({ repository }: View, run: string, id: string): TaskPage | null {
  const task = repository.task(id as TaskId);
  if (!task || !repository.run(run)) return null;
  const heads = repository.roundHeads(run);
  const trajectories = playedOn(repository.membersOn(run, task.id), heads);
  if (trajectories.length === 0) return null;
  const { split, category, instruction } = task;
  return { run, task: task.id, split, category, instruction: cutText(instruction), trajectories };
}

/** Of equal rank: by id. Whoever is in several rounds is there for each; an expert's trajectory, which all are given, once. */
function playedOn(members: readonly TaskMember[], heads: readonly RoundHead[]): TaskTrajectory[] {
  const whoOf = whoIn(heads);
  const places = new Map(heads.map((head, place) => [keyOf(head), { line: lineOfHead(head), place }]));
  const parts = members.flatMap(({ summary, in: named }): { readonly rank: number; readonly of: TaskTrajectory }[] => {
    const head = headOf(summary, whoOf);
    if (named.some(({ list }) => isGiven(list))) return [{ rank: -1, of: { ...head, role: "expert", round: null } }];
    if (named.length === 0) return [{ rank: Number.POSITIVE_INFINITY, of: { ...head, role: "recorded", round: null } }];
    return named.map((membership) => {
      const { line, place } = places.get(keyOf(membership))!;
      const role = membership.list as "explored" | "probed" | "evaluated";
      return { rank: place * ROUND_LISTS.length + ROUND_LISTS.indexOf(role), of: { ...head, role, round: line } };
    });
  });
  return parts.toSorted((a, b) => a.rank - b.rank).map(({ of }) => of);
}

const isGiven = (list: string) => list === "expert" || list === "learnOnly";
