/**
 * A viewer's server on a large project, asked for everything that its page asks for: each resource hundreds of times, over all runs
 * and rounds and over tasks and trajectories drawn at random. The first answers of a round and a run are among them.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";
import { type Random, random } from "../../src/core/random.ts";
import { openSqlite } from "../../src/store/sqlite.ts";
import type { SentMap } from "../../src/viewer/api/expert.ts";
import type { Project } from "../../src/viewer/api/project.ts";
import type { TaskPage, Tasks } from "../../src/viewer/api/tasks.ts";
import type { Row, Transcript } from "../../src/viewer/api/transcript.ts";
import type { Findings } from "./result.ts";
import { fillViewerStore, IMPORT, RUN } from "./viewer-store.ts";

export interface Asked {
  readonly trajectories: number;
  /** Of each resource. */
  readonly requests: number;
}

/** What may be asked for: found with the resources themselves, as a page finds it. */
interface Known {
  readonly project: Project;
  readonly tasks: Readonly<Record<string, Tasks>>;
  /** Ids of one task, by task, as far as they were looked at. */
  readonly pages: readonly TaskPage[];
  readonly map: SentMap;
  readonly transcripts: readonly Transcript[];
  /** Export targets. */
  readonly targets: readonly string[];
}

type Get = <T>(path: string) => Promise<T>;
type Paths = Readonly<Record<string, () => string>>;

const path = (...segments: readonly (string | number)[]) => segments.map(encodeURIComponent).join("/");

async function knownFrom(get: Get): Promise<Known> {
  const project = await get<Project>("project");
  const tasks = {
    [RUN]: await get<Tasks>(path("runs", RUN, "tasks")),
    [IMPORT]: await get<Tasks>(path("runs", IMPORT, "tasks")),
  };
  const { first } = project.runs.find(({ name }) => name === RUN)!;
  const map = await get<SentMap>(path("runs", RUN, "rounds", first, "expert"));
  const pages: TaskPage[] = [];
  for (const { task } of tasks[RUN]!.lines.filter((_, index, all) => index % Math.ceil(all.length / 50) === 0))
    pages.push(await get<TaskPage>(path("runs", RUN, "tasks", task)));
  const transcripts: Transcript[] = [];
  for (const { trajectory } of map.lines.slice(0, 50))
    transcripts.push(await get<Transcript>(path("runs", RUN, "rounds", first, "trajectories", trajectory)));
  const [position] = transcripts.flatMap(({ examples }) => examples);
  const { targets } = await get<Row>(path("runs", RUN, "rounds", first, "rows", position!.position));
  return { project, tasks, pages, map, transcripts, targets };
}

/** A path of each kind, drawn anew each time. */
function pathsOf({ project, tasks, pages, map, transcripts, targets }: Known, draw: Random): Paths {
  const one = <T>(of: readonly T[]): T => of[draw.integer(of.length)]!;
  const { rounds, first } = project.runs.find(({ name }) => name === RUN)!;
  const positions = transcripts.flatMap(({ examples }) => examples);
  const probing = rounds.filter(({ probed }) => probed > 0);
  const anyRun = () => one([RUN, IMPORT]);
  const anyTrajectory = () => one(one(pages).trajectories);
  const inItsRound = (rest: (id: string) => readonly (string | number)[]) => {
    const { id, round } = anyTrajectory();
    return path("runs", RUN, "rounds", (round ?? one(rounds)).key, ...rest(id));
  };
  const row = () => path("runs", RUN, "rounds", first, "rows", one(positions).position);
  return {
    project: () => path("project"),
    overview: () => path("runs", anyRun(), "overview"),
    leakage: () => path("runs", anyRun(), "leakage"),
    tasks: () => path("runs", anyRun(), "tasks"),
    "a task": () => path("runs", RUN, "tasks", one(tasks[RUN]!.lines).task),
    "expert's runs": () => path("runs", RUN, "rounds", one(rounds).key, "expert"),
    trunk: () => path("runs", RUN, "rounds", one(probing).key, "trunk", one(map.lines).trajectory),
    transcript: () => inItsRound((id) => ["trajectories", id]),
    decision: () => inItsRound((id) => ["decisions", id, draw.integer(8)]),
    "training row": row,
    "a target of a row": () => `${row()}/targets/${one(targets)}`,
    diff: () => {
      const { trajectories } = one(pages);
      return path("diff", [one(trajectories.slice(0, 5)).id, one(trajectories.slice(5)).id].join(","));
    },
    flips: () => {
      const [a, b] = [one(rounds), one(rounds)];
      return path("flips", RUN, a.key, RUN, b.key);
    },
    text: () => path("texts", one(transcripts).head.id, draw.integer(8), "observation"),
    search: () => `${path("runs", RUN, "search")}?q=${encodeURIComponent(`number ${draw.integer(1000)} on`)}`,
  };
}

