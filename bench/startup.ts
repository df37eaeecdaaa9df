/**
 * How long the library and the command line take to open, beside `node -e 0` in the same run: from the sources of a clone
 * (whose types are stripped on the way), and as it is published where `npm run build` was run before. A command that reads a
 * store is started by Node, by `npm run` and by `npx`, which take their own time. GLEANER_BEFORE names the folder of another
 * clone, with its packages installed: the same is then measured there.
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
  /** Default: Node. */
  readonly program?: string;
}

interface Took {
  readonly "CPU, ms": number;
  readonly "clock, ms": number;
}

/** A project with one small run. */
const project = join(tmpdir(), `gleaner-bench-startup-${process.pid}`);
const runs = ["runs", "--project", project];

function fillProject(): void {
  const small = ["training.steps=1", "environment.trainTasks=6", "environment.testTasks=2", "methods=[]"];
  const args = ["run", join(ROOT, "examples", "workshop.yaml"), "--project", project, "--set", ...small];
  execFileSync(process.execPath, [gleanerOf(ROOT), ...args], { stdio: "ignore" });
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
    { name: "gleaner runs", args: [gleanerOf(folder), ...runs] },
  ];
}

const FIRST_STARTS: readonly Start[] = [["--version"], ["--help"], runs].map((args) => ({
  name: `gleaner ${args[0]}, no code kept`,
  args: [gleanerOf(ROOT), ...args],
  variables: NOTHING_KEPT,
}));

/** Both look for the project in the folder in which they are started, and that is this clone. */
const BY_NPM: readonly Start[] = [
  { name: "npm run gleaner -- runs", program: "npm", args: ["run", "-s", "gleaner", "--", ...runs] },
  { name: "npx gleaner runs", program: "npx", args: ["gleaner", ...runs] },
];

/** One start. The shell knows what a child took; Node does not. */
function timed({ name, args, variables, program = process.execPath }: Start, cache: string): Took {
  const script = 'TIMEFORMAT="%3U %3S %3R"; time "$@" >/dev/null 2>/dev/null';
  const { status, stderr } = spawnSync("bash", ["-c", script, "bash", program, ...args], {
    cwd: ROOT,
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
    ...BY_NPM,
    ...(before === undefined ? [] : startsOf(before).map((start) => ({ ...start, name: `${start.name}, before` }))),
  ];
  const cache = mkdtempSync(join(tmpdir(), "gleaner-bench-startup-"));
  const took = new Map<string, Took[]>(starts.map(({ name }) => [name, []]));
  try {
    fillProject();
    // The first round fills caches.
    for (let round = 0; round <= ROUNDS; round++) {
      for (const start of starts) {
        const each = timed(start, cache);
        if (round > 0) took.get(start.name)!.push(each);
      }
    }
  } finally {
    for (const folder of [cache, project]) rmSync(folder, { recursive: true, force: true });
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
