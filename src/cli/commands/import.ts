/** `gleaner import`: logs of another agent become expert trajectories that were replayed and verified. */
import type { Command } from "commander";
import { CliError, inputOf } from "../../core/errors.ts";
import type { Repository } from "../../core/repository.ts";
import { expectedOneOf, quoted } from "../../core/wording.ts";
import type { Phase } from "../../engine/experiment/progress.ts";
import { replayer } from "../../engine/rollout/replay.ts";
import { logFiles } from "../../files/inputs.ts";
import { SPELLINGS } from "../../importers/chat.ts";
import { importLogs } from "../../importers/import.ts";
import type { LogReader } from "../../importers/reader.ts";
import { recognise } from "../../importers/readers/recognise.ts";
import {
  CHAT_FORMATS,
  PATH_FORMATS,
  READERS,
  type ReaderOptions,
  readersFor,
} from "../../importers/readers/registry.ts";
import type { Place } from "../../importers/reasons.ts";
import type { Paths } from "../../importers/row.ts";
import { parseStepFields, type StepFields } from "../../importers/step-fields.ts";
import { CLAIMS, type ImportSummary } from "../../importers/summary.ts";
import { openTemporary } from "../../store/sqlite.ts";
import { type EnvironmentSpec, openBenchmark, withoutPaths } from "../../worlds/open.ts";
import { keepWorld } from "../../worlds/places.ts";
import { differenceLines } from "../differences.ts";
import { type EnvironmentFlags, environmentOptions, environmentSpec } from "../environment-flags.ts";
import { EXIT } from "../failure.ts";
import { runName } from "../flags.ts";
import { outsideTraining } from "../held-out.ts";
import { endingHint, keptText, loggedTables } from "../logged-summary.ts";
import { type PathFlags, pathOptions, pathsOf, withRecords } from "../path-flags.ts";
import { openProgress } from "../progress.ts";
import { openProject, type Project, projectOption } from "../project.ts";
import { readingShown } from "../reading-progress.ts";
import { alone, type WaitFlags, waitOption } from "../run-lock.ts";
import { keepHeapSmall } from "../small-heap.ts";
import { table } from "../table.ts";
import { print, printable, printJson, tell } from "../terminal.ts";

/** At most this many problems of each kind are printed; `--json` lists more (`MOST_LISTED`). */
const SHOWN = 5;

interface ImportFlags extends EnvironmentFlags, PathFlags, WaitFlags {
  readonly project: string;
  readonly format?: string;
  readonly env?: string;
  readonly out?: string;
  readonly dryRun?: boolean;
  readonly expert?: string;
  readonly spelling?: string;
  readonly actsWith?: readonly string[];
  readonly stepFields?: string;
  readonly json?: boolean;
}

export function register(command: Command): void {
  pathOptions(waitOption(projectOption(environmentOptions(command, "gleaner import --env webshop --help"))))
    .argument(
      "<logs...>",
      "files of logs (JSON, JSON Lines, also .gz and .zst; Inspect's .eval), folders, quoted patterns",
    )
    .option(
      "--format <format>",
      `format of the logs: auto (recognised), ${Object.keys(READERS).join(", ")} (default: auto)`,
    )
    .option(
      "--env <environment>",
      "a name from `gleaner env`, the path of a module, or none to keep logs as they are (needed)",
    )
    .option("--out <run>", "run to import into (needed without --dry-run)")
    .option("--dry-run", "read and replay everything, store nothing, and say why some records cannot be used")
    .option("--expert <name>", "name of whoever acted in the logs (default: each file's name)")
    .option(
      "--spelling <format>",
      `chats: how the agent's turns are written: ${SPELLINGS.join(", ")} (default: recognised)`,
    )
    .option(
      "--acts-with <tools...>",
      "chats of calls: the tools whose calls reach the world; calls of others count as remarks (default: by evidence)",
    )
    .option(
      "--step-fields <pairs>",
      "gleaner: your names for the members of a record and its steps, e.g. action=action_taken,observation=next_observation",
    )
    .option("--json", "print the whole summary as JSON")
    .action(importCommand);
}

