/** One task: every trajectory of a run on it, and the part that it played. */
import type { TaskId } from "../../core/ids.ts";
import type { Membership, TaskMember } from "../../core/repository.ts";
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

/** Whoever is in several rounds is there for each; an expert's trajectory, which all are given, once. */
function playedOn(members: readonly TaskMember[], heads: readonly RoundHead[]): TaskTrajectory[] {
  const whoOf = whoIn(heads);
  const lines = new Map(heads.map((head) => [keyOf(head), lineOfHead(head)]));
  const parts = members.flatMap(({ summary, in: named }): { readonly rank: number; readonly of: TaskTrajectory }[] => {
    const head = headOf(summary, whoOf);
    const [first] = named;
    if (!first) return [{ rank: rankIn(heads, undefined), of: { ...head, role: "recorded", round: null } }];
    if (named.some(isGiven)) return [{ rank: FIRST, of: { ...head, role: "expert", round: null } }];
    return named.map((place) => {
      const role = place.list as "explored" | "probed" | "evaluated";
      return { rank: rankIn(heads, place), of: { ...head, role, round: lines.get(keyOf(place))! } };
    });
  });
  return parts.toSorted((a, b) => a.rank - b.rank).map(({ of }) => of);
}

/** Experts' trajectories first, then round by round and list by list; last, in the order of their ids, what no round names. */
export function inOrder(members: readonly TaskMember[], heads: readonly RoundHead[]): TaskMember[] {
  const rank = ({ in: named }: TaskMember) => (named.some(isGiven) ? FIRST : rankIn(heads, named[0]));
  return members.toSorted((a, b) => rank(a) - rank(b));
}

const FIRST = -1;

function rankIn(heads: readonly RoundHead[], place: Membership | undefined): number {
  if (!place) return heads.length * ROUND_LISTS.length;
  const round = heads.findIndex((head) => keyOf(head) === keyOf(place));
  return round * ROUND_LISTS.length + ROUND_LISTS.indexOf(place.list);
}

const isGiven = ({ list }: Membership) => list === "expert" || list === "learnOnly";
