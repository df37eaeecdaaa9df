/** A policy that knows nothing: any listed action, each as likely as the others. */
import { PolicyError } from "../core/errors.ts";
import type { Policy } from "../core/policy.ts";
import { random } from "../core/random.ts";

/**
 * A policy that takes any listed action, each as likely as the others. Draws from each turn's seed. Acting throws PolicyError
 * in a world that lists no actions.
 */
export function randomPolicy(): Policy {
  return {
    name: "random",
    async act(turn) {
      const listed = await turn.actions();
      if (!listed?.length) throw new PolicyError("the random policy needs a world that lists its actions");
      const action = random("random policy", turn.seed).pick(listed);
      return { thought: "", action, completion: action, usage: null };
    },
    async close() {},
  };
}
