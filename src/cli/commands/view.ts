/** `gleaner view`: the runs of a project as a page in the browser, also while a run is going on. */
import { randomBytes } from "node:crypto";
import { join, resolve } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { CliError } from "../../core/errors.ts";
import { LOOPBACK } from "../../servers/loopback.ts";
import type { Viewer } from "../../viewer/server.ts";
import type { View } from "../../viewer/view.ts";
import { builtPage } from "../built-page.ts";
import { failureOf } from "../failure.ts";
import { wholeNumber } from "../flags.ts";
import { progressIn } from "../progress-file.ts";
import { projectOption, readProject } from "../project.ts";
import { beforeEnding } from "../signals.ts";
import { keepHeapSmall } from "../small-heap.ts";
import { print, printable, tell, tellError } from "../terminal.ts";
import { viewOf } from "../view-source.ts";
import { checkRuns } from "./report.ts";

interface ViewFlags {
  readonly project: string;
  readonly port?: number;
  readonly host?: string;
  readonly open?: boolean;
  readonly export?: string;
  readonly task?: readonly string[];
}

const DEFAULT_PORT = 7700;
const TOKEN_BYTES = 16;

export function register(command: Command): void {
  projectOption(command)
    .argument("[runs...]", "names from `gleaner runs` (default: all)")
    .addOption(
      new Option("--export <dir>", "write a folder that opens from a disk, without a server").conflicts([
        "port",
        "host",
      ]),
    )
    .option("--task <id...>", "export: tell only these tasks' runs step by step (default: all)")
    .option("--port <n>", `port to listen on, 0 for any free one (default: ${DEFAULT_PORT}, or a free one)`, port)
    .option(
      "--host <address>",
      `address to listen on; whoever opens the page needs its token (default: ${LOOPBACK[0]})`,
    )
    .option("--open", "open the page in the browser")
    .action(view);
}

function port(text: string): number {
  const value = wholeNumber(text);
  if (value > 65_535) throw new InvalidArgumentError("Expected a port from 1 to 65535, or 0 for any.");
  return value;
}

async function view(runs: readonly string[], flags: ViewFlags): Promise<void> {
  if (flags.task && flags.export === undefined) throw new CliError("--task: has a meaning only with --export");
  // As of a variable that is not set. To listen on no name means on every address.
  if (flags.host?.trim() === "")
    throw new CliError("--host: expected an address, as in 0.0.0.0 or localhost, got none");
  const project = readProject(flags);
  try {
    checkRuns(project, runs);
    keepHeapSmall();
    const page = await builtPage();
    if (flags.export !== undefined) {
      await exported(viewOf(project, { runs, progress: () => [] }), page, flags.export, flags);
      return;
    }
    await served(viewOf(project, { runs, progress: () => progressIn(project.folder) }), page, flags);
  } finally {
    project.close();
  }
}

async function exported(view: View, page: string, folder: string, flags: ViewFlags): Promise<void> {
  const { exportTo } = await import("../view-export.ts");
  const { files, bytes } = await exportTo({ view, page, folder, tasks: flags.task ?? [] });
  const start = join(folder, "index.html");
  print(`${printable(folder)}: ${files} files, ${(bytes / 1e6).toFixed(1)} MB. Open ${printable(start)} in a browser.`);
  if (flags.open) await openInBrowser(resolve(start));
}

/** Serves the page until the program is ended. */
async function served(view: View, page: string, flags: ViewFlags): Promise<void> {
  const token = flags.host === undefined ? null : randomBytes(TOKEN_BYTES).toString("base64url");
  const viewer = await opened({ view, page, token, ...flags });
  beforeEnding(() => void viewer.close());
  const address = token === null ? viewer.url : `${viewer.url}?token=${token}`;
  print(`${address}  (Ctrl-C ends it)`);
  if (flags.open) await openInBrowser(address);
  await new Promise(() => {});
}

interface Opening extends ViewFlags {
  readonly view: View;
  readonly page: string;
  readonly token: string | null;
}

/** At the port that was asked for. Without one: at the usual port, or at another where that is taken. */
async function opened({ view, page, token, host = LOOPBACK[0], ...flags }: Opening): Promise<Viewer> {
  const { openViewer } = await import("../../viewer/server.ts");
  const fault = (error: unknown) => tellError(failureOf(error, ["view"]).message);
  const at = (port: number) => openViewer({ view, page, host, port, token, fault });
  if (flags.port !== undefined) return at(flags.port);
  return at(DEFAULT_PORT).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "EADDRINUSE") return at(0);
    throw error;
  });
}

async function openInBrowser(address: string): Promise<void> {
  try {
    const { default: open } = await import("open");
    await open(address);
  } catch (error) {
    tell(`no browser could be started: ${failureOf(error, ["view"]).message}`);
  }
}
