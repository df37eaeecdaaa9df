/**
 * `gleaner export`: writes what a run learned from as the files of another training tool. That tool learns exactly the
 * stored decisions, or the export is refused and says what would be lost. `--check` proves it on the written files.
 */
import type { Command } from "commander";
import { CliError } from "../../core/errors.ts";
import type { TrainingSetId } from "../../core/ids.ts";
import type { Repository } from "../../core/repository.ts";
import { checkExport } from "../../exporters/check.ts";
import type { Exported } from "../../exporters/export.ts";
import type { Exporter } from "../../exporters/exporter.ts";
import { exportOrSayWhere } from "../../exporters/instead.ts";
import { readManifest } from "../../exporters/manifest.ts";
import { EXPORTERS, exporterNamed } from "../../exporters/registry.ts";
import type { Sampling } from "../../students/student.ts";
import type { TemplateVariables } from "../../tokenizers/template-variables.ts";
import { EXIT } from "../failure.ts";
import { wholeNumber } from "../flags.ts";
import { commandsOn, projectOption, readProject } from "../project.ts";
import { table } from "../table.ts";
import { exportedLines, provenLines, type TargetFlags, targetOptions, targetOptionsOf } from "../target-flags.ts";
import { type TemplateFlags, templateVariableOption, templateVariables } from "../template-flags.ts";
import { print, printable, printJson } from "../terminal.ts";
import { chosenOrigin, sizeOf, storedSet } from "../training-set.ts";

/** This many differences are printed; `--json` has all. */
const SHOWN = 20;

interface ExportFlags extends TargetFlags, TemplateFlags {
  readonly project: string;
  readonly to?: string;
  readonly out?: string;
  readonly method?: string;
  readonly seed?: number;
  readonly iteration?: number;
  readonly check?: string;
  readonly json?: boolean;
}

export function register(command: Command): void {
  targetOptions(projectOption(command))
    .argument("[run]", "a run of this project")
    .option("--to <target>", `training tool to write for: ${EXPORTERS.map(({ name }) => name).join(", ")}`)
    .option("--out <dir>", "folder to write; it must be new or empty")
    .option("--method <name>", "export the examples of this method (needed if the run has several methods)")
    .option("--seed <n>", "export the examples of this seed", wholeNumber)
    .option("--iteration <n>", "export the examples of this iteration (0 = the starting policy)", wholeNumber)
    .addOption(templateVariableOption())
    .option("--check <dir>", "check that an exported folder teaches exactly what is stored")
    .option("--json", "print the result as JSON")
    .action(async (run: string | undefined, flags: ExportFlags) => {
      if (flags.check !== undefined) await check(flags.check, run, flags);
      else await write(run, flags);
    });
}

async function write(run: string | undefined, flags: ExportFlags): Promise<void> {
  const { to, out } = flags;
  if (run === undefined) throw new CliError(`expected the name of a run (see ${commandsOn(flags)("runs")})`);
  if (to === undefined) throw new CliError(`--to: expected one of ${EXPORTERS.map(({ name }) => name).join(", ")}`);
  if (out === undefined) throw new CliError("--out: expected the folder to make");
  const exporter = exporterNamed(to);
  const project = readProject(flags);
  try {
    const chosen = chosenOrigin(project.repository, run, flags);
    const set = storedSet(project.repository, chosen.trainingSet);
    const template = templateOf(project.repository, run, exporter, flags);
    const options = targetOptionsOf(flags, template);
    const origin = { run, ...chosen, ...(template && { template }) };
    const exported = exportOrSayWhere({ exporter, set, options, out, origin });
    const ids = flags.tokenizer === undefined ? [] : ["--tokenizer", flags.tokenizer];
    const check = project.command("export", "--check", out, ...ids);
    const { manifest, cost, command } = exported;
    if (flags.json) printJson({ manifest, cost, command });
    else print(writtenText(exported, { out, check }));
  } finally {
    project.close();
  }
}

/** The variables of the flags; without one, those that the run's student was rendered with. Other tools are given none. */
function templateOf(
  repository: Repository,
  run: string,
  { name, tool, tokenizer }: Exporter,
  flags: ExportFlags,
): TemplateVariables | undefined {
  if (flags.tokenizer === undefined || tokenizer === undefined) {
    if (!flags.templateVariable) return undefined;
    if (flags.tokenizer === undefined) throw new CliError("--template-variable: expected --tokenizer as well");
    throw new CliError(`--template-variable: ${name} is written as text, and ${tool} gives the template none`);
  }
  const { student } = (repository.run(run)?.config ?? {}) as { readonly student?: Pick<Sampling, "template"> };
  return templateVariables(flags, flags.tokenizer) ?? student?.template;
}

function writtenText(exported: Exported, { out, check }: { out: string; check: string }): string {
  const { manifest, set, command } = exported;
  const { method, seed, iteration, run } = manifest;
  const round = seed === undefined ? "" : `, seed ${seed}, iteration ${iteration}`;
  return [
    `${run}, ${printable(method)}${round}: ${sizeOf(set).join(" ")}`,
    ...exportedLines(exported, out),
    `use it with: ${printable(command)}`,
    `check it with: ${printable(check)}`,
  ].join("\n");
}

async function check(folder: string, run: string | undefined, flags: ExportFlags): Promise<void> {
  const manifest = readManifest(folder);
  if (run !== undefined && run !== manifest.run) {
    throw new CliError(`${folder} was exported from run "${manifest.run}", not from "${run}"`);
  }
  const project = readProject(flags);
  try {
    const set = storedSet(project.repository, manifest.trainingSet as TrainingSetId);
    if (flags.templateVariable)
      throw new CliError("--template-variable: not with --check, which takes those that the files were written with");
    const { tokenizer } = targetOptionsOf(flags, manifest.template);
    const report = await checkExport({ folder, manifest, set, ...(tokenizer && { tokenizer }) });
    const { differences } = report;
    if (flags.json) printJson({ ...manifest, ...report });
    else if (differences.length === 0) print(provenLines(folder, manifest, report).join("\n"));
    else {
      const rows = differences.slice(0, SHOWN).map(({ place, what }) => [place, what]);
      print(table(["where", "what"], rows));
      const more = differences.length > SHOWN ? ` (${SHOWN} shown, --json lists all)` : "";
      print(`${printable(folder)}: ${differences.length} differences from what is stored${more}`);
    }
    if (differences.length > 0) process.exitCode = EXIT.broke;
  } finally {
    project.close();
  }
}
