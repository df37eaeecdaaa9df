/**
 * The trajectories that forks come from. Many forks of one trajectory are stored one after the other, and each begins with
 * the same steps: these are read, and compared, once.
 */

import type { TrajectoryId } from "../core/ids.ts";
import { canonicalJson } from "../core/json.ts";
import type { Step, Trajectory } from "../core/trajectory.ts";

/** As many episodes may be in flight, each of another parent. */
const KEPT = 64;

interface Parent {
  readonly steps: readonly Step[];
  /** By index, steps that were found to be the parent's. Steps are never changed, so the same object need not be compared again. */
  readonly same: Step[];
}

export interface Parents {
  /** Whether `prefix` are the first steps of the trajectory `id`; undefined if that is not stored. */
  beginsWith(id: TrajectoryId, prefix: readonly Step[]): boolean | undefined;
}

/** `read` gives a stored trajectory, whole. */
export function parentsOf(read: (id: TrajectoryId) => Trajectory | undefined): Parents {
  const kept = new Map<TrajectoryId, Parent>();
  const parentOf = (id: TrajectoryId): Parent | undefined => {
    const known = kept.get(id);
    if (known) return known;
    const trajectory = read(id);
    if (!trajectory) return undefined;
    if (kept.size >= KEPT) kept.clear();
    const parent = { steps: trajectory.steps, same: [] };
    kept.set(id, parent);
    return parent;
  };
  return {
    beginsWith(id, prefix) {
      const parent = parentOf(id);
      return parent && prefix.every((step, index) => isStepOf(parent, index, step));
    },
  };
}

function isStepOf({ steps, same }: Parent, index: number, step: Step): boolean {
  if (same[index] === step) return true;
  if (index >= steps.length || canonicalJson(step) !== canonicalJson(steps[index])) return false;
  same[index] = step;
  return true;
}
