/** The store of a small but real run as the viewer sees it: made once, for tests of what the page is given. */
import { join } from "node:path";
import { rankingIn } from "../src/cli/view-decisions.ts";
import { rowsIn } from "../src/cli/view-rows.ts";
import { commandLine } from "../src/core/command-line.ts";
import type { Repository } from "../src/core/repository.ts";
import { readingsOf } from "../src/engine/algorithms/eef-stored.ts";
import { parseConfig } from "../src/engine/experiment/config.ts";
import { silent } from "../src/engine/experiment/progress.ts";
import { runExperiment } from "../src/engine/experiment/run.ts";
import { noisy } from "../src/policies/noisy.ts";
import { openSearching } from "../src/store/searching.ts";
import { openSqlite } from "../src/store/sqlite.ts";
import { kindOf } from "../src/students/kinds.ts";
import type { View } from "../src/viewer/view.ts";
import { workshop } from "../src/worlds/workshop/index.ts";
import { temporaryFolder } from "./temporary.ts";

const config = parseConfig(
  "test.yaml",
  `
run: small
environment: { name: workshop }
expert: { scripted: true, errorRate: 0.3 }
student: { width: 16, layers: 1, heads: 2, context: 192 }
training: { steps: 5, batch: 8, learningRate: 0.004 }
methods:
  - { method: rft, samples: 2 }
  - { method: eef, probes: 3, iterations: 2 }
seeds: [1, 2]
`,
);

/** Holds the run "small": BC, RFT×2, and EEF with two iterations, under two seeds. */
export const smallStore = (): Promise<Repository> => smallStoreIn(temporaryFolder());

/** The same in the project folder `project`. */
export async function smallStoreIn(project: string): Promise<Repository> {
  const repository = openSqlite(join(project, "store.sqlite"));
  repository.addRun({ name: "small", kind: "experiment", config: JSON.parse(JSON.stringify(config)) });
  await runExperiment(config, {
    repository,
    benchmark: async (seed) => workshop({ seed, trainTasks: 16, testTasks: 4, lengths: [1, 2] }),
    scriptedExpert: (benchmark, seed) => noisy(benchmark.expert!, { errorRate: 0.3, seed }),
    student: await kindOf(config).open(project, config),
    progress: silent,
  });
  return repository;
}

/** `repository` as the viewer sees it: nothing is under way, and no world says what kinds of action it has. */
export const viewOn = (repository: Repository, rest: Partial<View> = {}): View => ({
  project: "test",
  version: "0.0.0",
  command: commandLine(),
  repository,
  changes: repository.changes,
  progress: () => [],
  readingsOf: (rounds) => readingsOf(repository, rounds),
  rankedWins: rankingIn(repository),
  find: openSearching("", repository).find,
  ...rowsIn({ folder: "", repository }),
  skillOf: () => undefined,
  ...rest,
});
