/**
 * Who leads a walk to rewards and endings, where random actions seldom come: the world's expert, or what was done in an
 * episode that was recorded.
 */
import type { Policy } from "../../core/policy.ts";
import type { Random } from "../../core/random.ts";
import type { Step } from "../../core/trajectory.ts";
import type { Guide } from "./walk.ts";

/** Share of the actions that are left to chance on a walk that slips. */
const SLIPS = 0.2;

export const behindExpert =
  (expert: Policy, from: Random): Guide =>
  async ({ task, actions, seen }) => {
    const steps = actions.map(
      (action, index): Step => ({
        ...{ observation: seen[index]!.observation, thought: "", action, completion: action },
        ...{ reward: seen[index + 1]!.reward, usage: null },
      }),
    );
    const { observation, listed } = seen.at(-1)!;
    const turn = { task, steps, observation, actions: async () => listed ?? null, seed: from.integer(2 ** 32) };
    return (await expert.act(turn)).action;
  };

export const behindRecord =
  (recorded: readonly string[]): Guide =>
  async ({ actions }) =>
    recorded[actions.length];

export const slipping =
  (guide: Guide, from: Random): Guide =>
  async (state) =>
    from.next() < SLIPS ? undefined : guide(state);
