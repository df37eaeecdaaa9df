/** Imports by the name of a format, as the command line does, into a store that is given. */
import type { Benchmark } from "../src/core/environment.ts";
import type { Repository } from "../src/core/repository.ts";
import type { Trajectory } from "../src/core/trajectory.ts";
import { replayer } from "../src/engine/rollout/replay.ts";
import { importLogs } from "../src/importers/import.ts";
import { READERS, type ReaderOptions } from "../src/importers/readers/registry.ts";
import type { ImportSummary } from "../src/importers/summary.ts";

export interface Importing extends Omit<ReaderOptions, "benchmark"> {
  readonly format: string;
  readonly benchmark: Benchmark;
  readonly files: readonly string[];
  readonly repository: Repository;
}

/** Imports into the run "logs". */
export async function importing({ format, files, repository, ...options }: Importing): Promise<ImportSummary> {
  const reader = READERS[format]!(options);
  const { benchmark } = options;
  const { replay, close } = replayer(benchmark, { normalize: reader.normalize, rewards: false });
  const environment = { name: benchmark.name };
  try {
    return await importLogs({ run: "logs", reader, files, benchmark, environment, repository, replay });
  } finally {
    await close();
  }
}

/** What the run "logs" has. */
export const imported = (repository: Repository): Trajectory[] =>
  repository.trajectoriesOf("logs").map((id) => repository.trajectory(id)!);
