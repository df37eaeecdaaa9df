/** Makes any policy err: now and then another listed action takes the place of the one it chose. */
import { CliError, PolicyError } from "../core/errors.ts";
import type { Policy } from "../core/policy.ts";
import { random } from "../core/random.ts";

/** How often a policy slips, and to what. */
export interface NoisyOptions {
  /** Probability, in [0, 1], of a slip at each decision. */
  readonly errorRate: number;
  /** Slip to another action with the same first word, or to any other. Default `same-verb`. */
  readonly slip?: "same-verb" | "any";
  /** Draws the slips, together with each turn's seed. Default 0. */
  readonly seed?: number;
  /** Hears, when the policy is closed, that most slips found no other action, or all. Default: nobody. */
  readonly say?: (line: string) => void;
}

/** From this share on, the slips that could not happen are told: fewer are how most worlds are. */
const TELLING = 0.5;

/**
 * `policy`, slipping at random (from each turn's seed). Where there is no action to slip to, the right one stays.
 * Throws CliError for a rate outside [0, 1]; acting throws PolicyError in a world that cannot list its actions.
 */
export function noisy(policy: Policy, options: NoisyOptions): Policy {
  const { errorRate, slip = "same-verb", seed = 0, say } = options;
  if (!(errorRate >= 0 && errorRate <= 1)) throw new CliError(`error rate: expected 0 to 1, got ${errorRate}`);
  const name = `${policy.name}+noise-${errorRate}${slip === "any" ? "-any" : ""}`;
  // Only counted: what is done never depends on it.
  const slips = { drawn: 0, impossible: 0 };
  return {
    name,
    async act(turn) {
      const decision = await policy.act(turn);
      const draw = random(seed, "slip", turn.seed);
      if (draw.next() >= errorRate) return decision;
      const listed = await turn.actions();
      if (!listed) throw new PolicyError("noise needs a world that lists its actions");
      const others = listed.filter(
        (action) => action !== decision.action && (slip === "any" || verb(action) === verb(decision.action)),
      );
      slips.drawn += 1;
      if (others.length === 0) {
        slips.impossible += 1;
        return decision;
      }
      const action = draw.pick(others);
      // The thought was about the right action: it must not be learned with the wrong one.
      return { thought: "", action, completion: action, usage: decision.usage };
    },
    ...(policy.forget && { forget: () => policy.forget?.() }),
    async close() {
      await policy.close();
      const { drawn, impossible } = slips;
      Object.assign(slips, { drawn: 0, impossible: 0 });
      if (drawn === 0 || impossible < TELLING * drawn) return;
      const which = slip === "any" ? "other action" : "other action with the same verb";
      const advice = slip === "any" ? "" : "; a slip of kind any takes every listed action";
      const how = impossible === drawn ? "it never slipped" : `${impossible} of ${drawn} slips did not happen`;
      say?.(`${name}: ${how}, since the world listed no ${which}${advice}`);
    },
  };
}

const verb = (action: string) => action.split(/[ []/, 1)[0];
