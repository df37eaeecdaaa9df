/** `gleaner run`: an experiment from its config to the report. Started again, it does only what is left. */
import type { Command } from "commander";
import { type ExperimentConfig, readConfig } from "../../engine/experiment/config.ts";
import { execute } from "../experiment.ts";
import { keyAndValue, runName } from "../flags.ts";
import { openProgress } from "../progress.ts";
import { openProject, projectOption } from "../project.ts";
import { alone, type WaitFlags, waitOption } from "../run-lock.ts";
import { showReport } from "./report.ts";

export function register(command: Command): void {
  waitOption(projectOption(command))
    .argument("<config>", "a YAML file; see examples/")
    .option("--set <key=value...>", "change a value of the config, e.g. --set training.steps=200")
    .action(async (file: string, options: RunFlags & { readonly set?: string[] }) => {
      const config = readConfig(
        file,
        (options.set ?? []).map((text) => keyAndValue("--set", text)),
      );
      await runAndReport("run", options, config, file);
    });
}

interface RunFlags extends WaitFlags {
  readonly project: string;
}

/** Runs (or goes on with) the experiment of the config `file`, then shows its report. `command` is the one that asks for it. */
export async function runAndReport(
  command: string,
  options: RunFlags,
  config: ExperimentConfig,
  file: string,
): Promise<void> {
  const project = openProject(options);
  try {
    await alone(project, { ...options, run: runName(config.run), command }, async () => {
      const progress = openProgress({ folder: project.folder, run: config.run });
      await execute(project, config, progress, file).finally(progress.stop);
      await showReport(project, [config.run], { prices: config.prices });
    });
  } finally {
    project.close();
  }
}