async function importCommand(inputs: readonly string[], flags: ImportFlags): Promise<void> {
  const { format, out, expert, spelling, actsWith, stepFields, dryRun = false } = flags;
  if (flags.env === undefined) {
    throw new CliError(
      "--env: expected the world of the logs (`gleaner env` lists them), or none, which keeps them as they are",
    );
  }
  if (out === undefined && !dryRun) throw new CliError("--out: expected the run to import into, or --dry-run");
  const environment = environmentSpec("--env", flags.env, flags);
  const optional = {
    ...(format && format !== "auto" && { format }),
    ...(expert && { expert }),
    ...(spelling && { spelling }),
    ...(actsWith && { actsWith }),
    ...(flags.records !== undefined && { records: flags.records }),
    ...(stepFields !== undefined && {
      stepFields: await inputOf("--step-fields", async () => parseStepFields(stepFields)),
    }),
    paths: pathsOf(flags),
  };
  keepHeapSmall();
  const { files, expanded } = await logFiles(inputs);
  for (const { input, count } of expanded)
    tell(`${printable(input)}: ${count} ${count === 1 ? "file" : "files"} of logs`);
  const request = { files, environment, run: out ?? "dry-run", ...optional };
  const project = dryRun ? forgotten() : openProject(flags);
  try {
    const work = () => importInto(project, request);
    const { wait } = flags;
    const summary =
      project.folder === null
        ? await work()
        : await alone(project, { run: runName(request.run), command: "import", wait }, work);
    const isKept = project.repository.run(request.run) !== undefined;
    if (project.folder !== null && isKept) keepWorld(project.folder, request.run, environment);
    const isOfUse = summary.verified + summary.unreplayable.episodes > 0;
    if (!isOfUse) process.exitCode = EXIT.broke;
    if (flags.json) printJson(summary);
    else print(summaryText(summary, dryRun, environment));
  } finally {
    project.close();
  }
}

/** A store that is forgotten. */
function forgotten(): { readonly folder: null; readonly repository: Repository; close(): void } {
  const repository = openTemporary();
  return { folder: null, repository, close: () => repository.close() };
}

export interface ImportRequest {
  readonly files: readonly string[];
  /** One of READERS; absent: it is recognised. */
  readonly format?: string;
  readonly environment: EnvironmentSpec;
  readonly run: string;
  readonly expert?: string;
  /** Of chats: one of SPELLINGS. */
  readonly spelling?: string;
  /** Of chats of calls: the names of the world's tools. */
  readonly actsWith?: readonly string[];
  /** Where files have their list of records. Absent: it is recognised. */
  readonly records?: string;
  /** Where records have their parts. */
  readonly paths?: Paths;
  /** Of lists of steps: other names than gleaner's. */
  readonly stepFields?: StepFields;
}

/** Where an import goes. `folder`: the project's, whose lock on the run is held; without it nobody else sees the import. */
interface Into extends Pick<Project, "repository"> {
  readonly folder?: string | null;
}

/** Imports logs into a run of `project`. Throws CliError. */
export async function importInto({ repository, folder = null }: Into, request: ImportRequest): Promise<ImportSummary> {
  const { files, environment, expert } = request;
  if (request.format !== undefined && !Object.hasOwn(READERS, request.format)) {
    throw new CliError(`--format: ${expectedOneOf(["auto", ...Object.keys(READERS)], request.format)}`);
  }
  if (expert !== undefined && !/^[\w.-]+$/.test(expert)) {
    throw new CliError(`--expert ${quoted(expert)}: expected letters, digits, dots, dashes and underscores`);
  }
  expectTogether(request);
  const benchmark = await openBenchmark(environment);
  const reading = { benchmark, ...chatOptions(request) };
  const recognised =
    request.format === undefined ? await recognisedShown(files, readersOf(reading, request)) : undefined;
  // Of files without records any format says so.
  const format = request.format ?? recognised?.format ?? "messages";
  if (recognised) tell(`format of the logs: ${format} (recognised: ${recognised.because}; --format names another)`);
  expectTaken(format, request);
  const reader = withRecords(READERS[format]!(reading), request.records);
  const { replay, close } = replayer(benchmark, { normalize: reader.normalize, rewards: false });
  const progress = openProgress(folder === null ? undefined : { folder, run: request.run });
  let phase: Phase | undefined;
  try {
    return await readingShown(progress, "look through the logs", files, (end) =>
      importLogs({
        run: runName(request.run),
        reader,
        files,
        benchmark,
        environment: JSON.parse(JSON.stringify(withoutPaths(environment))),
        repository,
        replay,
        ...(expert && { expert }),
        onProgress(done, total) {
          // From here on records tell how far it is.
          end();
          phase ??= progress.phase("import", total, "records");
          phase.advance(done);
        },
      }),
    );
  } finally {
    phase?.end();
    progress.stop();
    await close();
  }
}

