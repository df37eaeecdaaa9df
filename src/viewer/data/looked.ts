/** What an address like `runs/RUN/rounds/ROUND/…` means: the round, those before it, and what was learned from. */
import { roundsUpTo, type Told } from "../../analysis/told.ts";
import type { TrainingSetId, TrajectoryId } from "../../core/ids.ts";
import { datasetOf, type Round } from "../../core/run.ts";
import type { Actor, RoundKey } from "../api/shared.ts";
import type { View } from "../view.ts";
import { keptByRun } from "./kept.ts";
import { type Place, placeOf, toldAt, type WhoOf, whoIn } from "./rounds.ts";

export interface Looked extends Place {
  /** Rounds of the round's method and seed up to it, in order; none for `-`. */
  readonly upTo: readonly Round[];
  /** What was learned from; null where the address names no round and the run is no dataset. */
  readonly trainingSet: TrainingSetId | null;
  readonly whoOf: WhoOf;
  /** Whether the trajectory was given to the round as an expert's. */
  isExpert(id: TrajectoryId): boolean;
  /** What was read from the probes up to the round. */
  told(): Told;
}

/** As many rounds are kept as a page goes back and forth between. */
const MOST_ROUNDS = 24;

/** null: there is no such run or round. */
export const lookedAt = (view: View, name: string, key: RoundKey): Looked | null => kept(view, name, key);

/** Many pages look at one round: its lists of ids, and what was read from its probes, are kept. */
const kept = keptByRun((view, name, key): Looked | null => {
  const place = placeOf(view, name, key);
  if (!place) return null;
  let told: Told | undefined;
  const { run, rounds, round } = place;
  const experts = round && new Set([...round.expert, ...(round.learnOnly ?? [])]);
  return {
    ...place,
    upTo: round ? roundsUpTo(rounds, round).toSorted((a, b) => a.iteration - b.iteration) : [],
    trainingSet: round ? round.trainingSet : (datasetOf(run)?.trainingSet ?? null),
    whoOf: whoIn(rounds),
    isExpert: (id) => experts?.has(id) ?? false,
    told() {
      told ??= toldAt(view, place);
      return told;
    },
  };
}, MOST_ROUNDS);

/** Who acted in `trajectory` behind its fork. */
export function actorOf(
  { repository }: View,
  { isExpert, whoOf }: Pick<Looked, "isExpert" | "whoOf">,
  { id, policy }: { readonly id: TrajectoryId; readonly policy: string },
): Actor {
  const who = whoOf(policy);
  if (isExpert(id)) return { kind: "expert", who };
  const isStudent = who !== policy || repository.checkpoint(policy as never) !== undefined;
  if (isStudent) return { kind: "student", who };
  return { kind: /^(expert|human)\//.test(policy) ? "expert" : "other", who };
}

/** Who took which steps of the trajectory with this id, the last steps first: a fork's first steps are its parent's. */
export function makersOf(
  view: View,
  looked: Pick<Looked, "isExpert" | "whoOf">,
  id: TrajectoryId,
): { readonly from: number; readonly trajectory: TrajectoryId; readonly actor: Actor }[] {
  const summary = view.repository.summary(id);
  if (!summary) return [];
  const own = { from: summary.fork?.step ?? 0, trajectory: id, actor: actorOf(view, looked, summary) };
  return summary.fork ? [own, ...makersOf(view, looked, summary.fork.from)] : [own];
}
