/**
 * The viewer as a folder that opens from a disk without a server: the page, and everything that it may ask for of the runs that are
 * shown. What is asked for is found as a reader would find it, from the project down, so nothing is written that no view leads to.
 * Left out, since there are too many or the page does it itself: trajectories side by side (`diff/…`) and search.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { breathe } from "../core/breath.ts";
import { makeFolder, writing } from "../core/disk.ts";
import { CliError, StoreError } from "../core/errors.ts";
import { listing, quoted } from "../core/wording.ts";
import type { SentMap, Trunk } from "./api/expert.ts";
import { scriptOf } from "./api/exported.ts";
import type { Project, RunLine } from "./api/project.ts";
import type { RoundKey, RoundLine, Text } from "./api/shared.ts";
import type { TaskPage, Tasks } from "./api/tasks.ts";
import type { Row, Transcript } from "./api/transcript.ts";
import { requestOf, resourceOf } from "./resources.ts";
import type { View } from "./view.ts";

/** A folder of more files is a burden to every system that it is sent to. */
export const MOST_TRAJECTORIES = 20_000;
/** A browser holds a script as a text, and this text's JSON, several times over. */
const MOST_BYTES_AT_ONCE = 64 * 2 ** 20;

/** As the server's, but it may not connect to anything. Firefox wants `file:` named. */
const POLICY =
  "default-src 'none'; script-src 'self' file:; style-src 'self' file:; img-src 'self' file:; base-uri 'none'; form-action 'none'";

export interface ExportOptions {
  readonly view: View;
  /** The folder with the built page. */
  readonly page: string;
  /** An empty folder, in which everything is written. */
  readonly folder: string;
  /** Only these tasks' trajectories are told turn by turn: ids, or endings of ids behind a `/`; none: all. */
  readonly tasks?: readonly string[];
  /** When it is made. */
  readonly at: Date;
  /** Hears how many of a run's trajectories that are told are done; run by run. */
  onProgress(progress: { readonly run: string; readonly done: number; readonly total: number }): void;
}

export interface Exported {
  readonly files: number;
  readonly bytes: number;
}

/** Throws CliError where it would hold more than a browser opens, and StoreError where the disk refuses. */
export async function exportView(options: ExportOptions): Promise<Exported> {
  const { view, page, folder, tasks = [], at, onProgress } = options;
  const { runs, ...project } = resource<Project>(view, ["project"])!;
  const asked = tasks.length > 0 ? tasksNamed(view, runs, tasks) : null;
  if (!asked) for (const { name, trajectories } of runs) expectFew(name, trajectories);
  const output = outputIn(folder);
  const get = <T>(...segments: Segments): T | null => {
    const found = resource<T>(view, segments);
    if (found !== null) output.add(pathOf(segments), found);
    return found;
  };
  const getLater = async (...segments: Segments): Promise<void> => {
    const found = await resource<Promise<unknown>>(view, segments);
    if (found !== null) output.add(pathOf(segments), found);
  };

  for (const name of readdirSync(page))
    output.write(name, name === "index.html" ? exportedPage(page) : fileOf(page, name));
  const shown: Project = { ...project, runs: runs.map(notUnderWay), exported: at.toISOString() };
  output.add("project", shown);
  for (const a of runs) for (const b of runs) for (const pair of pairsOf(a, b)) get("flips", ...pair);

  output.flush();
  for (const run of runs) {
    const asking: Asking = { run, tasks: asked, get, getLater, flush: output.flush };
    const rows = new Map<RoundKey, Set<number>>();
    const places = await placesIn(asking);
    let done = 0;
    for (const [id, keys] of places) {
      for (const key of keys) {
        const { examples = [] } = exportTranscript(asking, key, id) ?? {};
        rows.set(
          key,
          examples.reduce((all, { position }) => all.add(position), rows.get(key) ?? new Set<number>()),
        );
      }
      output.flush();
      onProgress({ run: run.name, done: ++done, total: places.size });
      await breathe();
    }
    await exportRows(asking, rows);
  }
  return output.size();
}

