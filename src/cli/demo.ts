/** `gleaner demo`: the whole method on the built-in world, from an expert's failures to the table, in a few minutes. */
import { fileURLToPath } from "node:url";
import { type Command, Option } from "commander";
import { readConfig } from "../experiment/config.ts";
import { positiveInteger, projectOption } from "./context.ts";
import { runAndReport } from "./run.ts";

const CONFIG = fileURLToPath(new URL("../../examples/workshop.yaml", import.meta.url));

const WHAT_IT_SHOWS = {
  front:
    "Short orders start from half-finished pieces, so the rare skills come first and the expert's failed runs reach\n" +
    "states that the student never reaches by itself. This is the situation that failures help in (--kind back: not).",
  back:
    "Long orders only go on for longer: the rare skills come last, and a failed run ends where the student ends too.\n" +
    "Do not expect EEF to beat RFT×6 here; that is what this demo shows.",
  any: "Every order needs a random subset of the stages: no skill is rare.",
} as const;

export function register(program: Command): void {
  projectOption(program.command("demo"))
    .description("the built-in world: an expert with failures → BC, RFT×6, EEF → table and report")
    .addOption(new Option("--kind <kind>", "which skills are rare").choices(["front", "back", "any"]).default("front"))
    .option("--seed <n>", "seed of tasks, expert and student", positiveInteger, 1)
    .action(async (options: { project: string; kind: keyof typeof WHAT_IT_SHOWS; seed: number }) => {
      const run = `demo-${options.kind}${options.seed === 1 ? "" : `-${options.seed}`}`;
      const config = readConfig(CONFIG, [
        ["run", run],
        ["environment.kind", options.kind],
        ["seeds", [options.seed]],
      ]);
      console.error(`${WHAT_IT_SHOWS[options.kind]}\n`);
      await runAndReport(options, config, CONFIG);
    });
}
