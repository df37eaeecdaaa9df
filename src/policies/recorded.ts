/** Does again what was done in a trajectory. Does not check that the world answers as it did: that is verification. */
import { PolicyError } from "../core/errors.ts";
import type { Policy } from "../core/policy.ts";
import type { Trajectory } from "../core/trajectory.ts";

/**
 * A policy that does again what was done in `trajectory`, under the name of the policy that acted. It does not check what the
 * world answers: `replay` does. Acting throws PolicyError past the last recorded step.
 */
export function recorded(trajectory: Trajectory): Policy {
  return {
    name: trajectory.policy,
    async act({ steps }) {
      const step = trajectory.steps[steps.length];
      if (!step) throw new PolicyError(`${trajectory.id} has only ${trajectory.steps.length} steps`);
      const { thought, action, completion, reasoning, usage } = step;
      return { thought, action, completion, ...(reasoning && { reasoning }), usage };
    },
    async close() {},
  };
}
