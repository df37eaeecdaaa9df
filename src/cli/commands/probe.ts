/** `gleaner probe`: is it worth mining the expert's failures? It answers from a small sample of rollouts, before training. */
import { type Command, Option } from "commander";
import { outlookOf } from "../../analysis/outlook.ts";
import type { ExperimentConfig } from "../../engine/experiment/config.ts";

import { withPlaces } from "../../engine/experiment/places.ts";
import { probeFailures } from "../../engine/experiment/probe.ts";
import { toMarkdown } from "../../reports/markdown.ts";
import { toTable } from "../../reports/terminal.ts";
import { environmentOptions, WORLD } from "../environment-flags.ts";
import { partsOf, saidAtFirst } from "../experiment.ts";
import { positiveInteger, runName } from "../flags.ts";
import { type Subject, type SubjectFlags, subjectOf } from "../probe-subject.ts";
import { openProgress } from "../progress.ts";
import { openProject, type Project, projectOption } from "../project.ts";
import { inRun } from "../run-files.ts";
import { alone, waitOption } from "../run-lock.ts";
import { print, printJson } from "../terminal.ts";

interface ProbeFlags extends SubjectFlags {
  readonly project: string;
  readonly sample: number;
  readonly probes?: number;
  readonly json?: boolean;
  readonly markdown?: boolean;
}

export function register(command: Command): void {
  waitOption(projectOption(environmentOptions(command, "gleaner env webshop --help")))
    .argument(
      "<subject>",
      "a config as for `gleaner run` (its methods may be []), a run of this project, or logs to import",
    )
    .option("--format <format>", "logs: their format, as for `gleaner import`")
    .option("--env <environment>", `logs: ${WORLD}`)
    .option("--sample <n>", "failed runs of the expert to probe, at most one for each task", positiveInteger, 50)
    .option(
      "--probes <m>",
      "states along each failed run from which the student is played (default: `probes` of the config's eef, else 5)",
      positiveInteger,
    )
    .option("--set <key=value...>", "change a value of the config, e.g. --set seeds=[2]")
    .addOption(new Option("--json", "print JSON").conflicts("markdown"))
    .option("--markdown", "print Markdown")
    .action(probe);
}

async function probe(what: string, flags: ProbeFlags): Promise<void> {
  const { json, markdown, wait } = flags;
  const project = openProject(flags);
  try {
    const subject = await subjectOf(project, what, flags);
    const run = runName(`${subject.config.run}-probe`);
    const outlook = await alone(project, { run, command: "probe", wait }, () =>
      probeInto(project, run, subject, flags),
    );
    if (json) printJson(outlook);
    else print(markdown ? toMarkdown(outlook) : toTable(outlook));
  } finally {
    project.close();
  }
}

async function probeInto(
  project: Project,
  run: string,
  { config, file }: Subject,
  flags: ProbeFlags,
): Promise<ReturnType<typeof outlookOf>> {
  const progress = openProgress({ folder: project.folder, run });
  try {
    const { parts, stored, audit } = await withPlaces(config, () => partsOf(project, config, progress, file));
    // The methods and the other seeds change nothing here.
    const { methods: _, seeds: __, ...decisive } = stored;
    const options = { sample: flags.sample, probes: flags.probes ?? probesOf(config) };
    const collect = async () => {
      const said = await withPlaces(config, () => saidAtFirst(project, run, decisive, { audit }));
      return inRun(project, { name: run, kind: "experiment", config: { ...decisive, ...said } }, () =>
        probeFailures({ ...config, run }, parts, options),
      );
    };
    const row = await collect().finally(parts.student.close);
    return outlookOf(project.repository, run, { row, seed: config.seeds[0]! });
  } finally {
    progress.stop();
  }
}

function probesOf({ methods }: ExperimentConfig): number {
  return methods.flatMap((method) => (method.method === "eef" ? [method.probes] : []))[0] ?? 5;
}
