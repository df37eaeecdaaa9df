/** `gleaner demo`: the whole method on the built-in world, from an expert's failures to the table, in a few minutes. */
import { fileURLToPath } from "node:url";
import { type Command, Option } from "commander";
import { readConfig } from "../../engine/experiment/config.ts";
import { positiveInteger } from "../flags.ts";
import { projectOption } from "../project.ts";
import { runAndReport } from "./run.ts";

const configOf = (name: string) => fileURLToPath(new URL(`../../../examples/${name}.yaml`, import.meta.url));

const WHAT_IT_SHOWS = {
  front:
    "Short orders start from half-finished pieces, so the rare skills come first and the expert's failed runs reach\n" +
    "states that the student never reaches by itself. This is the situation that failures help in (--kind back: not).",
  back:
    "Long orders only go on for longer: the rare skills come last, and a failed run ends where the student ends too.\n" +
    "Do not expect EEF to beat RFT×6 here; that is what this demo shows.",
  any: "Every order needs a random subset of the stages: no skill is rare.",
  webshop:
    "A generated shop: an expert that clicks wrong now and then, and a student that has never seen most of the products.\n" +
    "A wrong click is seldom lost work here, so do not expect much of the expert's failures; see the probe curve.",
} as const;

interface DemoFlags {
  readonly project: string;
  readonly env: "workshop" | "webshop";
  readonly kind: "front" | "back" | "any";
  readonly seed: number;
}

export function register(command: Command): void {
  projectOption(command)
    .addOption(new Option("--env <world>", "which world").choices(["workshop", "webshop"]).default("workshop"))
    .addOption(
      new Option("--kind <kind>", "workshop: which skills are rare").choices(["front", "back", "any"]).default("front"),
    )
    .option("--seed <n>", "seed of tasks, expert and student", positiveInteger, 1)
    .action(demo);
}

async function demo({ env, kind, seed, ...options }: DemoFlags): Promise<void> {
  const world = env === "workshop" ? kind : env;
  const file = configOf(env === "workshop" ? "workshop" : "webshop-generated");
  const config = readConfig(file, [
    ["run", `demo-${world}${seed === 1 ? "" : `-${seed}`}`],
    ...(env === "workshop" ? ([["environment.kind", kind]] as const) : []),
    ["seeds", [seed]],
  ]);
  console.error(`${WHAT_IT_SHOWS[world]}\n`);
  await runAndReport(options, config, file);
}
