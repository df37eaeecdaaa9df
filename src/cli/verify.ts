/**
 * `gleaner verify`: every trajectory of a run played again from its task's start in a fresh environment, with every
 * observation, reward and ending compared. Only reads the store.
 */
import type { Command } from "commander";
import type { Benchmark } from "../core/environment.ts";
import { CliError, EnvironmentError } from "../core/errors.ts";
import { fingerprint, type TrajectoryId } from "../core/ids.ts";
import type { Repository } from "../core/repository.ts";
import type { Run } from "../core/run.ts";
import type { Trajectory } from "../core/trajectory.ts";
import { type Replayer, replayer } from "../rollout/replay.ts";
import { type EnvironmentFlags, environmentOptions, environmentSpec, openProject, projectOption } from "./context.ts";
import { type Difference, differenceLines } from "./differences.ts";
import { type EnvironmentSpec, openBenchmark } from "./environments.ts";
import { duration, progressFor } from "./progress.ts";
import { table } from "./table.ts";

/** This many divergences are printed; `--json` has all. */
const SHOWN = 5;

interface VerifyFlags extends EnvironmentFlags {
  readonly project: string;
  readonly json?: boolean;
}

export function register(program: Command): void {
  projectOption(environmentOptions(program.command("verify")))
    .description("play every trajectory of a run again and compare what the world answers")
    .argument("<run>", "a run of this project")
    .option("--json", "as JSON, with every divergence")
    .action(verify);
}

async function verify(name: string, flags: VerifyFlags): Promise<void> {
  const project = openProject(flags);
  const progress = progressFor(process.stderr);
  try {
    const run = runNamed(project.repository, name);
    const benchmark = await openBenchmark(environmentOf(run, flags));
    expectSameRules(run, benchmark);
    const total = project.repository.trajectoriesOf(name).length;
    const phase = progress.phase("verify", total, "trajectories");
    const report = await verifyRun(project.repository, name, benchmark, phase.advance);
    phase.end();
    progress.stop();
    console.log(flags.json ? JSON.stringify(report, null, 2) : reportText(report));
    if (report.divergences.length > 0) process.exitCode = 1;
  } finally {
    progress.stop();
    project.close();
  }
}

function runNamed(repository: Repository, name: string): Run {
  const run = repository.run(name);
  if (!run) throw new CliError(`there is no run "${name}" in this project (see gleaner runs)`);
  return run;
}

/** The environment of the run's config; paths are not stored, so they come from flags, variables or defaults. */
function environmentOf({ name, config }: Run, flags: EnvironmentFlags): EnvironmentSpec {
  const { environment } = config as { environment?: EnvironmentSpec };
  if (!environment?.name) throw new CliError(`run "${name}" does not say what environment it was made in`);
  return environmentSpec(environment.name, flags, environment);
}

/** An import remembers what its world told policies: another release's rules would make everything diverge. */
function expectSameRules({ name, config }: Run, benchmark: Benchmark): void {
  const { instructions } = config as { instructions?: string };
  if (instructions === undefined || instructions === fingerprint(benchmark.instructions)) return;
  throw new CliError(
    `run "${name}" was made with other rules of ${benchmark.name} than these: give the options it was made with (alfworld: --logic)`,
  );
}

export interface VerifyReport {
  readonly run: string;
  /** In order of their names. */
  readonly policies: readonly {
    readonly policy: string;
    readonly trajectories: number;
    readonly steps: number;
    readonly verified: number;
    readonly diverged: number;
    readonly seconds: number;
  }[];
  /** In order of the trajectories' ids. `known`: it was found when the trajectory was imported. */
  readonly divergences: readonly (Difference & {
    readonly trajectory: TrajectoryId;
    readonly policy: string;
    readonly known: boolean;
  })[];
}

/** Replays every trajectory of `run`, forks included. A world that breaks on the way is a divergence too. */
export async function verifyRun(
  repository: Repository,
  run: string,
  benchmark: Benchmark,
  onProgress: (done: number) => void = () => {},
): Promise<VerifyReport> {
  const world = replayer(benchmark);
  const rows = new Map<string, { trajectories: number; steps: number; diverged: number; seconds: number }>();
  const divergences: VerifyReport["divergences"][number][] = [];
  for (const [index, id] of repository.trajectoriesOf(run).entries()) {
    const trajectory = repository.trajectory(id)!;
    const { policy } = trajectory;
    const start = performance.now();
    const difference = await differenceOf(world, repository, trajectory);
    const row = rows.get(policy) ?? { trajectories: 0, steps: 0, diverged: 0, seconds: 0 };
    row.trajectories += 1;
    row.steps += trajectory.steps.length;
    row.seconds += (performance.now() - start) / 1000;
    if (difference) {
      row.diverged += 1;
      const known = repository.verification(id)?.kind === "diverged";
      divergences.push({ trajectory: id, policy, known, ...difference });
    }
    rows.set(policy, row);
    onProgress(index + 1);
  }
  await world.close();
  const policies = [...rows]
    .map(([policy, row]) => ({ policy, ...row, verified: row.trajectories - row.diverged }))
    .sort((a, b) => (a.policy < b.policy ? -1 : 1));
  return { run, policies, divergences };
}

async function differenceOf(
  world: Replayer,
  repository: Repository,
  trajectory: Trajectory,
): Promise<Difference | undefined> {
  // A world that did not even start left nothing to compare.
  if (trajectory.steps.length === 0 && trajectory.finalObservation === "") return undefined;
  const task = repository.task(trajectory.taskId)!;
  try {
    const { verification } = await world.replay(task, { ...trajectory, seed: seedOfStart(repository, trajectory) });
    if (verification.kind === "verified") return undefined;
    const { step, expected, got } = verification;
    return { step, expected, got };
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    return { step: trajectory.steps.length - 1, expected: "(an answer)", got: `(the world broke: ${error.message})` };
  }
}

/** The seed the world started with: a fork continues its parent's world. */
function seedOfStart(repository: Repository, trajectory: Trajectory): number {
  return trajectory.fork ? seedOfStart(repository, repository.trajectory(trajectory.fork.from)!) : trajectory.seed;
}

function reportText({ run, policies, divergences }: VerifyReport): string {
  const head = ["policy", "trajectories", "steps", "verified", "diverged", "time"];
  const rows = policies.map(({ policy, trajectories, steps, verified, diverged, seconds }) => {
    const time = seconds < 10 ? `${seconds.toFixed(2)} s` : duration(seconds);
    return [policy, trajectories, steps, verified, diverged, time];
  });
  const shown = divergences.slice(0, SHOWN).flatMap(({ trajectory, policy, known, ...difference }) => {
    const [where, ...texts] = differenceLines(difference);
    return [`${trajectory} (${policy}), ${where}${known ? ", known since its import" : ""}`, ...texts];
  });
  const more = divergences.length > SHOWN ? [`… and ${divergences.length - SHOWN} more (--json lists all)`] : [];
  const all = policies.reduce((sum, { trajectories }) => sum + trajectories, 0);
  const verdict =
    divergences.length === 0
      ? `all ${all} trajectories verified`
      : `${divergences.length} of ${all} trajectories diverged`;
  return [table(head, rows), ...shown, ...more, `run ${run}: ${verdict}`].join("\n");
}
