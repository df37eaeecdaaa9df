/** `gleaner demo`: the whole method in a built-in world, from an expert's failures to the report, in a few minutes. */
import { fileURLToPath } from "node:url";
import { type Command, Option } from "commander";
import { readConfig } from "../../engine/experiment/config.ts";
import { positiveInteger } from "../flags.ts";
import { projectOption } from "../project.ts";
import { type WaitFlags, waitOption } from "../run-lock.ts";
import { tell } from "../terminal.ts";
import { runAndReport } from "./run.ts";

const configOf = (name: string) => fileURLToPath(new URL(`../../../examples/${name}.yaml`, import.meta.url));

const WHAT_IT_SHOWS = {
  front:
    "Short orders start from half-finished pieces, so they need the rare skills first. There the expert's failed runs\n" +
    "reach states that the student never reaches by itself. Failures help in this situation. With --kind back they do not.",
  back:
    "Long orders need the rare skills last. A failed run of the expert ends where the student's own runs end, so it shows\n" +
    "the student nothing new. Do not expect exploring the expert's failures (EEF) to beat sampling more runs (RFT×6).",
  any: "Every order needs a random subset of the stages. No skill is rare.",
  webshop:
    "A generated shop. The expert sometimes clicks wrong, and the student has never seen most of the products.\n" +
    "A wrong click can nearly always be undone here, so do not expect much from the expert's failures.",
} as const;

interface DemoFlags extends WaitFlags {
  readonly project: string;
  readonly env: "workshop" | "webshop";
  readonly kind: "front" | "back" | "any";
  readonly seed: number;
}

export function register(command: Command): void {
  waitOption(projectOption(command))
    .addOption(new Option("--env <world>", "world to run in").choices(["workshop", "webshop"]).default("workshop"))
    .addOption(
      new Option("--kind <kind>", "workshop: where an order needs the rare skills")
        .choices(["front", "back", "any"])
        .default("front"),
    )
    .option("--seed <n>", "random seed for tasks, expert and student", positiveInteger, 1)
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
  tell(`${WHAT_IT_SHOWS[world]}\n`);
  await runAndReport("demo", options, config, file);
}
