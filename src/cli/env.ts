/** `gleaner env`: the environments, and any of them offered over standard input and output. */
import Table from "cli-table3";
import type { Command } from "commander";
import { CliError } from "../core/errors.ts";
import { serveStdio } from "../servers/stdio.ts";
import { type EnvironmentFlags, environmentOptions, environmentSpec } from "./context.ts";
import { ENVIRONMENTS, openBenchmark } from "./environments.ts";

export function register(program: Command): void {
  environmentOptions(program.command("env"))
    .description("list the environments, or offer one as JSON lines (docs/stdio-protocol.md)")
    .argument("[environment]", "a name from the list, or the path of a module that exports `benchmark`")
    .option("--stdio", "serve JSON lines on standard input and output")
    .action(async (name: string | undefined, options: EnvironmentFlags & { stdio?: boolean }) => {
      if (name === undefined) {
        const table = new Table({ head: ["environment", "what it is"], style: { head: [] } });
        for (const [key, { summary }] of Object.entries(ENVIRONMENTS)) table.push([key, summary]);
        console.log(table.toString());
        return;
      }
      const benchmark = await openBenchmark(environmentSpec(name, options));
      if (options.stdio) {
        await serveStdio({ benchmark, input: process.stdin, output: process.stdout });
        return;
      }
      if (!process.stdout.isTTY && !process.stdin.isTTY)
        throw new CliError("env: add --stdio to serve the environment");
      const table = new Table({ head: ["split", "tasks", "first task"], style: { head: [] } });
      for (const split of benchmark.splits) {
        const tasks = await benchmark.tasks(split);
        table.push([split, tasks.length, tasks[0]?.id ?? ""]);
      }
      console.log(
        `${benchmark.name}: ${benchmark.maxSteps} steps an episode, success at a return of ${benchmark.successReturn}`,
      );
      console.log(table.toString());
    });
}
