/**
 * A small sample of exploration, made before any method runs. It clones the expert's behaviour. Then it plays some tasks
 * that the expert never won, from their start and from states along one failed run of each. Every rollout and checkpoint
 * has the same id as in the whole experiment, so a later run finds what was made here.
 *
 * This file only collects. `analysis/outlook.ts` draws the conclusions.
 */

import { CliError } from "../../core/errors.ts";
import { random } from "../../core/random.ts";
import type { Trajectory } from "../../core/trajectory.ts";
import { bc } from "../algorithms/bc.ts";
import { probeSteps } from "../algorithms/eef-labels.ts";
import type { FinishedRound, ProbePoint } from "../algorithms/experiment.ts";
import type { ExperimentConfig } from "./config.ts";
import { liveExperiment } from "./live.ts";
import type { Parts } from "./parts.ts";
import { prepareSeed } from "./prepare.ts";

export interface ProbeOptions {
  /** At most this many failed runs, each of another task. */
  readonly sample: number;
  /** M: states probed along each. */
  readonly probes: number;
}

/**
 * Stores what it collects as a round of `config.run` (first seed, iteration 0) and returns the name of its row.
 * A task with n probes is played n + 1 times from its start. Throws CliError if nothing can be probed.
 */
export async function probeFailures(
  config: ExperimentConfig,
  parts: Parts,
  { sample, probes }: ProbeOptions,
): Promise<string> {
  const seed = config.seeds[0]!;
  const live = { ...(await prepareSeed(config, parts, seed)), heldOut: [] };
  if (live.expert.length === 0)
    throw new CliError(
      "nothing to probe: rollouts start from states of the expert's trajectories, and none of those can be replayed",
    );
  const failed = random(seed, "probe")
    .shuffle(failedRuns(live.expert))
    .slice(0, sample)
    .map((trajectory) => ({ trajectory, steps: probeSteps(trajectory.steps.length, probes) }));
  const probesOf = new Map(failed.map(({ trajectory, steps }) => [trajectory.taskId, steps.length]));
  const tasks = live.tasks.filter(({ id }) => probesOf.has(id));

  const row = `probe of ${failed.length} runs${probes === 5 ? "" : `, M=${probes}`}`;
  const cloned: FinishedRound[] = [];
  const whole = liveExperiment(live, row, 0);
  const student = await bc({ ...whole, finishRound: async (round) => void cloned.push(round) });
  const part = liveExperiment({ ...live, tasks }, row, 0);
  const points = failed.flatMap(({ trajectory, steps }) => steps.map((step): ProbePoint => ({ trajectory, step })));
  const explored = await part.explore(student, 0, ({ id }) => 1 + probesOf.get(id)!);
  const probed = await part.probe(student, 0, points);
  await part.finishRound({ ...cloned[0]!, explored, probed });
  return row;
}

/** The first failed run of each task that the expert never won, if it has a state to start from. */
function failedRuns(expert: readonly Trajectory[]): Trajectory[] {
  return [...Map.groupBy(expert, ({ taskId }) => taskId).values()].flatMap((runs) => {
    if (runs.some(({ success }) => success)) return [];
    return runs.find(({ steps }) => steps.length > 1) ?? [];
  });
}
