/**
 * Trajectories of one task → preferences, by the rules of ETO (methods.md §4): the higher return is chosen, whoever made
 * it; equal returns make no pair. The prompt is what the agent was told before its first action, a side everything from
 * that action on. The rejected side may be cut so that it is not much longer than the chosen one; both end with the agent.
 */
import { canonicalJson } from "../../core/json.ts";
import type { Message } from "../../core/message.ts";
import type { Checkpoint, Preference, TrainingSet, Tuning, WeightedMessage } from "../../core/training.ts";
import type { Trajectory } from "../../core/trajectory.ts";
import { demonstration } from "../../formats/demonstration.ts";
import type { Experiment } from "./experiment.ts";

/** Messages, ≥ 0, that a rejected side may have more than its chosen one; null: as many as it has. */
export type Cut = number | null;

/**
 * The preference between two trajectories of one task, by the rules of ETO: the higher return is chosen, equal returns make
 * none, nor do failed trajectories, ones without an action, and two that were told other things before their first action
 * (`beginAlike`). Source: Song et al. 2024, arXiv 2403.02502; docs/methods.md §4.
 *
 * @param x The experiment whose format writes the two.
 * @param trajectories The two, in any order.
 * @param cut How much longer the rejected side may be.
 * @returns One preference, or none.
 */
export function contrast(x: Experiment, [a, b]: readonly [Trajectory, Trajectory], cut: Cut): Preference[] {
  const counts = ({ outcome, steps }: Trajectory) => outcome.kind !== "failed" && steps.length > 0;
  if (!counts(a) || !counts(b) || a.return === b.return) return [];
  const [better, worse] = a.return > b.return ? [a, b] : [b, a];
  const [good, bad] = [parts(x, better, "chosen"), parts(x, worse, "rejected")];
  if (!areAlike(good, bad)) return [];
  const { prompt, tools, side: chosen } = good;
  const { side } = bad;
  const rejected = cut === null ? side : endingWithAgent(side.slice(0, chosen.length + cut));
  return [{ prompt, ...(tools && { tools }), chosen, rejected, sources: [better.id, worse.id] }];
}

/** Whether both were told the same before their first action, and could call the same: a preference has one prompt. */
export const beginAlike = (x: Experiment, a: Trajectory, b: Trajectory): boolean =>
  areAlike(parts(x, a, ""), parts(x, b, ""));

const areAlike = (a: ReturnType<typeof parts>, b: ReturnType<typeof parts>): boolean =>
  canonicalJson([a.prompt, a.tools ?? null]) === canonicalJson([b.prompt, b.tools ?? null]);

function parts(x: Experiment, trajectory: Trajectory, reason: string) {
  const options = { format: x.format, task: x.task(trajectory.taskId), trajectory, learnFrom: 0, reason };
  const { messages, tools } = demonstration(options);
  // What the assistant says before it (its consent to the rules, example episodes) is no action.
  const first = messages.findIndex(({ weight }) => weight === 1);
  const prompt = messages.slice(0, first).map(({ weight: _, ...message }): Message => message);
  return { prompt, tools, side: endingWithAgent(messages.slice(first)) };
}

function endingWithAgent(messages: readonly WeightedMessage[]): readonly WeightedMessage[] {
  return messages.slice(0, 1 + messages.findLastIndex(({ role }) => role === "assistant"));
}

/** How preferences are learned. Lists have one entry for each iteration; the last one holds for all later iterations too. */
export interface PreferenceTraining {
  /** β of DPO in each iteration, above 0. */
  readonly betas: readonly number[];
  /** Learning rate in each iteration, above 0. */
  readonly learningRates: readonly number[];
  /** Times each pair is learned; ≥ 1. */
  readonly epochs: number;
  /** Pairs in an optimiser step; ≥ 1. */
  readonly batch: number;
}

/** Share of the steps in which the learning rate rises; after that it stays. */
const WARMUP = 0.1;

/** The `iteration`-th (from 1) training on preferences: from `policy`, with `policy` as the reference. */
export async function learnPreferences(
  x: Experiment,
  policy: Checkpoint,
  examples: readonly Preference[],
  { iteration, round, ...training }: PreferenceTraining & { readonly iteration: number; readonly round: number },
): Promise<{ readonly set: TrainingSet; readonly checkpoint: Checkpoint }> {
  const { betas, learningRates, epochs, batch } = training;
  const ofIteration = (values: readonly number[]) => values[Math.min(iteration, values.length) - 1]!;
  const set: TrainingSet = { kind: "dpo", examples, beta: ofIteration(betas) };
  const steps = Math.ceil((epochs * examples.length) / batch);
  const tuning: Tuning = {
    steps,
    batch,
    learningRate: ofIteration(learningRates),
    warmup: Math.round(WARMUP * steps),
    schedule: "constant",
  };
  return { set, checkpoint: await x.train(set, policy, round, tuning) };
}
