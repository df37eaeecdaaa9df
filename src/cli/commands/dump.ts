/** `gleaner dump`: everything in the project except timings, as sorted JSON lines. Equal runs print equal bytes. */
import { once } from "node:events";
import type { Command } from "commander";
import { canonicalJson } from "../../core/json.ts";
import { openProject, projectOption } from "../project.ts";

export function register(command: Command): void {
  projectOption(command).action(async (options: { project: string }) => {
    const project = openProject(options);
    for (const line of project.repository.dump()) {
      if (!process.stdout.write(`${canonicalJson(line)}\n`)) await once(process.stdout, "drain");
    }
    project.close();
  });
}