type Segments = readonly (string | number)[];
/** What a path holds, which from then on is part of the export. */
type Get = <T>(...segments: Segments) => T | null;

interface Asking {
  readonly run: RunLine;
  /** Whose trajectories are told; null: all. */
  readonly tasks: ReadonlySet<string> | null;
  readonly get: Get;
  /** The same for what takes its time. */
  getLater(...segments: Segments): Promise<void>;
  /** Writes what was asked for. What shares a script must be asked for before. */
  flush(): void;
}

const pathOf = (segments: Segments) => segments.map(encodeURIComponent).join("/");

const resource = <T>(view: View, segments: Segments) => resourceOf(view, requestOf(pathOf(segments))) as T | null;

function expectFew(run: string, trajectories: number): void {
  if (trajectories <= MOST_TRAJECTORIES) return;
  throw new CliError(
    `run "${run}" has ${trajectories} trajectories, and an exported folder holds at most ${MOST_TRAJECTORIES} of a run: ` +
      "name the tasks that matter with --task, or other runs; a served page (`gleaner view`) has no such limit",
  );
}

/** Throws CliError for a name that no task of the runs has. */
function tasksNamed(view: View, runs: readonly RunLine[], names: readonly string[]): ReadonlySet<string> {
  const ids = runs.flatMap(({ name }) => resource<Tasks>(view, ["runs", name, "tasks"])?.lines ?? []);
  const found = names.map((name) => {
    const fitting = ids.filter(({ task }) => task === name || task.endsWith(`/${name}`));
    if (fitting.length === 0)
      throw new CliError(
        `--task ${quoted(name)}: expected a task's id, or its ending, of ${listing(runs.map((run) => run.name))}`,
      );
    return fitting.map(({ task }) => task);
  });
  return new Set(found.flat());
}

const notUnderWay = (run: RunLine): RunLine => ({ ...run, progress: null });

/** Rounds that are worth a comparison: iterations of one method, and methods and runs at their last iterations. */
function pairsOf(a: RunLine, b: RunLine): (readonly [string, RoundKey, string, RoundKey])[] {
  const pairs = a.rounds.flatMap((one) => b.rounds.map((other) => [one, other] as const));
  const isWorthIt = (one: RoundLine, other: RoundLine) =>
    one.evaluated > 0 &&
    other.evaluated > 0 &&
    one.seed === other.seed &&
    ((a === b && one.row === other.row) || (isLast(a, one) && isLast(b, other)));
  return pairs
    .filter(([one, other]) => isWorthIt(one, other) && !(a === b && one === other))
    .map(([one, other]) => [a.name, one.key, b.name, other.key] as const);
}

const isLast = ({ rounds }: RunLine, { row, seed, iteration }: RoundLine) =>
  !rounds.some((each) => each.row === row && each.seed === seed && each.iteration > iteration);

/** Exports what a run shows, its transcripts aside. Which trajectories these are of, and in which rounds each is looked at. */
async function placesIn({
  run,
  tasks,
  get,
  getLater,
  flush,
}: Asking): Promise<ReadonlyMap<string, ReadonlySet<RoundKey>>> {
  const { name, first, rounds } = run;
  const places = new Map<string, Set<RoundKey>>();
  const isTold = (task: string) => tasks?.has(task) ?? true;
  const look = (id: string, key: RoundKey) => {
    const keys = places.get(id) ?? new Set();
    places.set(id, keys.add(key));
  };
  get("runs", name, "overview");
  await getLater("runs", name, "leakage");
  for (const key of rounds.length > 0 ? rounds.map((round) => round.key) : [first]) {
    const map = get<SentMap>("runs", name, "rounds", key, "expert");
    for (const { trajectory, task } of map?.lines ?? []) if (isTold(task)) look(trajectory, key);
  }
  flush();
  for (const [id, keys] of [...places]) {
    for (const key of [...keys]) {
      const trunk = get<Trunk>("runs", name, "rounds", key, "trunk", id);
      for (const { branches } of trunk?.states ?? []) for (const { trajectory } of branches) look(trajectory, key);
    }
    flush();
    await breathe();
  }
  for (const { task } of get<Tasks>("runs", name, "tasks")?.lines ?? []) {
    if (!isTold(task)) continue;
    const found = get<TaskPage>("runs", name, "tasks", task);
    if (found) wholeText(found.instruction, get, task, "task", "instruction");
    for (const { id, round } of found?.trajectories ?? []) look(id, round?.key ?? first);
    flush();
    await breathe();
  }
  return places;
}

