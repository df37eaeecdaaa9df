/**
 * Turns the subject of `gleaner probe` into the config of an experiment. The subject is a config file, a run of the project,
 * or logs that are not imported yet.
 */
import { existsSync } from "node:fs";
import { basename } from "node:path";
import { stringify } from "yaml";
import { CliError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import type { Run } from "../core/run.ts";
import { type ExperimentConfig, parseConfig, readConfig } from "../engine/experiment/config.ts";
import { studentOfRun } from "../students/places.ts";
import { openBenchmark } from "../worlds/open.ts";
import { keepWorld } from "../worlds/places.ts";
import { importInto } from "./commands/import.ts";
import { type EnvironmentFlags, environmentOfRun, environmentSpec, saysEnvironment } from "./environment-flags.ts";
import { keyAndValue, runName } from "./flags.ts";
import type { Project } from "./project.ts";
import { alone, type WaitFlags } from "./run-lock.ts";

export interface SubjectFlags extends EnvironmentFlags, WaitFlags {
  /** Of logs: how they are written, and the world they are of. */
  readonly format?: string;
  readonly env?: string;
  readonly set?: readonly string[];
}

export interface Subject {
  readonly config: ExperimentConfig;
  /** The config's file, where its relative paths start. */
  readonly file?: string;
}

/** Throws CliError if `what` is none of the three. Logs are imported into a run named after their file. */
export async function subjectOf(project: Project, what: string, flags: SubjectFlags): Promise<Subject> {
  if (/\.ya?ml$/.test(what)) {
    if (saysEnvironment(flags))
      throw new CliError(
        `${what}: a config names its environment itself; change it with --set, e.g. environment.data=DIR`,
      );
    return { config: readConfig(what, assignments(flags)), file: what };
  }
  const run = project.repository.run(what) ?? (await imported(project, what, flags));
  const text = stringify(await configOf(project, run, flags));
  try {
    return { config: parseConfig(`run ${run.name}`, text, assignments(flags)) };
  } catch (error) {
    if (!(error instanceof CliError) || !/: student\./.test(error.message)) throw error;
    throw new CliError(
      `${error.message}\nA run does not store where its student is. Give the path with --set student.…=…`,
    );
  }
}

const assignments = ({ set = [] }: SubjectFlags) => set.map((text) => keyAndValue("--set", text));

/** An experiment's own config. A run that only holds an expert's trajectories gets the default student. */
async function configOf(project: Project, run: Run, flags: EnvironmentFlags): Promise<object> {
  const { name, kind, config } = run;
  const environment = environmentOfRun(project.folder, run, flags);
  if (kind === "experiment") {
    // Notes of the world, its audit and the server are stored beside the config, but are no part of it.
    const { notes: _, server: __, audit: ___, ...stored } = config as Readonly<Record<string, Json>>;
    const { student } = stored;
    const found = student !== undefined && {
      student: studentOfRun(project.folder, name, student as Record<string, Json>),
    };
    return { methods: [], ...stored, ...found, environment };
  }
  const { compact } = await openBenchmark(environment);
  return { run: name, environment, expert: { run: name }, format: compact ? "compact" : "react", methods: [] };
}

async function imported(project: Project, file: string, flags: SubjectFlags): Promise<Run> {
  const { format, env } = flags;
  if (!existsSync(file)) {
    throw new CliError(
      `${file}: expected a config (.yaml), a run of this project (see ${project.command("runs")}), or a file of logs`,
    );
  }
  if (!env) throw new CliError(`${file}: logs need --env, as for gleaner import`);
  const environment = environmentSpec("--env", env, flags);
  const run = runName(basename(file).replace(/\.jsonl?(\.gz)?$/, ""));
  const request = { files: [file], ...(format && { format }), environment, run };
  await alone(project, { run, command: "probe", wait: flags.wait }, () => importInto(project, request));
  keepWorld(project.folder, run, environment);
  return project.repository.run(run)!;
}
