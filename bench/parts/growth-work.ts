/**
 * One piece of work on a project of a given size, in a process of its own, with the sources of a given clone:
 *
 *     node growth-work.ts CLONE insert|report|compare|list|import FOLDER SIZE
 *
 * Prints what it took: CPU time and time by the clock of the work alone, and the process's peak of memory. `insert` fills
 * the project that `report`, `compare` and `list` read; `import` makes its log first and is not charged for it.
 */
import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { fillProject } from "./growth-project.ts";
import { measured, type Took } from "./took.ts";

export const WORKS = ["insert", "report", "compare", "list", "import"] as const;
export type Work = (typeof WORKS)[number];

/** Trajectories that a viewer shows at a time. */
const PAGE = 1_000;

type Sources = {
  readonly sqlite: typeof import("../../src/store/sqlite.ts");
  readonly report: typeof import("../../src/analysis/report.ts");
  readonly compare: typeof import("../../src/analysis/compare-runs.ts");
  readonly importing: typeof import("../../src/cli/commands/import.ts");
};

const FILES: Readonly<Record<keyof Sources, string>> = {
  sqlite: "src/store/sqlite.ts",
  report: "src/analysis/report.ts",
  compare: "src/analysis/compare-runs.ts",
  importing: "src/cli/commands/import.ts",
};

async function sourcesOf(clone: string): Promise<Sources> {
  const loaded = Object.entries(FILES).map(async ([name, file]) => [name, await import(join(clone, file))] as const);
  return Object.fromEntries(await Promise.all(loaded)) as unknown as Sources;
}

/** The least that a log can say of an episode, so that time goes into importing and not into reading text. */
function writeLog(file: string, records: number): void {
  const output = openSync(file, "w");
  const RECORDS = 10_000;
  for (let first = 0; first < records; first += RECORDS) {
    const lines = Array.from({ length: Math.min(RECORDS, records - first) }, (_, index) => {
      const task = `workshop/train/front-${1 + ((first + index) % 6)}-${first + index}`;
      return `${JSON.stringify({ task, steps: [{ action: "take saw" }] })}\n`;
    });
    writeSync(output, lines.join(""));
  }
  closeSync(output);
}

async function worked(sources: Sources, work: Work, folder: string, size: number): Promise<Took> {
  const { sqlite, report, compare, importing } = sources;
  const log = join(folder, "log.jsonl");
  if (work === "import") writeLog(log, size);
  const repository = sqlite.openSqlite(join(folder, work === "import" ? "imported.sqlite" : "store.sqlite"));
  const works: Readonly<Record<Work, () => number | Promise<number>>> = {
    insert: () => fillProject(repository, size),
    report: () => {
      const { methods } = report.reportOf(repository, ["first"]);
      if (methods.length < 2) throw new Error(`expected two methods, found ${methods.length}`);
      return size;
    },
    compare: () => {
      const { pairs } = compare.compareRuns(repository, "first", "second");
      if (pairs.length < 2) throw new Error(`expected two pairs, found ${pairs.length}`);
      return size;
    },
    list() {
      let [listed, last] = [0, PAGE];
      for (let after = {}; last === PAGE; ) {
        const page = repository.summariesOf("first", { limit: PAGE, ...after });
        listed += page.length;
        last = page.length;
        after = { after: page.at(-1)?.id };
      }
      return listed;
    },
    async import() {
      const environment = { name: "workshop" };
      const request = { files: [log], format: "gleaner", environment, run: "logs" };
      const { verified } = await importing.importInto({ repository }, request);
      return verified;
    },
  };
  const took = await measured(works[work]);
  repository.close();
  return took;
}

const [clone, work, folder, size] = process.argv.slice(2);
if (clone !== undefined && process.argv[1] === import.meta.filename) {
  const took = await worked(await sourcesOf(clone), work as Work, folder!, Number(size));
  console.log(JSON.stringify(took));
}
