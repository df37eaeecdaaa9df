/** `gleaner dump`: everything in the project except timings, as sorted JSON lines. Equal runs print equal bytes. */
import type { Command } from "commander";
import { canonicalJson } from "../../core/json.ts";
import { openProject, projectOption } from "../project.ts";
import { printJsonLine } from "../terminal.ts";

export function register(command: Command): void {
  projectOption(command).action(async (options: { project: string }) => {
    const project = openProject(options);
    for (const line of project.repository.dump()) {
      await printJsonLine(canonicalJson(line));
    }
    project.close();
  });
}
