/**
 * `gleaner export`: writes what a run learned from as the files of another training tool. That tool learns exactly the
 * stored decisions, or the export is refused and says what would be lost. `--check` proves it on the written files.
 */
import { join } from "node:path";
import type { Command } from "commander";
import { CliError } from "../../core/errors.ts";
import type { TrainingSetId } from "../../core/ids.ts";
import type { Repository } from "../../core/repository.ts";
import type { TrainingSet } from "../../core/training.ts";
import { checkExport, learnedMessages } from "../../exporters/check.ts";
import type { Exported } from "../../exporters/export.ts";
import { exportOrSayWhere } from "../../exporters/instead.ts";
import { learnable } from "../../exporters/learnable.ts";
import { readManifest } from "../../exporters/manifest.ts";
import { EXPORTERS, exporterNamed } from "../../exporters/registry.ts";
import type { Sampling } from "../../students/student.ts";
import { openTokenizerWith } from "../../tokenizers/chat-tokenizer.ts";
import type { TemplateVariables } from "../../tokenizers/template-variables.ts";
import { EXIT } from "../failure.ts";
import { wholeNumber } from "../flags.ts";
import { commandsOn, projectOption, readProject } from "../project.ts";
import { table } from "../table.ts";
import { type TemplateFlags, templateVariableOption, templateVariables } from "../template-flags.ts";
import { print, printable, printJson } from "../terminal.ts";
import { chosenOrigin, sizeOf, storedSet } from "../training-set.ts";

/** This many differences are printed; `--json` has all. */
const SHOWN = 20;

interface ExportFlags extends TemplateFlags {
  readonly project: string;
  readonly to?: string;
  readonly out?: string;
  readonly method?: string;
  readonly seed?: number;
  readonly iteration?: number;
  readonly tokenizer?: string;
  readonly splitTurns?: boolean;
  readonly parquet?: boolean;
  readonly check?: string;
  readonly json?: boolean;
}

export function register(command: Command): void {
  projectOption(command)
    .argument("[run]", "a run of this project")
    .option("--to <target>", `training tool to write for: ${EXPORTERS.map(({ name }) => name).join(", ")}`)
    .option("--out <dir>", "folder to write; it must be new or empty")
    .option("--method <name>", "export the examples of this method (needed if the run has several methods)")
    .option("--seed <n>", "export the examples of this seed", wholeNumber)
    .option("--iteration <n>", "export the examples of this iteration (0 = the starting policy)", wholeNumber)
    .option("--tokenizer <dir>", "checkpoint folder of the model, for targets that take token ids")
    .addOption(templateVariableOption())
    .option("--split-turns", "write several rows for an example if the tool cannot mask its turns one by one")
    .option("--parquet", "write Parquet instead of JSON lines (together, skyrl)")
    .option("--check <dir>", "check that an exported folder teaches exactly what is stored")
    .option("--json", "print the result as JSON")
    .action(async (run: string | undefined, flags: ExportFlags) => {
      if (flags.check !== undefined) await check(flags.check, run, flags);
      else await write(run, flags);
    });
}

async function write(run: string | undefined, flags: ExportFlags): Promise<void> {
  const { to, out, splitTurns = false, parquet = false } = flags;
  if (run === undefined) throw new CliError(`expected the name of a run (see ${commandsOn(flags)("runs")})`);
  if (to === undefined) throw new CliError(`--to: expected one of ${EXPORTERS.map(({ name }) => name).join(", ")}`);
  if (out === undefined) throw new CliError("--out: expected the folder to make");
  const exporter = exporterNamed(to);
  const project = readProject(flags);
  try {
    const chosen = chosenOrigin(project.repository, run, flags);
    const set = storedSet(project.repository, chosen.trainingSet);
    const template = templateOf(project.repository, run, flags);
    const tokenizer = flags.tokenizer === undefined ? {} : { tokenizer: openTokenizerWith(flags.tokenizer, template) };
    const takesOne = exporter.tokenizer !== undefined && flags.tokenizer !== undefined;
    const exported = exportOrSayWhere({
      exporter,
      set,
      options: { splitTurns, parquet, ...tokenizer },
      out,
      origin: { run, ...chosen, ...(takesOne && template && { template }) },
    });
    const ids = takesOne ? ["--tokenizer", flags.tokenizer!] : [];
    const check = project.command("export", "--check", out, ...ids);
    if (flags.json) printJson(exported);
    else print(writtenText(exported, set, { out, check }));
  } finally {
    project.close();
  }
}

/** The variables of the flags; without one, those that the run's student was rendered with. */
function templateOf(repository: Repository, run: string, flags: ExportFlags): TemplateVariables | undefined {
  if (flags.tokenizer === undefined) {
    if (flags.templateVariable) throw new CliError("--template-variable: expected --tokenizer as well");
    return undefined;
  }
  const { student } = (repository.run(run)?.config ?? {}) as { readonly student?: Pick<Sampling, "template"> };
  return templateVariables(flags, flags.tokenizer) ?? student?.template;
}

function writtenText(
  { manifest, cost, command }: Exported,
  set: TrainingSet,
  { out, check }: { out: string; check: string },
): string {
  const rows = manifest.files.map(({ name, rows, bytes }) => [join(out, name), rows ?? "", bytes]);
  const { method, seed, iteration, run } = manifest;
  const round = seed === undefined ? "" : `, seed ${seed}, iteration ${iteration}`;
  const split = cost
    ? [
        `split: ${cost.rows} rows instead of ${cost.examples}; an epoch reads ${cost.reading.toFixed(1)} times as much text`,
      ]
    : [];
  return [
    `${run}, ${printable(method)}${round}: ${sizeOf(set).join(" ")}`,
    table(["file", "rows", "bytes"], rows),
    `learned turns ${learnedMessages(set)}, masked turns ${maskedMessages(set)}`,
    ...split,
    `use it with: ${printable(command)}`,
    `check it with: ${printable(check)}`,
  ].join("\n");
}

/** The policy's own messages that are context only. */
function maskedMessages(set: TrainingSet): number {
  const exported = learnable(set);
  const conversations =
    exported.kind === "sft"
      ? exported.examples.map(({ messages }) => messages)
      : exported.examples.flatMap(({ chosen, rejected }) => [chosen, rejected]);
  return conversations.flat().filter(({ role, weight }) => role === "assistant" && weight === 0).length;
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
    const tokenizer =
      flags.tokenizer === undefined ? {} : { tokenizer: openTokenizerWith(flags.tokenizer, manifest.template) };
    const report = await checkExport({ folder, manifest, set, ...tokenizer });
    const { learned, differences } = report;
    if (flags.json) printJson({ ...manifest, ...report });
    else if (differences.length === 0) {
      print(`${printable(folder)}: ${manifest.target} learns exactly the ${learned} stored turns and nothing else`);
    } else {
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
