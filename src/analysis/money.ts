/** What acting cost in money, by a table of prices: the expert's recordings and the student's rollouts. Training and evaluation have no price. */
import type { TrajectoryId } from "../core/ids.ts";
import type { Round } from "../core/run.ts";
import { distinct, type Episode, type Material, mean, sum } from "./material.ts";

/** In any one currency. */
export interface Price {
  /** Of 1,000 tokens. */
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Of one episode, whatever it took. */
  readonly episode: number;
}

export interface Prices {
  /** Written before each amount. */
  readonly currency: string;
  readonly student: Price;
  /** By the expert's name; an expert without a price costs nothing. */
  readonly experts: Readonly<Record<string, Price>>;
}

/** Means over seeds, everything up to an iteration together. */
export interface Money {
  /** The expert trajectories that the method was given. */
  readonly expert: number;
  /** The student's rollouts on training tasks. */
  readonly student: number;
}

const FREE: Price = { promptTokens: 0, completionTokens: 0, episode: 0 };

/** `rounds` are a method's rounds up to an iteration, all seeds. */
export function moneyOf(material: Material, rounds: readonly Round[], prices: Prices): Money {
  const bySeed = [...Map.groupBy(rounds, ({ seed }) => seed).values()];
  const total = (
    listsOf: (round: Round) => readonly (readonly TrajectoryId[])[],
    priceOf: (episode: Episode) => Price,
  ) =>
    mean(
      bySeed.map((ofSeed) => {
        const episodes = distinct(ofSeed.flatMap(listsOf).flatMap((ids) => material.episodes(ids)));
        return sum(episodes.map((episode) => costOfEpisode(episode, priceOf(episode))));
      }),
    ) ?? 0;
  return {
    expert: total(
      ({ expert, learnOnly = [] }) => [expert, learnOnly],
      ({ policy }) => prices.experts[policy] ?? FREE,
    ),
    student: total(
      ({ explored, probed }) => [explored, probed],
      () => prices.student,
    ),
  };
}

function costOfEpisode({ promptTokens, completionTokens }: Episode, price: Price): number {
  const tokens = (promptTokens ?? 0) * price.promptTokens + (completionTokens ?? 0) * price.completionTokens;
  return price.episode + tokens / 1000;
}
