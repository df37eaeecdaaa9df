/**
 * The viewer beside Inspect's on the same episodes, in the same browser and in turn: how long until the list of episodes can be
 * read, and until one of them can, each from its address in a browser that knows nothing yet. One log is a single episode of
 * 100 MB, the other a thousand ordinary ones.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Browser, chromium } from "playwright-core";
import { trajectoryId } from "../../src/core/ids.ts";
import { random } from "../../src/core/random.ts";
import { newTask } from "../../src/core/task.ts";
import { openSqlite } from "../../src/store/sqlite.ts";
import {
  INSPECT_VERSION,
  installInspect,
  type LogEpisode,
  type Serving,
  serveInspect,
  writeInspectLog,
} from "./inspect-view.ts";
import { type Findings, skipped } from "./result.ts";

const BROWSERS = [process.env.GLEANER_CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser"];
const RUN = "logs";
/** Each time is the median of so many. */
const TIMES = 3;
const PATIENCE_MS = 120_000;

interface Log {
  readonly name: string;
  readonly episodes: number;
  readonly steps: number;
  /** Characters of an observation. */
  readonly size: number;
}

const LOGS: readonly Log[] = [
  { name: "one of 100 MB", episodes: 1, steps: 2_000, size: 50_000 },
  { name: "1,000 of 10 kB", episodes: 1_000, steps: 20, size: 500 },
];

/** What stands in the list for an episode, and first in it. */
const goalOf = (index: number) => `Reach goal ${index}.`;
const actionOf = (index: number, step: number) => `act ${index} ${step}`;

function* episodesOf({ name, episodes, steps, size }: Log): Generator<LogEpisode> {
  const draw = random("beside", name);
  const words = Array.from({ length: 4_000 }, (_, index) => `w${(index * 7919).toString(36)}`);
  const text = () => {
    let said = "";
    while (said.length < size) said += `${words[draw.integer(words.length)]!}${draw.next() < 0.1 ? "\n" : " "}`;
    return said;
  };
  for (let index = 0; index < episodes; index++)
    yield {
      id: `bench/train/${index}`,
      goal: goalOf(index),
      won: index % 3 === 2,
      steps: Array.from({ length: steps }, (_, step) => [text(), actionOf(index, step)] as const),
    };
}

/** Stores the episodes as an import would. */
function fillProject(folder: string, log: Log): void {
  const repository = openSqlite(join(folder, "store.sqlite"));
  repository.addRun({ name: RUN, kind: "import", config: {} });
  for (const { id, goal, won, steps } of episodesOf(log)) {
    const key = id.split("/")[2]!;
    const task = newTask({ benchmark: "bench", split: "train", key, category: "one", instruction: goal });
    repository.addTask(task);
    repository.addTrajectory(RUN, {
      id: trajectoryId(`t${key}`),
      taskId: task.id,
      policy: "expert/logged",
      seed: 0,
      fork: null,
      steps: steps.map(([observation, action]) => {
        return { observation, thought: "", action, completion: action, reward: 0, usage: null };
      }),
      finalObservation: "",
      return: Number(won),
      success: won,
      outcome: { kind: "terminated" },
    });
  }
  repository.close();
}

async function serveOurs(folder: string): Promise<Serving> {
  const program = join(import.meta.dirname, "..", "..", "bin", "gleaner.js");
  const child = spawn(process.execPath, [program, "view", "--port", "0", "--project", folder], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [line] = (await Promise.race([once(createInterface(child.stdout), "line"), once(child, "exit")])) as [unknown];
  const url = /http:\S+/.exec(String(line))?.[0];
  if (!url) throw new Error(`gleaner view does not say where it is: ${line}`);
  return { url, close: () => void child.kill() };
}

/** What is opened on a side, and the text that must be seen then. */
interface Place {
  readonly url: string;
  readonly shows: string;
}

interface Side {
  readonly name: string;
  readonly list: Place;
  readonly episode: Place;
}

/** Lost, so that it is the first in both lists: ours begins with what nobody solved. */
const LOOKED_AT = 0;

const ours = (url: string): Side => ({
  name: "gleaner view",
  list: { url: `${url}#/runs/${RUN}/tasks`, shows: `bench/train/${LOOKED_AT}` },
  episode: { url: `${url}#/runs/${RUN}/transcripts/t${LOOKED_AT}`, shows: actionOf(LOOKED_AT, 0) },
});

const inspects = (url: string): Side => {
  const log = `${url}#/tasks/episodes.eval`;
  return {
    name: "inspect view",
    list: { url: log, shows: goalOf(LOOKED_AT) },
    episode: {
      url: `${log}/samples/sample/${encodeURIComponent(`bench/train/${LOOKED_AT}`)}/1/`,
      shows: actionOf(LOOKED_AT, 0),
    },
  };
};

/** Milliseconds from the request for the page until the text can be seen. */
async function timeTo(browser: Browser, { url, shows }: Place): Promise<number> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  try {
    const page = await context.newPage();
    const began = performance.now();
    await page.goto(url, { waitUntil: "commit" });
    await page.getByText(shows, { exact: true }).first().waitFor({ state: "visible", timeout: PATIENCE_MS });
    return performance.now() - began;
  } finally {
    await context.close();
  }
}

const median = (times: readonly number[]) => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)]!;

async function measure(browser: Browser, sides: readonly Side[]): Promise<Findings["figures"]> {
  const taken = sides.map(() => ({ list: [] as number[], episode: [] as number[] }));
  for (let time = 0; time < TIMES; time++)
    for (const [index, side] of sides.entries()) {
      taken[index]!.list.push(await timeTo(browser, side.list));
      taken[index]!.episode.push(await timeTo(browser, side.episode));
    }
  return Object.fromEntries(
    sides.map(({ name }, index) => [
      name,
      { "list, ms": median(taken[index]!.list), "transcript, ms": median(taken[index]!.episode) },
    ]),
  );
}

/** Both viewers on both logs. */
export async function besideInspect(): Promise<Findings> {
  const executablePath = BROWSERS.find((path) => path && existsSync(path));
  if (!executablePath) return skipped("needs Chromium (apt-get install chromium, or GLEANER_CHROMIUM)");
  const python = await installInspect().catch((error: Error) => error);
  if (python instanceof Error) return skipped(`inspect-ai cannot be installed: ${python.message}`);
  const folder = mkdtempSync(join(tmpdir(), "gleaner-beside-"));
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  const figures: Record<string, Findings["figures"][string]> = {};
  const ratios: Record<string, number> = {};
  try {
    for (const log of LOGS) {
      const [own, other] = [mkdtempSync(join(folder, "own-")), join(folder, "other")];
      fillProject(own, log);
      await writeInspectLog(python, other, episodesOf(log));
      const [us, them] = [await serveOurs(own), await serveInspect(python, other)];
      try {
        const found = await measure(browser, [ours(us.url), inspects(them.url)]);
        for (const [side, times] of Object.entries(found)) figures[`${side}, ${log.name}`] = times;
        for (const what of ["list", "transcript"] as const) {
          const [mine, theirs] = ["gleaner view", "inspect view"].map((side) => found[side]![`${what}, ms`]!);
          ratios[`inspect view ÷ gleaner view, ${what}, ${log.name}`] = theirs! / mine!;
        }
      } finally {
        us.close();
        them.close();
      }
    }
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  }
  const settings = { logs: LOGS.map(({ name }) => name).join("; "), "median of": TIMES };
  return { settings, versions: { "inspect-ai": INSPECT_VERSION, chromium: browser.version() }, figures, ratios };
}
