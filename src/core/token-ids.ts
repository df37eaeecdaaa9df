/**
 * Token ids along an episode. Each prompt repeats what was said before. A step therefore stores only how many ids its
 * prompt repeats, and the new ones. So an episode's tokens are stored once, not once for each turn.
 */
import type { Step, StepTokenIds, TokenIds } from "./trajectory.ts";

/**
 * What a step keeps of the token ids that a model told.
 *
 * @param steps The steps before it, in order.
 * @param ids Whole prompt and completion of the new step.
 */
export function newTokenIds(steps: readonly Step[], { prompt, completion }: TokenIds): StepTokenIds {
  const before = idsThrough(steps, steps.length - 1);
  const differing = prompt.findIndex((id, index) => id !== before[index]);
  const shared = differing < 0 ? prompt.length : differing;
  return { ...(shared > 0 && { shared }), prompt: prompt.slice(shared), completion };
}

/** What the model read and wrote at the step `index` (from 0), whole; null where that was not told. */
export function tokenIdsAt(steps: readonly Step[], index: number): TokenIds | null {
  const kept = steps[index]?.tokenIds;
  if (!kept) return null;
  const { shared = 0, prompt, completion } = kept;
  return { prompt: firstIdsThrough(steps, index - 1, shared).concat(prompt), completion };
}

/** Prompt and completion of the step `index`; none before the first step and where they were not told. */
function idsThrough(steps: readonly Step[], index: number): readonly number[] {
  const kept = steps[index]?.tokenIds;
  if (!kept) return [];
  return firstIdsThrough(steps, index, (kept.shared ?? 0) + kept.prompt.length + kept.completion.length);
}

/** The first `count` ids of `idsThrough`, gathered from the last step back to the one that has the first of them. */
function firstIdsThrough(steps: readonly Step[], index: number, count: number): number[] {
  const pieces: (readonly number[])[] = [];
  let wanted = count;
  for (let at = index; wanted > 0; at--) {
    const kept = steps[at]?.tokenIds;
    if (!kept) break;
    const { shared = 0, prompt, completion } = kept;
    if (wanted <= shared) continue;
    const own = wanted - shared;
    if (own > prompt.length) pieces.push(completion.slice(0, own - prompt.length));
    pieces.push(prompt.slice(0, own));
    wanted = shared;
  }
  return pieces.reverse().flat();
}
