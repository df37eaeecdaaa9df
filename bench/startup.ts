/**
 * How long the library and the command line take to open, beside `node -e 0` in the same run: from the sources of a clone
 * (whose types are stripped on the way), and as it is published where `npm run build` was run before. GLEANER_BEFORE names
 * the folder of another clone, with its packages installed: the same is then measured there.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Findings, skipped } from "./parts/result.ts";

const ROUNDS = 9;
const ROOT = join(import.meta.dirname, "..");

interface Start {
  readonly name: string;
  readonly args: readonly string[];
  readonly variables?: NodeJS.ProcessEnv;
}

interface Took {
  readonly "CPU, ms": number;
  readonly "clock, ms": number;
}

const EMPTY = "node -e 0";
const NOTHING_KEPT = { NODE_DISABLE_COMPILE_CACHE: "1" };

const importing = (file: string) => [
  "--disable-warning=ExperimentalWarning",
  "--eval",
  `import(${JSON.stringify(pathToFileURL(file).href)})`,
];

const gleanerOf = (folder: string) => join(folder, "bin", "gleaner.js");
const builtOf = (folder: string) => join(folder, "dist", "index.js");

/** The library without, the commands with what Node keeps of compiled code where gleaner asks for that. */
function startsOf(folder: string): Start[] {
  const library = { name: 'import "gleaner", sources', args: importing(join(folder, "src", "index.ts")) };
  const built = { name: 'import "gleaner", built', args: importing(builtOf(folder)) };
  return [
    { ...library, variables: NOTHING_KEPT },
    ...(existsSync(builtOf(folder)) ? [{ ...built, variables: NOTHING_KEPT }] : []),
    { name: "gleaner --version", args: [gleanerOf(folder), "--version"] },
    { name: "gleaner --help", args: [gleanerOf(folder), "--help"] },
    { name: "gleaner run --help", args: [gleanerOf(folder), "run", "--help"] },
  ];
}

const FIRST_STARTS: readonly Start[] = ["--version", "--help"].map((flag) => ({
  name: `gleaner ${flag}, no code kept`,
  args: [gleanerOf(ROOT), flag],
  variables: NOTHING_KEPT,
}));

/** One start. The shell knows what a child took; Node does not. */
function timed({ name, args, variables }: Start, cache: string): Took {
  const script = 'TIMEFORMAT="%3U %3S %3R"; time "$@" >/dev/null 2>/dev/null';
  const { status, stderr } = spawnSync("bash", ["-c", script, "bash", process.execPath, ...args], {
    encoding: "utf8",
    env: { ...process.env, XDG_CACHE_HOME: cache, ...variables },
  });
  const [user, system, clock] = stderr.trim().split(" ").map(Number);
  if (status !== 0 || clock === undefined) throw new Error(`${name}: ended with ${status} ${stderr}`);
  return { "CPU, ms": 1000 * (user! + system!), "clock, ms": 1000 * clock };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

export async function run(): Promise<Findings> {
  if (spawnSync("bash", ["-c", "true"]).status !== 0) return skipped("needs bash, which tells what a child took");
  const before = process.env.GLEANER_BEFORE;
  const starts = [
    { name: EMPTY, args: ["-e", "0"] },
    ...startsOf(ROOT),
    ...FIRST_STARTS,
    ...(before === undefined ? [] : startsOf(before).map((start) => ({ ...start, name: `${start.name}, before` }))),
  ];
  const cache = mkdtempSync(join(tmpdir(), "gleaner-bench-startup-"));
  const took = new Map<string, Took[]>(starts.map(({ name }) => [name, []]));
  try {
    // The first round fills caches.
    for (let round = 0; round <= ROUNDS; round++) {
      for (const start of starts) {
        const each = timed(start, cache);
        if (round > 0) took.get(start.name)!.push(each);
      }
    }
  } finally {
    rmSync(cache, { recursive: true });
  }
  const medianOf = (name: string, what: keyof Took) => median(took.get(name)!.map((each) => each[what]));
  const ratio = (a: string, b: string) =>
    [`${a} ÷ ${b}, CPU`, medianOf(a, "CPU, ms") / medianOf(b, "CPU, ms")] as const;
  const names = starts.map(({ name }) => name);
  const commit = before && execFileSync("git", ["rev-parse", "HEAD"], { cwd: before, encoding: "utf8" }).trim();
  return {
    settings: { rounds: ROUNDS, of: "medians", ...(commit && { before: commit }) },
    figures: Object.fromEntries(
      names.map((name) => [
        name,
        { "CPU, ms": medianOf(name, "CPU, ms"), "clock, ms": medianOf(name, "clock, ms") } satisfies Took,
      ]),
    ),
    ratios: Object.fromEntries([
      ...names.filter((name) => name !== EMPTY && !name.endsWith(", before")).map((name) => ratio(name, EMPTY)),
      ...names.filter((name) => names.includes(`${name}, before`)).map((name) => ratio(name, `${name}, before`)),
    ]),
  };
}