/** A transcript, the rule behind each of its turns, and its long texts. */
function exportTranscript({ run: { name }, get }: Asking, key: RoundKey, id: string): Transcript | null {
  const transcript = get<Transcript>("runs", name, "rounds", key, "trajectories", id);
  if (!transcript) return null;
  for (const { index, observation, thought, action } of transcript.steps) {
    get("runs", name, "rounds", key, "decisions", id, index);
    for (const [part, text] of Object.entries({ observation, thought, action })) wholeText(text, get, id, index, part);
  }
  wholeText(transcript.finalObservation, get, id, "final", "observation");
  return transcript;
}

/** By their position, so that those of one script come together. */
async function exportRows(
  { run: { name }, get, getLater, flush }: Asking,
  rows: ReadonlyMap<RoundKey, ReadonlySet<number>>,
) {
  for (const [key, positions] of rows) {
    let script = "";
    for (const position of [...positions].sort((a, b) => a - b)) {
      const next = scriptOf(pathOf(["runs", name, "rounds", key, "rows", position]));
      if (next !== script) flush();
      script = next;
      const row = ["runs", name, "rounds", key, "rows", position];
      for (const target of get<Row>(...row)?.targets ?? []) await getLater(...row, "targets", target);
      await breathe();
    }
    flush();
  }
}

/** The whole of a text of which the page has the beginning only. */
function wholeText({ text, length }: Text, get: Get, ...place: Segments): void {
  if (text.length < length) get("texts", ...place);
}

const fileOf = (page: string, name: string) => readFileSync(join(page, name));

/** The page, told that it is in an exported folder and what it may load. */
function exportedPage(page: string): string {
  const html = readFileSync(join(page, "index.html"), "utf8");
  const policy = `<meta http-equiv="Content-Security-Policy" content="${POLICY}" />`;
  const told = html.replace(/<html\b/, "<html data-exported").replace(/<head>/, `<head>\n    ${policy}`);
  if (!told.includes("<html data-exported") || !told.includes(policy))
    throw new StoreError(`${join(page, "index.html")}: expected the viewer's page; build it anew`);
  return told;
}

interface Output {
  /** Holds a resource back until `flush`. The same path twice is the same resource. */
  add(path: string, found: unknown): void;
  /** Writes the scripts of what was added. */
  flush(): void;
  write(name: string, content: string | Uint8Array): void;
  size(): Exported;
}

function outputIn(folder: string): Output {
  const written = new Map<string, number>();
  const waiting = new Map<string, Map<string, unknown>>();
  const write = (name: string, content: string | Uint8Array) => {
    const path = join(folder, name);
    writing(path, () => {
      makeFolder(dirname(path));
      writeFileSync(path, content);
    });
    written.set(name, Buffer.byteLength(content));
  };
  return {
    write,
    add(path, found) {
      const script = scriptOf(path);
      const held = waiting.get(script) ?? new Map();
      waiting.set(script, held.set(path, found));
    },
    flush() {
      for (const [script, held] of waiting) write(join("data", script), scriptText(script, held));
      waiting.clear();
    },
    size: () => ({ files: written.size, bytes: [...written.values()].reduce((sum, bytes) => sum + bytes, 0) }),
  };
}

/** Only letters, digits and `+/=._-` stand between the quotes. */
function scriptText(script: string, held: ReadonlyMap<string, unknown>): string {
  const json = JSON.stringify([...held]);
  const packed = gzipSync(json);
  if (packed.length > MOST_BYTES_AT_ONCE || json.length > 8 * MOST_BYTES_AT_ONCE)
    throw new CliError(`${script}: ${json.length} characters are more than a browser opens at once; name fewer runs`);
  return `gleanerData("${script}", "${packed.toString("base64")}");\n`;
}
