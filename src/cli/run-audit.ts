/** The audit of a run's world: made once, when the run begins, and kept with it. What the config requires must hold. */
import { type RunAudit, WAY_NAMES, type Way } from "../core/audit.ts";
import { CliError, EnvironmentError } from "../core/errors.ts";
import type { Repository } from "../core/repository.ts";
import { type ExperimentConfig, expertSources } from "../engine/experiment/config.ts";
import type { Progress } from "../engine/experiment/progress.ts";
import type { Audit, Recorded } from "../worlds/audit/audit.ts";
import { auditEnvironment } from "../worlds/audit/environment.ts";
import { firstOfEach } from "../worlds/audit/fault.ts";
import { type EnvironmentSpec, environmentNamed } from "../worlds/open.ts";
import { checksTold, faultText } from "./audit.ts";

/** Walks along what the expert's runs recorded. */
const MOST_ALONG = 5;

/** `spec`, put back as `restore` says where there is a choice. Throws CliError where both say something else. */
export function restoredAs(spec: EnvironmentSpec, restore: ExperimentConfig["restore"]): EnvironmentSpec {
  if (restore === undefined || restore === "none" || !environmentNamed(spec.name)?.ways) return spec;
  if (spec.restore !== undefined && spec.restore !== restore)
    throw new CliError(`restore: expected ${spec.restore}, as environment.restore says, or none, got ${restore}`);
  return { ...spec, restore };
}

export interface Audited {
  readonly config: ExperimentConfig;
  /** With the seed of the config's first seed. */
  readonly environment: EnvironmentSpec;
  readonly repository: Repository;
  readonly progress: Progress;
}

/**
 * Throws CliError where the world has another way back than the config requires, EnvironmentError where that way is not exact.
 * undefined: the config asks for no audit.
 */
export async function runAudit({ config, environment, repository, progress }: Audited): Promise<RunAudit | undefined> {
  const { restore } = config;
  if (restore === undefined) return undefined;
  const found = await auditEnvironment(environment, {
    itsWay: (way) => expectWay(restore, way, environment.name),
    along: recordedIn(config, repository),
    say: checksTold(progress),
  });
  if (restore !== "none" && found.restore === "none") throw new EnvironmentError(refusal(restore, found));
  return keptOf(found);
}

function expectWay(restore: NonNullable<ExperimentConfig["restore"]>, way: Way | undefined, world: string): void {
  if (restore === "none" || way === restore) return;
  if (!way) throw new CliError(`restore: expected none, since ${world} saves no states, got ${restore}`);
  throw new CliError(
    `restore: expected ${way} or none, since ${world} is put back by ${WAY_NAMES[way]}, got ${restore}`,
  );
}

const faultsIn = ({ repeats, ways }: Audit) => firstOfEach([...repeats, ...ways.flatMap(({ fault }) => fault ?? [])]);

const refusal = (restore: keyof typeof WAY_NAMES, found: Audit) =>
  [
    `restore: expected a world that is put back exactly by ${WAY_NAMES[restore]}; its audit found`,
    ...faultsIn(found).map(faultText),
    "`gleaner env audit` tries every way back; with `restore: none` the run begins all the same",
  ].join("\n");

function keptOf(found: Audit): RunAudit {
  const { restore, ways, walks, steps, rewarded, ended, notes } = found;
  const faults = faultsIn(found).map(({ kind, task, step, from }) => ({
    ...{ kind, task, step },
    ...(from !== undefined && { from }),
  }));
  const texts = notes.map(({ text }) => text);
  return { restore, way: ways[0]?.way ?? null, walks, steps, rewarded, ended, faults, notes: texts };
}

/** Some of the expert's episodes, from all over its runs; those that cannot be played again are left out. */
function recordedIn(config: ExperimentConfig, repository: Repository): Recorded[] {
  const ids = expertSources(config).flatMap((source) => ("run" in source ? repository.trajectoriesOf(source.run) : []));
  const sound = ids.filter((id) => (repository.verification(id)?.kind ?? "verified") === "verified");
  const every = Math.max(1, Math.floor(sound.length / MOST_ALONG));
  const chosen = sound.filter((_, index) => index % every === 0).slice(0, MOST_ALONG);
  return chosen.map((id) => {
    const { taskId: task, seed, steps } = repository.trajectory(id)!;
    return { task, seed, actions: steps.map(({ action }) => action) };
  });
}
