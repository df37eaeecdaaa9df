/** Turns a config into the parts of an experiment: environments, expert, student and store. */
import { dirname, resolve } from "node:path";
import type { RunAudit } from "../core/audit.ts";
import { CliError, inputOf } from "../core/errors.ts";
import { canonicalJson, type Json } from "../core/json.ts";
import { runNamed } from "../core/known-run.ts";
import type { Repository } from "../core/repository.ts";
import { quoted, unknownName } from "../core/wording.ts";
import { methodLabel } from "../engine/algorithms/methods.ts";
import { type ExperimentConfig, expertSources } from "../engine/experiment/config.ts";
import type { Parts } from "../engine/experiment/parts.ts";
import { withPlaces } from "../engine/experiment/places.ts";
import type { Progress } from "../engine/experiment/progress.ts";
import { runExperiment } from "../engine/experiment/run.ts";
import { noisy } from "../policies/noisy.ts";
import { kindOf } from "../students/kinds.ts";
import { keepStudent } from "../students/places.ts";
import { NEEDS_WORLD } from "../worlds/none/index.ts";
import {
  type EnvironmentSpec,
  environmentNamed,
  openBenchmark,
  resolveEnvironment,
  withoutPaths,
} from "../worlds/open.ts";
import { keepWorld } from "../worlds/places.ts";
import { asItBegan } from "./code-at-first.ts";
import { programName } from "./program.ts";
import type { Project } from "./project.ts";
import { restoredAs, runAudit } from "./run-audit.ts";
import { inRun } from "./run-files.ts";

/** Runs or continues the experiment. `file` is the config's path: relative paths in the config start there. */
export async function execute(
  project: Project,
  config: ExperimentConfig,
  progress: Progress,
  file?: string,
): Promise<void> {
  await withPlaces(config, () => executeRead(project, config, progress, file));
}

async function executeRead(
  project: Project,
  config: ExperimentConfig,
  progress: Progress,
  file: string | undefined,
): Promise<void> {
  const labels = config.methods.map(methodLabel);
  const twice = labels.find((label, index) => labels.indexOf(label) !== index);
  if (twice) throw new CliError(`methods: ${quoted(twice)} appears twice, expected names that differ (name: …)`);
  const { parts, stored, environment, audit } = await partsOf(project, config, progress, file);
  try {
    const said = await saidAtFirst(project, config.run, stored, { notes: () => parts.student.notes(), audit });
    await inRun(project, { name: config.run, kind: "experiment", config: { ...stored, ...said } }, async () => {
      keepStudent(project.folder, config);
      keepWorld(project.folder, config.run, environment);
      await runExperiment(config, parts);
    });
  } finally {
    await parts.student.close();
  }
}

/** What is asked once, when a run begins, so that its report always says the same. */
interface Asked {
  /** What the student's server says of itself. */
  notes?(): Promise<readonly string[]>;
  /** How far the world is put back exactly; undefined: the config does not ask. */
  audit(): Promise<RunAudit | undefined>;
}

/** Of `run`, whose config is `stored`: what it keeps already, or what is asked now. */
export async function saidAtFirst(
  { repository }: Project,
  run: string,
  stored: StoredConfig,
  { notes, audit }: Asked,
): Promise<StoredConfig> {
  const { server, audit: kept, ...rest } = (repository.run(run)?.config ?? {}) as StoredConfig;
  // A run that holds nothing yet may become one of another config.
  if (canonicalJson(rest) === canonicalJson(stored) || repository.countOf(run) > 0)
    return { ...(server !== undefined && { server }), ...(kept !== undefined && { audit: kept }) };
  const told = (await notes?.()) ?? [];
  const found = await audit();
  return { ...(told.length > 0 && { server: told }), ...(found && { audit: JSON.parse(JSON.stringify(found)) }) };
}

interface Opened {
  readonly parts: Parts;
  readonly stored: StoredConfig;
  readonly environment: EnvironmentSpec;
  /** Throws what `runAudit` throws. */
  audit(): Promise<RunAudit | undefined>;
}

