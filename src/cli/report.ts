/** `gleaner report`: what a run found out, as a table here and as Markdown, JSON and SVG in the project folder. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { Command } from "commander";
import { toMarkdown } from "../analysis/markdown.ts";
import { plots } from "../analysis/plots.ts";
import { reportOf } from "../analysis/report.ts";
import { toTable } from "../analysis/terminal.ts";
import { CliError } from "../core/errors.ts";
import { openProject, type Project, projectOption } from "./context.ts";

export function register(program: Command): void {
  projectOption(program.command("report"))
    .description("tables, intervals, costs, probe curves and the leakage check of one or more runs")
    .argument("<runs...>", "names from `gleaner runs`")
    .option("--json", "the whole report as JSON")
    .option("--markdown", "as Markdown")
    .action(async (runs: string[], options: { project: string; json?: boolean; markdown?: boolean }) => {
      const project = openProject(options);
      try {
        checkRuns(project, runs);
        if (options.json) console.log(JSON.stringify(reportOf(project.repository, runs), null, 2));
        else if (options.markdown) console.log(toMarkdown(reportOf(project.repository, runs)));
        else await showReport(project, runs);
      } finally {
        project.close();
      }
    });
}

/** Throws CliError for a run that the project does not hold. */
export function checkRuns(project: Project, runs: readonly string[]): void {
  const unknown = runs.find((run) => !project.repository.run(run));
  if (unknown !== undefined) throw new CliError(`there is no run "${unknown}" in this project (see gleaner runs)`);
}

/** Prints the table and writes `reports/<runs>/report.md`, `report.json` and the plots. */
export async function showReport(project: Project, runs: readonly string[]): Promise<void> {
  const report = reportOf(project.repository, runs);
  const folder = join(project.folder, "reports", runs.join("+"));
  mkdirSync(folder, { recursive: true });
  const drawn = await plots(report);
  for (const { name, svg } of drawn) writeFileSync(join(folder, `${name}.svg`), svg);
  const pictures = drawn.map(({ name }) => `![${name}](${name}.svg)\n`).join("\n");
  writeFileSync(join(folder, "report.md"), `${toMarkdown(report)}\n${pictures}`);
  writeFileSync(join(folder, "report.json"), `${JSON.stringify(report, null, 2)}\n`);
  console.log(toTable(report));
  console.log(`\nMore (probe curves, costs, unsolved tasks): ${relative(process.cwd(), join(folder, "report.md"))}`);
}
