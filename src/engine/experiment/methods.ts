/** Which algorithm a method of the config is, and what it is given. */

import type { Checkpoint } from "../../core/training.ts";
import { agentEvol } from "../algorithms/agent-evol.ts";
import { bc } from "../algorithms/bc.ts";
import { bestOf } from "../algorithms/best-of.ts";
import { eef } from "../algorithms/eef.ts";
import { eto } from "../algorithms/eto.ts";
import type { Experiment } from "../algorithms/experiment.ts";
import { nat } from "../algorithms/nat.ts";
import { rft } from "../algorithms/rft.ts";
import { rftEto } from "../algorithms/rft-eto.ts";
import { type ExperimentConfig, type MethodConfig, preferenceOptions } from "./config.ts";

export interface MethodJob {
  readonly config: ExperimentConfig;
  readonly method: MethodConfig;
  readonly experiment: Experiment;
  /** Where most methods start: behaviour cloning's result. */
  readonly start: Checkpoint;
}

export async function runMethod({ config, method, experiment, start }: MethodJob): Promise<void> {
  switch (method.method) {
    case "sft-all":
      await bc(experiment, { everything: true });
      return;
    case "rft":
      await rft(experiment, start, method);
      return;
    case "eef":
      await eef(experiment, start, method);
      return;
    case "eto":
      await eto(experiment, start, { ...method, ...preferenceOptions(method, config) });
      return;
    case "rft-eto": {
      const player = method.start === "base" ? experiment.base : start;
      await rftEto(experiment, player, { ...method, ...preferenceOptions(method, config) });
      return;
    }
    case "nat":
      await nat(experiment, start, method);
      return;
    case "agent-evol":
      await agentEvol(experiment, start, method);
      return;
    case "best-of":
      await bestOf(experiment, start, method);
      return;
    default:
      method satisfies never;
  }
}

/** Whether the method plays training tasks, rather than only learn from what others did. */
export const explores = (method: MethodConfig) =>
  !["sft-all", "best-of"].includes(method.method) && !(method.method === "nat" && method.samples === 0);
