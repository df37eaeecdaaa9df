/**
 * `gleaner gc`: frees the room of what no run names. Without --yes it only says what that is. Folders go first, then what the
 * store says of them, so that a kill leaves nothing that is named and not there.
 */
import type { Command } from "commander";
import type { Unnamed } from "../../core/repository.ts";
import { type Clearable, clear, clearableIn } from "../clearing.ts";
import { openProject, type Project, projectOption, readProject } from "../project.ts";
import { withNobodyAtWork } from "../run-lock.ts";
import { print, printable, printJson } from "../terminal.ts";

interface GcFlags {
  readonly project: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

export function register(command: Command): void {
  projectOption(command)
    .option("--yes", "remove it (without this it is only listed)")
    .option("--json", "print JSON")
    .action((flags: GcFlags) => (flags.yes ? collect(flags) : look(flags)));
}

function look(flags: GcFlags): void {
  const project = readProject(flags);
  try {
    const found = foundIn(project);
    if (flags.json) printJson(summaryOf(found, false));
    else
      print(
        [
          ...linesOf(found),
          isNothing(found)
            ? "nothing to free"
            : `nothing is removed yet: \`${project.command("gc", "--yes")}\` does it`,
        ].join("\n"),
      );
  } finally {
    project.close();
  }
}

async function collect(flags: GcFlags): Promise<void> {
  // A project that is not there is not made.
  readProject(flags).close();
  const project = openProject(flags);
  try {
    await withNobodyAtWork(project, { command: "gleaner gc" }, async () => {
      const found = foundIn(project);
      clear(project, found.clearable);
      project.repository.removeUnnamed();
      if (flags.json) printJson(summaryOf(found, true));
      else
        print(
          [...linesOf(found), isNothing(found) ? "nothing to free" : `freed: ${bytesText(bytesOf(found))}`].join("\n"),
        );
    });
  } finally {
    project.close();
  }
}

interface Found {
  readonly unnamed: Unnamed;
  readonly clearable: Clearable;
}

function foundIn(project: Project): Found {
  const unnamed = project.repository.unnamed();
  return { unnamed, clearable: clearableIn(project, unnamed) };
}

const folderBytes = ({ clearable }: Found) => clearable.folders.reduce((sum, { bytes }) => sum + bytes, 0);
const bytesOf = (found: Found) => folderBytes(found) + found.unnamed.bytes;
const isNothing = ({ unnamed, clearable }: Found) =>
  unnamed.checkpoints +
    unnamed.trainingSets +
    unnamed.tasks +
    unnamed.bytes +
    clearable.folders.length +
    clearable.runs.length ===
  0;

function summaryOf(found: Found, isRemoved: boolean) {
  const { named: _, bytes, ...texts } = found.unnamed;
  return {
    removed: isRemoved,
    bytes: bytesOf(found),
    checkpointFolders: found.clearable.folders,
    store: { ...texts, bytes },
    filesOfRunsThatAreGone: found.clearable.runs,
  };
}

function linesOf(found: Found): string[] {
  const { unnamed, clearable } = found;
  const { folders, runs } = clearable;
  return [
    ...(folders.length > 0
      ? [`folders of checkpoints that no run names: ${folders.length}, ${bytesText(folderBytes(found))}`]
      : []),
    ...folders.map(({ name, bytes }) => printable(`  checkpoints/${name}  ${bytesText(bytes)}`)),
    ...(unnamed.bytes > 0
      ? [
          `in the store, named by no run: ${counted(unnamed.checkpoints, "checkpoint")}, ${counted(unnamed.trainingSets, "training set")}, ${counted(unnamed.tasks, "task")}, ${bytesText(unnamed.bytes)}`,
        ]
      : []),
    ...(runs.length > 0 ? [printable(`files of runs that are gone: ${runs.join(", ")}`)] : []),
  ];
}

const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? "" : "s"}`;

const UNITS = ["kB", "MB", "GB", "TB"];

/** `512 bytes`, `1.5 MB (1,512,345 bytes)`. */
function bytesText(bytes: number): string {
  const exact = `${bytes.toLocaleString("en")} bytes`;
  if (bytes < 1000) return exact;
  const power = Math.min(Math.floor(Math.log10(bytes) / 3), UNITS.length);
  return `${(bytes / 1000 ** power).toFixed(1)} ${UNITS[power - 1]} (${exact})`;
}