interface Serving {
  readonly url: string;
  readonly pid: number;
  close(): void;
}

async function serve(folder: string): Promise<Serving> {
  const program = join(import.meta.dirname, "..", "..", "bin", "gleaner.js");
  const child = spawn(process.execPath, [program, "view", "--port", "0", "--project", folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await Promise.race([once(createInterface(child.stdout), "line"), once(child, "exit")])) as [unknown];
  const url = /http:\S+/.exec(String(line))?.[0];
  if (!url) throw new Error(`gleaner view does not say where it is: ${line}`);
  return { url, pid: child.pid!, close: () => void child.kill() };
}

/** The most that was resident so far, and what is now; null where the system does not say. */
function memoryOf(pid: number): Record<string, number | null> {
  const file = `/proc/${pid}/status`;
  const status = existsSync(file) ? readFileSync(file, "utf8") : "";
  const megabytes = (name: string) => {
    const found = new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1];
    return found === undefined ? null : Number(found) / 1024;
  };
  return { "peak, MB": megabytes("VmHWM"), "at the end, MB": megabytes("VmRSS") };
}

function figuresOf(times: readonly number[]): Record<string, number> {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
  return { "p50, ms": at(0.5), "p95, ms": at(0.95), "max, ms": sorted.at(-1)! };
}

const BROWSERS = [process.env.GLEANER_CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser"];
const PAINTS = 5;

/** Milliseconds until a browser that knows nothing yet shows something, and until it shows the overview's headline. */
async function paints(url: string): Promise<Record<string, number | null>> {
  const executablePath = BROWSERS.find((each) => each && existsSync(each));
  if (!executablePath) return { "first paint, ms": null, "headline, ms": null };
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  const [first, headline]: [number[], number[]] = [[], []];
  try {
    for (let time = 0; time < PAINTS; time++) {
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
      const page = await context.newPage();
      const began = performance.now();
      await page.goto(`${url}#/runs/${RUN}`, { waitUntil: "commit" });
      await page.locator("#headline").waitFor();
      headline.push(performance.now() - began);
      first.push(
        await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? Number.NaN),
      );
      await context.close();
    }
  } finally {
    await browser.close();
  }
  const median = (of: readonly number[]) => of.toSorted((a, b) => a - b)[Math.floor(of.length / 2)]!;
  return { "first paint, ms": median(first), "headline, ms": median(headline) };
}

export async function askEverything({ trajectories, requests }: Asked): Promise<Findings> {
  const folder = mkdtempSync(join(tmpdir(), "gleaner-bench-viewer-"));
  try {
    const repository = openSqlite(join(folder, "store.sqlite"));
    const filled = fillViewerStore(repository, trajectories);
    repository.close();
    return await askProject(folder, requests, { trajectories: filled.trajectories, steps: filled.steps });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** On the project in `folder`. */
export async function askProject(folder: string, requests: number, settings: Findings["settings"]): Promise<Findings> {
  const figures: Record<string, Readonly<Record<string, number | null>>> = {};
  const began = performance.now();
  const server = await serve(folder);
  try {
    const started = performance.now() - began;
    const answered = async (asked: string) => {
      const response = await fetch(`${server.url}api/${asked}`);
      const text = await response.text();
      if (!response.ok) throw new Error(`${asked}: ${response.status} ${text}`);
      return text;
    };
    // Every first answer counts: those that only find what may be asked for are asked of another server.
    const finding = await serve(folder);
    const known = await knownFrom(async (asked) => {
      const response = await fetch(`${finding.url}api/${asked}`);
      return JSON.parse(await response.text());
    }).finally(finding.close);
    const paths = pathsOf(known, random("viewer", "asked"));
    for (const [name, draw] of Object.entries(paths)) {
      const times: number[] = [];
      let bytes = 0;
      for (let request = 0; request < requests; request++) {
        const next = draw();
        const since = performance.now();
        bytes += (await answered(next)).length;
        times.push(performance.now() - since);
      }
      figures[name] = { "first, ms": times[0]!, ...figuresOf(times), "size, MB": bytes / requests / 1e6 };
      console.error(
        `${name}: ${Object.entries(figures[name])
          .map(([what, value]) => `${what} ${value?.toFixed(2)}`)
          .join("; ")}`,
      );
    }
    figures["the page"] = { "server's start, ms": started, ...(await paints(server.url)) };
    figures["the server"] = memoryOf(server.pid);
    return { settings: { ...settings, "requests of each": requests }, figures, ratios: {} };
  } finally {
    server.close();
  }
}
