/**
 * `gleaner verify`: plays every replayable trajectory of a run again, from its task's start in a fresh environment, and
 * compares every observation, reward and ending. It only reads the store.
 */
import type { Command } from "commander";
import type { Benchmark } from "../../core/environment.ts";
import { CliError, EnvironmentError } from "../../core/errors.ts";
import { fingerprint, type TrajectoryId } from "../../core/ids.ts";
import { runNamed } from "../../core/known-run.ts";
import type { Repository } from "../../core/repository.ts";
import type { Run } from "../../core/run.ts";
import type { Trajectory } from "../../core/trajectory.ts";
import { type Replayer, replayer } from "../../engine/rollout/replay.ts";
import { NEEDS_WORLD } from "../../worlds/none/index.ts";
import { openBenchmark } from "../../worlds/open.ts";
import { type Difference, differenceLines } from "../differences.ts";
import { type EnvironmentFlags, environmentOptions, environmentToRead } from "../environment-flags.ts";
import { EXIT } from "../failure.ts";
import { seedOfStart } from "../fork-point.ts";
import { duration, openProgress } from "../progress.ts";
import { projectOption, readProject } from "../project.ts";
import { table } from "../table.ts";
import { print, printable, printJson } from "../terminal.ts";

/** At most this many divergences are printed; `--json` lists all. */
const SHOWN = 5;

interface VerifyFlags extends EnvironmentFlags {
  readonly project: string;
  readonly json?: boolean;
}

export function register(command: Command): void {
  projectOption(environmentOptions(command, "gleaner env webshop --help"))
    .argument("<run>", "a run of this project")
    .option("--json", "print JSON, with every divergence")
    .action(verify);
}

async function verify(name: string, flags: VerifyFlags): Promise<void> {
  const project = readProject(flags);
  const progress = openProgress();
  try {
    const run = runNamed(project.repository, name);
    const benchmark = await openBenchmark(environmentToRead(project.folder, run, flags)).catch(withFlag);
    if (benchmark.name === "none") throw new CliError(`run "${name}": ${NEEDS_WORLD}`);
    expectSameRules(run, benchmark);
    const total = project.repository.trajectoriesOf(name).length;
    const phase = progress.phase("verify", total, "trajectories");
    const report = await verifyRun(project.repository, name, benchmark, phase.advance);
    phase.end();
    progress.stop();
    if (flags.json) printJson(report);
    else print(reportText(report));
    // What was known since the import was told then, and is learned from nowhere.
    if (report.divergences.some(({ known }) => !known)) process.exitCode = EXIT.broke;
  } finally {
    progress.stop();
    project.close();
  }
}

/** A world that lacks its files is told by itself; how this command is told where they are, is added. */
function withFlag(error: unknown): never {
  if (!(error instanceof CliError) || /--data/.test(error.message)) throw error;
  throw new CliError(`${error.message} (--data DIR says where a world's data is)`, { cause: error });
}

/** An import stores a fingerprint of its world's instructions: with another release's rules everything would diverge. */
export function expectSameRules({ name, config }: Run, benchmark: Benchmark): void {
  const { instructions } = config as { instructions?: string };
  if (instructions === undefined || instructions === fingerprint(benchmark.instructions)) return;
  throw new CliError(
    `run "${name}" was made with other rules of ${benchmark.name}; give the same options as then (alfworld: --logic)`,
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
    /** Not played: kept without a replay when the run was imported. */
    readonly unreplayable: number;
    readonly seconds: number;
  }[];
  /** In order of the trajectories' ids. `known`: it was found when the trajectory was imported. */
  readonly divergences: readonly (Difference & {
    readonly trajectory: TrajectoryId;
    readonly policy: string;
    readonly known: boolean;
  })[];
}

/** Replays every replayable trajectory of `run`, forks included. A world that breaks on the way counts as a divergence. */
export async function verifyRun(
  repository: Repository,
  run: string,
  benchmark: Benchmark,
  onProgress: (done: number) => void = () => {},
): Promise<VerifyReport> {
  const world = replayer(benchmark);
  const rows = new Map<string, Omit<VerifyReport["policies"][number], "policy" | "verified">>();
  const divergences: VerifyReport["divergences"][number][] = [];
  for (const [index, id] of repository.trajectoriesOf(run).entries()) {
    const trajectory = repository.trajectory(id)!;
    const known = repository.verification(id)?.kind;
    const isPlayed = known !== "unreplayable";
    const { policy } = trajectory;
    const start = performance.now();
    const difference = isPlayed ? await differenceOf(world, repository, trajectory) : undefined;
    const row = rows.get(policy) ?? { trajectories: 0, steps: 0, diverged: 0, unreplayable: 0, seconds: 0 };
    rows.set(policy, {
      trajectories: row.trajectories + 1,
      steps: row.steps + trajectory.steps.length,
      diverged: row.diverged + Number(difference !== undefined),
      unreplayable: row.unreplayable + Number(!isPlayed),
      seconds: row.seconds + (performance.now() - start) / 1000,
    });
    if (difference) divergences.push({ trajectory: id, policy, known: known === "diverged", ...difference });
    onProgress(index + 1);
  }
  await world.close();
  const policies = [...rows]
    .map(([policy, row]) => ({ policy, ...row, verified: row.trajectories - row.diverged - row.unreplayable }))
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

function reportText({ run, policies, divergences }: VerifyReport): string {
  const total = (key: "trajectories" | "unreplayable") => policies.reduce((sum, row) => sum + row[key], 0);
  const [all, unreplayable] = [total("trajectories"), total("unreplayable")];
  const head = ["policy", "trajectories", "steps", "verified", "diverged", "not replayable", "time"];
  const rows = policies.map(({ policy, trajectories, steps, verified, diverged, unreplayable, seconds }) => {
    const time = seconds < 10 ? `${seconds.toFixed(2)} s` : duration(seconds);
    return [policy, trajectories, steps, verified, diverged, unreplayable, time];
  });
  const shown = divergences.slice(0, SHOWN).flatMap(({ trajectory, policy, known, ...difference }) => {
    const [where, ...texts] = differenceLines(difference);
    return [`${trajectory} (${printable(policy)}), ${where}${known ? ", known since its import" : ""}`, ...texts];
  });
  const more = divergences.length > SHOWN ? [`… and ${divergences.length - SHOWN} more (--json lists all)`] : [];
  return [
    table(head, rows),
    ...shown,
    ...more,
    `run ${run}: ${verdictOf(all - unreplayable, divergences.length)}${aside(unreplayable)}`,
  ].join("\n");
}

function verdictOf(played: number, diverged: number): string {
  if (played === 0) return "nothing was verified";
  return diverged === 0 ? `all ${played} trajectories verified` : `${diverged} of ${played} trajectories diverged`;
}

const aside = (unreplayable: number) =>
  unreplayable === 0
    ? ""
    : `; ${unreplayable} trajectories cannot be replayed: only their log says how they went, so they serve for statistics and imitation only`;