/** `recognise`, which may go through files to their end, with progress. */
async function recognisedShown(...[files, readers]: Parameters<typeof recognise>): ReturnType<typeof recognise> {
  const progress = openProgress();
  try {
    return await readingShown(progress, "recognise the format", files, () => recognise(files, readers));
  } finally {
    progress.stop();
  }
}

/** A reader for each format that the logs may have, told in which list of a file its records are. */
const readersOf = (reading: ReaderOptions, { records }: ImportRequest): Readonly<Record<string, LogReader>> =>
  Object.fromEntries(Object.entries(readersFor(reading)).map(([name, reader]) => [name, withRecords(reader, records)]));

/** What the flags say of chats. Throws CliError. */
function chatOptions({
  environment,
  spelling,
  actsWith,
  stepFields,
  paths = {},
}: ImportRequest): Omit<ReaderOptions, "benchmark"> {
  const known = SPELLINGS.find((name) => name === spelling);
  if (spelling !== undefined && !known) {
    throw new CliError(`--spelling: ${expectedOneOf(SPELLINGS, spelling)}`);
  }
  const ended = environment.ended as ReaderOptions["ended"];
  return {
    ...(known && { spelling: known }),
    ...(actsWith && { actsWith }),
    ...(ended && { ended }),
    ...(stepFields && { stepFields }),
    paths,
  };
}

/** The flags that not every format has a place for, of those that were given, and the formats that have one. */
function limitingFlags({ environment, spelling, actsWith, stepFields, paths = {} }: ImportRequest) {
  const flags = [
    { flag: "--env none", value: environment.name === "none" ? "none" : undefined, formats: CHAT_FORMATS },
    { flag: "--spelling", value: spelling, formats: CHAT_FORMATS },
    { flag: "--acts-with", value: actsWith, formats: CHAT_FORMATS },
    { flag: "--step-fields", value: stepFields, formats: ["gleaner"] },
    ...(["messages", "reward", "success", "task"] as const).map((part) => ({
      ...{ flag: `--${part}`, value: paths[part], formats: PATH_FORMATS[part] },
    })),
  ];
  return flags.filter(({ value }) => value !== undefined);
}

/** Some formats have no place for some flags, and some flags no format in common. Throws CliError. */
function expectTogether(request: ImportRequest): void {
  const { environment, spelling, actsWith } = request;
  for (const [flag, value] of Object.entries({ "--spelling": spelling, "--acts-with": actsWith })) {
    if (value === undefined || environment.name !== "none") continue;
    throw new CliError(`${flag}: not with --env none, which keeps every turn and call as it was logged`);
  }
  const given = limitingFlags(request);
  if (Object.keys(READERS).some((format) => given.every(({ formats }) => formats.includes(format)))) return;
  const each = given.map(({ flag, formats }) => `${flag} is for ${formats.join(", ")}`);
  throw new CliError(`no format of logs takes these flags together: ${each.join("; ")}`);
}

function expectTaken(format: string, request: ImportRequest): void {
  for (const { flag, formats } of limitingFlags(request)) {
    if (formats.includes(format)) continue;
    throw new CliError(`${flag}: not for --format ${format}, expected one of ${formats.join(", ")}`);
  }
}

