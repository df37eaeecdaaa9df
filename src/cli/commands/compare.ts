/** `gleaner compare`: two runs, paired over the tasks that both evaluated. */
import { type Command, Option } from "commander";
import { compareRuns } from "../../analysis/compare-runs.ts";
import { toMarkdown } from "../../reports/markdown.ts";
import { toTable } from "../../reports/terminal.ts";
import { projectOption, readProject } from "../project.ts";
import { endingAtOnce } from "../signals.ts";
import { print, printJson } from "../terminal.ts";
import { checkRuns } from "./report.ts";

export function register(command: Command): void {
  projectOption(command)
    .argument("<a>", "a run of this project")
    .argument("<b>", "another run of this project")
    .addOption(new Option("--json", "print JSON").conflicts("markdown"))
    .option("--markdown", "print Markdown")
    .action((a: string, b: string, options: { project: string; json?: boolean; markdown?: boolean }) => {
      const project = readProject(options);
      try {
        checkRuns(project, [a, b]);
        const comparison = endingAtOnce(() => compareRuns(project.repository, a, b));
        if (options.json) printJson(comparison);
        else print(options.markdown ? toMarkdown(comparison) : toTable(comparison));
      } finally {
        project.close();
      }
    });
}
