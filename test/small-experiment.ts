/** A whole experiment, small but real: the workshop, the embedded student, and the methods that a test asks for. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Benchmark } from "../src/core/environment.ts";
import type { Repository } from "../src/core/repository.ts";
import { type ExperimentConfig, parseConfig } from "../src/engine/experiment/config.ts";
import type { Progress } from "../src/engine/experiment/progress.ts";
import { runExperiment } from "../src/engine/experiment/run.ts";
import { noisy } from "../src/policies/noisy.ts";
import { openSqlite } from "../src/store/sqlite.ts";
import { kindOf } from "../src/students/kinds.ts";
import { workshop } from "../src/worlds/workshop/index.ts";

/** `methods`: lines of YAML, one for each method. */
export const smallConfig = (methods: readonly string[]): ExperimentConfig =>
  parseConfig(
    "test.yaml",
    `
run: small
environment: { name: workshop }
expert: { scripted: true, errorRate: 0.25 }
student: { width: 16, layers: 1, heads: 2, context: 192 }
training: { steps: 2, batch: 4, learningRate: 0.004 }
methods: [${methods.join(", ")}]
`,
  );

export interface Ran {
  readonly repository: Repository;
  /** What the progress named, in order. */
  readonly phases: readonly string[];
}

/** Runs it in `project`, in the world that `through` makes of the workshop; returns what it did. */
export async function runSmall(
  project: string,
  config: ExperimentConfig,
  changes: Partial<Pick<ExperimentConfig, "methods" | "seeds" | "parallel">> = {},
  through: (benchmark: Benchmark) => Benchmark = (benchmark) => benchmark,
): Promise<Ran> {
  mkdirSync(project, { recursive: true });
  const repository = openSqlite(join(project, "store.sqlite"));
  const phases: string[] = [];
  const progress: Progress = {
    phase(label) {
      phases.push(label);
      return { advance() {}, end() {} };
    },
    say() {},
  };
  repository.addRun({ name: "small", kind: "experiment", config: {} });
  await runExperiment(
    { ...config, ...changes },
    {
      repository,
      benchmark: async (seed) => through(workshop({ seed, trainTasks: 6, testTasks: 3, lengths: [1, 2], maxSteps: 8 })),
      scriptedExpert: (benchmark, seed) => noisy(benchmark.expert!, { errorRate: 0.25, seed }),
      student: await kindOf(config).open(project, config),
      progress,
    },
  );
  return { repository, phases };
}

/** Method, seed and iteration of each round, sorted. */
export const roundsOf = (repository: Repository): readonly string[] =>
  repository
    .rounds("small")
    .map(({ method, seed, iteration }) => `${method} ${seed} ${iteration}`)
    .sort();

export const linesOfDump = (repository: Repository): readonly string[] => [...repository.dump()].join("").split("\n");
