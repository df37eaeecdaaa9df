/** What a recording cost: the steps that were kept, and what was paid besides. */

import { seedFrom } from "../core/random.ts";
import { countedReasons, failureOf, reasonsText } from "../core/reasons.ts";
import type { Repository } from "../core/repository.ts";
import type { Trajectory } from "../core/trajectory.ts";
import { moneyOf, type Prices, type Spending } from "./budget.ts";

/** What the stored steps of a run have cost. */
export const spentIn = (repository: Repository, run: string): Spending => costOf(storedIn(repository, run));

function costOf(episodes: readonly Trajectory[]): Spending {
  const usages = episodes.flatMap(({ steps }) => steps.flatMap(({ usage }) => usage ?? []));
  return {
    requests: usages.length,
    promptTokens: usages.reduce((sum, { promptTokens }) => sum + promptTokens, 0),
    completionTokens: usages.reduce((sum, { completionTokens }) => sum + completionTokens, 0),
    unaccounted: 0,
  };
}

/** The seeds of every request that led to a stored step of a run. */
export function storedSeeds(repository: Repository, run: string): ReadonlySet<number> {
  return new Set(storedIn(repository, run).flatMap(({ id, steps }) => steps.map((_, index) => seedFrom(id, index))));
}

export function sumOf(a: Spending, b: Spending): Spending {
  return {
    requests: a.requests + b.requests,
    promptTokens: a.promptTokens + b.promptTokens,
    completionTokens: a.completionTokens + b.completionTokens,
    unaccounted: a.unaccounted + b.unaccounted,
  };
}

const storedIn = (repository: Repository, run: string): Trajectory[] =>
  repository.trajectoriesOf(run).map((id) => repository.trajectory(id)!);

export interface SummaryOptions {
  readonly repository: Repository;
  readonly run: string;
  /** By the run as a whole, as the model counted it. */
  readonly spent: Spending;
  readonly prices: Prices | undefined;
}

/** `expert/m: won 3 of 5 episodes (60.0 %) …`, over everything the run holds; what was lost on the way is told apart. */
export function summaryOf({ repository, run, spent, prices }: SummaryOptions): string {
  const episodes = storedIn(repository, run);
  const won = episodes.filter(({ success }) => success).length;
  const failures = episodes.flatMap((episode) => failureOf(episode) ?? []);
  const kept = costOf(episodes);
  const money = (usage: Spending) => (prices ? `, money ${moneyOf(usage, prices).toFixed(4)}` : "");
  const share = episodes.length === 0 ? "" : ` (${((100 * won) / episodes.length).toFixed(1)} %)`;
  const tokens = ({ promptTokens, completionTokens }: Spending) => `${promptTokens} + ${completionTokens} tokens`;
  const lines = [
    episodes.length === 0
      ? `no episode is finished yet in run ${run}`
      : `${episodes[0]?.policy}: won ${won} of ${episodes.length} episodes${share}, ${tokens(kept)}${money(kept)}, in run ${run}`,
  ];
  if (failures.length > 0)
    lines.push(
      `${failures.length} of ${episodes.length} episodes failed because the server or the world broke, not because of the ` +
        `model's play: ${reasonsText(countedReasons(failures))}`,
    );
  const lost = {
    requests: spent.requests - kept.requests,
    promptTokens: spent.promptTokens - kept.promptTokens,
    completionTokens: spent.completionTokens - kept.completionTokens,
    unaccounted: spent.unaccounted,
  };
  if (lost.requests > 0) {
    lines.push(
      `not in this: ${lost.requests} requests of retries and unfinished episodes, ${tokens(lost)}${money(lost)}`,
    );
  }
  return lines.join("\n");
}
