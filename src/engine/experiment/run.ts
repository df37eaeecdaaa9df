/**
 * A whole experiment. This is what `gleaner run` does, for each seed:
 *
 *   expert               its runs are played or found in the store; each is confirmed by replay   prepare.ts
 *   imitate              behaviour cloning makes the student that every method starts from        algorithms/bc.ts
 *   explore and choose   each method plays on, chooses what is worth learning and trains on it    algorithms/
 *   evaluate             after each iteration, on held-out tasks                                  live.ts, finishRound
 *
 * Everything is found again in the store when it is started a second time, so only what is owed is done.
 */
import { bc } from "../algorithms/bc.ts";
import { methodLabel, methodOf } from "../algorithms/methods.ts";
import { concurrently } from "../rollout/concurrent.ts";
import { expectAudited } from "./audited.ts";
import type { ExperimentConfig } from "./config.ts";
import { liveExperiment } from "./live.ts";
import type { Parts } from "./parts.ts";
import { prepareSeed } from "./prepare.ts";

export async function runExperiment(config: ExperimentConfig, parts: Parts): Promise<void> {
  expectAudited(config, parts);
  for (const seed of config.seeds) await runSeed(config, parts, seed);
}

async function runSeed(config: ExperimentConfig, parts: Parts, seed: number): Promise<void> {
  const expert = await prepareSeed(config, parts, seed);
  const imitator = await bc(liveExperiment(expert, "BC", 0));
  const surroundings = { world: config.environment.name, learningRate: config.training.learningRate };
  await concurrently({
    items: config.methods.map((method, index) => ({ method, row: index + 1 })),
    limit: config.parallel,
    open: async () => ({ close: async () => {} }),
    work: ({ method, row }) =>
      methodOf(method).run(liveExperiment(expert, methodLabel(method), row), imitator, method, surroundings),
  });
}
