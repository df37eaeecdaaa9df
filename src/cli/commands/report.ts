/** `gleaner report`: what a run found out, as a table here and as Markdown, JSON and SVG in the project folder. */
import { join, relative } from "node:path";
import { type Command, Option } from "commander";
import type { Prices } from "../../analysis/money.ts";
import { reportOf } from "../../analysis/report.ts";
import { makeFolder, writeWhole, writing } from "../../core/disk.ts";
import { CliError, StoreError } from "../../core/errors.ts";
import { fingerprint } from "../../core/ids.ts";
import { runNamed } from "../../core/known-run.ts";
import { readConfig } from "../../engine/experiment/config.ts";
import { toHtml } from "../../reports/html.ts";
import { toMarkdown } from "../../reports/markdown.ts";
import { plots } from "../../reports/plots.ts";
import type { Written } from "../../reports/ran-text.ts";
import { toTable } from "../../reports/terminal.ts";
import { EXIT } from "../failure.ts";
import { programName } from "../program.ts";
import { type Project, projectOption, readProject } from "../project.ts";
import { endingAtOnce } from "../signals.ts";
import { keepHeapSmall } from "../small-heap.ts";
import { print, printable, printJson, tellError } from "../terminal.ts";
import { skillOf } from "../view-source.ts";

interface ReportFlags {
  readonly project: string;
  readonly json?: boolean;
  readonly markdown?: boolean;
  readonly html?: boolean;
  readonly all?: boolean;
  readonly prices?: string;
}

export function register(command: Command): void {
  projectOption(command)
    .argument("<runs...>", "names from `gleaner runs`")
    .addOption(new Option("--json", "print the whole report as JSON").conflicts(["markdown", "html", "all"]))
    .addOption(new Option("--markdown", "print Markdown").conflicts(["html", "all"]))
    .addOption(new Option("--html", "print one HTML page").conflicts("all"))
    .option("--all", "print every section and the glossary in the terminal")
    .option("--prices <config>", "also give costs in money, from `prices` in this config")
    .action(async (runs: string[], { json, markdown, html, all, ...options }: ReportFlags) => {
      const prices = options.prices === undefined ? undefined : pricesOf(options.prices);
      const project = readProject(options);
      keepHeapSmall();
      try {
        checkRuns(project, runs);
        const report = () => endingAtOnce(() => reportOf(project.repository, runs, { prices, skillOf }));
        const told = { written: now(), command: project.command };
        if (json) printJson(report());
        else if (markdown) print(toMarkdown(report(), told));
        else if (html) {
          const made = report();
          print(toHtml(made, await plots(made), told));
        } else await showReport(project, runs, { prices, all });
      } finally {
        project.close();
      }
    });
}

/** Throws CliError for a run that the project does not hold, or that is named twice. */
export function checkRuns(project: Project, runs: readonly string[]): void {
  const twice = runs.find((run, index) => runs.indexOf(run) !== index);
  if (twice !== undefined) throw new CliError(`${runs.join(" ")}: expected each run once, "${twice}" is named twice`);
  for (const run of runs) runNamed(project.repository, run);
}

function pricesOf(file: string): Prices {
  const { prices } = readConfig(file);
  if (!prices) throw new CliError(`--prices ${file}: expected a config with prices`);
  return prices;
}

/** What a report says about how it was made. The JSON leaves it out, so that equal runs give equal JSON except for times. */
const now = (): Written => ({ by: programName(), at: new Date() });

export interface ShowOptions {
  readonly prices?: Prices | undefined;
  /** Print every section. */
  readonly all?: boolean | undefined;
}

/**
 * Prints the report and writes `reports/<runs>/report.md`, `report.html`, `report.json` and the plots. Where these cannot
 * be written the report is printed all the same, with the reason, and the exit code is 1: something asked for is missing.
 */
export async function showReport(project: Project, runs: readonly string[], options: ShowOptions = {}): Promise<void> {
  const { prices, all = false } = options;
  const report = endingAtOnce(() => reportOf(project.repository, runs, { prices, skillOf }));
  const folder = join(project.folder, "reports", folderName(runs));
  const told = { written: now(), command: project.command };
  const drawn = await plots(report);
  const pictures = drawn.map(({ name }) => `![${name}](${name}.svg)\n`).join("\n");
  const refused = refusalOf(folder, [
    ...drawn.map(({ name, svg }) => [`${name}.svg`, svg] as const),
    ["report.md", `${toMarkdown(report, told)}\n${pictures}`],
    ["report.html", toHtml(report, drawn, told)],
    ["report.json", `${JSON.stringify(report, null, 2)}\n`],
  ]);
  print(toTable(report, { all, ...told }));
  if (refused === undefined) {
    print(`\n${whereTheRestIs(project, runs, { all, isTrained: report.methods.length > 0 })}`);
    return;
  }
  tellError(`the report's files were not written: ${refused}`);
  process.exitCode = EXIT.broke;
}

/** Writes files, named within `folder`. Why the disk refused; undefined if it did not. */
function refusalOf(folder: string, files: readonly (readonly [name: string, text: string])[]): string | undefined {
  try {
    writing(folder, () => makeFolder(folder));
    for (const [name, text] of files) writeWhole(join(folder, name), text);
    return undefined;
  } catch (error) {
    if (error instanceof StoreError) return error.message;
    throw error;
  }
}

/** Names of folders have at most 255 bytes: beyond 200, the end of a long list is told from others by a fingerprint. */
function folderName(runs: readonly string[]): string {
  const name = runs.join("+");
  return name.length <= 200 ? name : `${name.slice(0, 180)}+${fingerprint({ runs }).slice(0, 16)}`;
}

function whereTheRestIs(
  { folder, command }: Project,
  runs: readonly string[],
  { all, isTrained }: { readonly all: boolean; readonly isTrained: boolean },
): string {
  const page = relative(process.cwd(), join(folder, "reports", folderName(runs), "report.html"));
  if (all) return `The same report as a page: ${printable(page)}, or report.md`;
  return [
    isTrained
      ? "The rest (differences, probes by depth, costs, the leakage check, a glossary):"
      : "The rest (kinds of action, the config):",
    `  ${command("report", ...runs, "--all")}`,
    `  ${printable(page)}, or report.md`,
    "The expert's runs, one by one, in the terminal and in the browser:",
    `  ${command("show", runs[0]!)}`,
    `  ${command("view", ...runs)}`,
  ].join("\n");
}