/** The parts that `config` names, and the share of it that is stored with a run. */
export async function partsOf(
  { repository, folder }: Project,
  config: ExperimentConfig,
  progress: Progress,
  file?: string,
): Promise<Opened> {
  const environment = restoredAs(resolveEnvironment(environmentOf(config, file)), config.restore);
  if (environment.name === "none") throw new CliError(`run "${config.run}": ${NEEDS_WORLD}`);
  const opened = (seed: number) => inputOf("environment", () => openBenchmark(seeded(config, environment, seed)));
  const { splits, notes } = asItBegan(repository, config.run, await opened(config.seeds[0]!), progress.say);
  const benchmark = async (seed: number) => asItBegan(repository, config.run, await opened(seed), () => {});
  expectNames(config, splits, repository);
  const parts: Parts = {
    repository,
    benchmark,
    scriptedExpert(benchmark, seed, { errorRate, slip }) {
      if (!benchmark.expert) throw new CliError(`expert.scripted: ${benchmark.name} has no scripted expert`);
      return errorRate > 0 ? noisy(benchmark.expert, { errorRate, slip, seed, say: progress.say }) : benchmark.expert;
    },
    student: await kindOf(config).open(folder, config, progress.say),
    progress,
    program: programName(),
  };
  const stored = { ...storedConfig(config, environment), ...(notes && { notes }) };
  const audit = () => runAudit({ config, environment: seeded(config, environment), repository, progress });
  return { parts, stored, environment, audit };
}

/** Before anything is stored: with a name mended, the run is still the same. Throws CliError. */
function expectNames(config: ExperimentConfig, splits: readonly string[], repository: Repository): void {
  const expectSplit = (key: string, split: string) => {
    if (!splits.includes(split)) throw new CliError(`${key}: ${unknownName("split", split, splits)}`);
  };
  for (const [index, source] of expertSources(config).entries()) {
    const key = Array.isArray(config.expert) ? `expert.${index}` : "expert";
    if ("run" in source) runNamed(repository, source.run, `${key}.run`);
    else expectSplit(`${key}.split`, source.split);
  }
  for (const [index, split] of (config.evaluate?.splits ?? []).entries())
    expectSplit(`evaluate.splits.${index}`, split);
}

/** `environment` as a seed of the config sees it; by default as the first one does. */
const seeded = (config: ExperimentConfig, environment: EnvironmentSpec, seed = config.seeds[0]!): EnvironmentSpec => ({
  ...environment,
  ...(isSeeded(config) && { seed }),
});

type StoredConfig = Readonly<Record<string, Json>>;

/** The environment's options, with its paths taken relative to the config file. */
function environmentOf(config: ExperimentConfig, file: string | undefined): EnvironmentSpec {
  const spec = config.environment as EnvironmentSpec;
  const { paths = [], programs = [] } = environmentNamed(spec.name) ?? {};
  const isOnPath = (key: string, value: string) => programs.includes(key) && !value.includes("/");
  const resolved = paths.flatMap((key) => {
    const value = spec[key];
    return typeof value === "string" && !isOnPath(key, value) ? [[key, fromFile(file, value)]] : [];
  });
  return { ...spec, ...Object.fromEntries(resolved) };
}

const fromFile = (file: string | undefined, path: string) => resolve(file ? dirname(file) : ".", path);

/** Worlds that generate their tasks generate other ones for every seed, unless the config fixes the seed. */
const isSeeded = ({ environment }: ExperimentConfig) =>
  environment.seed === undefined && (environmentNamed(environment.name)?.isGenerated?.(environment) ?? false);

/** What decides the results: no paths, no prices, and nothing that only decides the speed. */
function storedConfig(config: ExperimentConfig, environment: EnvironmentSpec): StoredConfig {
  const { concurrency: _, parallel: __, prices: ___, ...rest } = config;
  const decisive = { ...rest, ...kindOf(config).stored(config) };
  return JSON.parse(JSON.stringify({ ...decisive, environment: withoutPaths(environment) }));
}