function summaryText(summary: ImportSummary, isDryRun: boolean, environment: EnvironmentSpec): string {
  // Nothing was replayed then: the logs are kept as they are.
  const isLogged = environment.name === "none";
  const { run, totals, malformed, unknownTasks, diverged, broken, disagreements, verified, unreplayable } = summary;
  const found = isLogged ? keptText(summary) : `${verified} verified ${verified === 1 ? "trajectory" : "trajectories"}`;
  const kept = unreplayable.episodes > 0 && !isLogged ? ` and ${unreplayable.episodes} that cannot be replayed` : "";
  return [
    ...(isLogged ? loggedTables(summary) : [countsTable(summary), claimsTable(summary)]),
    ...listed("no records", summary.empty.length, summary.empty, (file) => [printable(file)]),
    // A dry run groups these by their reasons, below.
    ...listed("not understood", totals.malformed, isDryRun ? [] : malformed, (each) => [
      printable(`${at(each)}: ${each.problem}`),
    ]),
    ...listed("left out", totals.unknownTasks, isDryRun ? [] : unknownTasks, (each) => [
      printable(`${at(each)}, task ${each.task}: ${each.problem}`),
    ]),
    ...listed("diverged", totals.diverged, diverged, (each) => [
      printable(`${at(each)}, ${differenceLines(each)[0]}`),
      ...differenceLines(each).slice(1),
      ...(each.advice ? [`  ${printable(each.advice)}`] : []),
    ]),
    ...listed("the world broke", totals.broken, isDryRun ? [] : broken, (each) => [
      printable(`${at(each)}: ${each.error}`),
    ]),
    ...listed("the log disagrees with the world", totals.disagreements, disagreements, (each) => [
      `${printable(at(each))}: ${each.claimed} in the log, ${each.world} in the world`,
    ]),
    ...(isLogged ? [] : unreplayableLines(summary)),
    ...outsideTraining(summary.splits),
    ...(isDryRun ? reasonLines(summary) : []),
    ...(isLogged ? endingHint(summary, environment.ended) : []),
    isDryRun
      ? `dry run, nothing is stored: ${found}${kept}`
      : `run ${run}: ${found}${kept}, ${summary.added} stored now`,
  ].join("\n");
}

/** Each reason with its count and first places. */
function reasonLines({ lines, reasons }: ImportSummary): string[] {
  if (lines === 0) return [];
  if (reasons.length === 0) return ["every record can be used"];
  return [
    "why not:",
    ...reasons.flatMap(({ fate, reason, count, places }) => [
      `  ${fate}, ${count}: ${printable(reason)}`,
      `    ${printable(places.map(at).join(", "))}${count > places.length ? " …" : ""}`,
    ]),
  ];
}

const at = ({ file, line, record }: Place) => `${file}:${line}${record === undefined ? "" : ` (record ${record})`}`;

function unreplayableLines({ unreplayable: { episodes, won, reasons } }: ImportSummary): string[] {
  if (episodes === 0) return [];
  return [
    `not replayed, kept for statistics and imitation only: ${episodes}, of which the log says ${won} were won`,
    ...Object.entries(reasons).map(([reason, count]) => `  ${count}: ${printable(reason)}`),
  ];
}

function countsTable(summary: ImportSummary): string {
  return table(
    [],
    [
      ["records", summary.lines],
      ["episodes understood", summary.episodes],
      ["  replayed with the same answers", summary.verified],
      ...(summary.cut.episodes > 0
        ? [
            ["  of these, logs that go on behind the world's end, kept up to it", summary.cut.episodes],
            ["    actions behind the end, left out", summary.cut.actions],
          ]
        : []),
      ["  diverged", summary.totals.diverged],
      ["  kept without a replay", summary.unreplayable.episodes],
      ["  left out: not replayable, nothing to keep", summary.totals.unknownTasks],
      ["  not replayed: the world broke", summary.totals.broken],
      ["not understood", summary.totals.malformed],
      ...(summary.untold > 0 ? [["observations missing in the log, taken from the world", summary.untold]] : []),
      ["actions", summary.steps],
      ["  with a thought before them", summary.stepsWithThought],
      ["thoughts after the last action, not used", summary.unusedThoughts],
      ...Object.entries(summary.leftOut).map(([kind, count]) => [`left out: ${printable(kind)}`, count] as const),
    ],
  );
}

function claimsTable({ claims }: ImportSummary): string {
  const rows = CLAIMS.map((claim) => ({ claim, ...claims[claim] })).filter(({ episodes }) => episodes > 0);
  return table(
    ["the log says", "episodes", "won in the world", "not won", "not confirmed"],
    rows.map(({ claim, episodes, won, notWon }) => [claim, episodes, won, notWon, episodes - won - notWon]),
  );
}

/** A heading and the first of `items`, or nothing if there are none. `total`: of all, listed or not. */
function listed<T>(title: string, total: number, items: readonly T[], lines: (item: T) => readonly string[]): string[] {
  if (items.length === 0) return [];
  const more = total > SHOWN ? [`  … and ${total - SHOWN} more (--json lists ${moreOf(items.length, total)})`] : [];
  return [`${title}:`, ...items.slice(0, SHOWN).flatMap((item) => lines(item).map((line) => `  ${line}`)), ...more];
}

const moreOf = (listed: number, total: number) => (listed === total ? "all" : `the first ${listed}`);
