/** `gleaner env audit`: whether a world can be put back into an earlier state exactly, before anything is built on it. */
import type { Command } from "commander";
import { quoted } from "../../core/wording.ts";
import type { Audit } from "../../worlds/audit/audit.ts";
import { auditEnvironment } from "../../worlds/audit/environment.ts";
import type { Fault } from "../../worlds/audit/fault.ts";
import { type EnvironmentFlags, environmentOptions, environmentSpec } from "../environment-flags.ts";
import { EXIT } from "../failure.ts";
import { positiveInteger, wholeNumber } from "../flags.ts";
import { openProgress } from "../progress.ts";
import { table } from "../table.ts";
import { print, printable, printJson } from "../terminal.ts";

interface AuditFlags extends EnvironmentFlags {
  readonly split?: string;
  readonly walks: number;
  readonly steps: number;
  readonly seed: number;
  readonly words?: readonly string[];
  readonly json?: boolean;
}

export function register(env: Command): void {
  environmentOptions(env.command("audit"), "gleaner env webshop --help")
    .description("check that a world does the same again, and that it can be put back into an earlier state exactly")
    .argument("<environment>", "a name from `gleaner env`, or the path of a module (my_env.ts, my_env.py:World)")
    .option("--split <split>", "tasks to walk through (default: the first split)")
    .option("--walks <n>", "random walks, each on another task", positiveInteger, 10)
    .option("--steps <n>", "actions of a walk at most", positiveInteger, 30)
    .option("--seed <n>", "random seed of tasks and walks", wholeNumber, 0)
    .option("--words <words...>", "actions to choose from, in a world that lists none (default: look)")
    .option("--json", "print JSON")
    // The parent has options of the same names, which would take these values.
    .action((name: string, _: AuditFlags, command: Command) => audit(name, command.optsWithGlobals()));
}

async function audit(name: string, flags: AuditFlags): Promise<void> {
  const { split, walks, steps, seed, words, json, ...others } = flags;
  const spec = environmentSpec("environment", name, others);
  const progress = openProgress();
  const phase = progress.phase("audit", walks, "walks");
  let told = 0;
  const say = (done: number) => {
    phase.advance(done - told);
    told = done;
  };
  const given = { walks, steps, seed, ...(split && { split }), ...(words && { words }), say };
  const found = await auditEnvironment(spec, given).finally(() => progress.stop());
  if (json) printJson(found);
  else print(textOf(name, found));
  if (found.restore === "none") process.exitCode = EXIT.broke;
}

const WAYS = { state: "its snapshots", copy: "a copy", replay: "doing it again" } as const;

function textOf(name: string, { walks, steps, repeats, ways, restore, notes }: Audit): string {
  const rows = [
    ["the same actions again", repeats.length === 0 ? "lead to the same" : counted(repeats, walks)],
    ...ways.map(({ way, fault }) => [
      `put back by ${WAYS[way]}`,
      fault ? fault.kind : "goes on as if it had never left",
    ]),
  ];
  const faults = [...repeats.slice(0, 1), ...ways.flatMap(({ fault }) => fault ?? [])];
  const verdict =
    restore === "none"
      ? "restore: none. Episodes of this world cannot be continued from the middle exactly."
      : `restore: ${restore}. No difference in ${walks} walks of ${steps} steps.`;
  return [
    `${printable(name)}: ${walks} walks, ${steps} steps`,
    table([], rows),
    ...faults.map(faultText),
    ...notes.map((note) => `Note: ${note}.`),
    verdict,
  ].join("\n");
}

const counted = (repeats: readonly Fault[], walks: number) =>
  `lead elsewhere in ${repeats.length} of ${walks} walks: ${repeats[0]!.kind}`;

function faultText({ kind, task, step, from, what, expected, found }: Fault): string {
  const where = `${printable(task)}, after ${step} ${step === 1 ? "action" : "actions"}`;
  const back = from === undefined ? "" : `, put back to where it was after ${from}`;
  return `${kind}: ${where}${back}: the ${what}\n  expected  ${quoted(expected)}\n  found     ${quoted(found)}`;
}
