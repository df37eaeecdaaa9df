/** `gleaner env`: the environments, and any of them offered over standard input and output. */
import type { Command } from "commander";
import { serveStdio } from "../servers/stdio.ts";
import { type EnvironmentFlags, environmentOptions, environmentSpec } from "./context.ts";
import { ENVIRONMENTS, openBenchmark } from "./environments.ts";
import { table } from "./table.ts";

export function register(program: Command): void {
  environmentOptions(program.command("env"))
    .description("list the environments, or offer one as JSON lines (docs/stdio-protocol.md)")
    .argument("[environment]", "a name from the list, or the path of a module that exports `benchmark`")
    .option("--stdio", "serve JSON lines on standard input and output")
    .action(async (name: string | undefined, options: EnvironmentFlags & { stdio?: boolean }) => {
      if (name === undefined) {
        const rows = Object.entries(ENVIRONMENTS).map(([key, { summary }]) => [key, summary]);
        console.log(table(["environment", "what it is"], rows));
        return;
      }
      const benchmark = await openBenchmark(environmentSpec(name, options));
      if (options.stdio) {
        await serveStdio({ benchmark, input: process.stdin, output: process.stdout });
        return;
      }
      const rows = await Promise.all(
        benchmark.splits.map(async (split) => {
          const tasks = await benchmark.tasks(split);
          return [split, tasks.length, tasks[0]?.id ?? ""];
        }),
      );
      console.log(
        `${benchmark.name}: ${benchmark.maxSteps} steps an episode, success at a return of ${benchmark.successReturn}`,
      );
      console.log(table(["split", "tasks", "first task"], rows));
    });
}
