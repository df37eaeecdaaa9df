/**
 * `gleaner expert record`: a large model behind a server plays and is recorded as an expert. A recording that was killed or
 * that ran out of budget continues with the same command. Finished episodes are in the store. The answers of unfinished
 * ones are in the run's journal.
 */
import { join } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import type { Benchmark } from "../../core/environment.ts";
import { CliError, inputOf, StopError } from "../../core/errors.ts";
import { canonicalJson, type Json } from "../../core/json.ts";
import { runNamed } from "../../core/known-run.ts";
import type { Repository } from "../../core/repository.ts";
import type { Task } from "../../core/task.ts";
import type { Budget, Prices } from "../../endpoints/budget.ts";
import { openJournal } from "../../endpoints/journal.ts";
import { serverModel } from "../../endpoints/model.ts";
import type { ServerOptions } from "../../endpoints/options.ts";
import { probeServer } from "../../endpoints/probe.ts";
import { spentIn, storedSeeds, summaryOf, sumOf } from "../../endpoints/spending.ts";
import { expertRollouts } from "../../engine/experiment/expert.ts";
import { withExamples } from "../../formats/few-shot.ts";
import { FORMATS, type Format, type FormatName, formatId } from "../../formats/format.ts";
import { formatFor } from "../../formats/named.ts";
import { verbatim } from "../../formats/verbatim.ts";
import { prompted } from "../../policies/prompted.ts";
import { type EnvironmentSpec, openBenchmark, withoutPaths } from "../../worlds/open.ts";
import { keepWorld } from "../../worlds/places.ts";
import { asItBegan } from "../code-at-first.ts";
import { type EnvironmentFlags, environmentOptions, environmentSpec, WORLD } from "../environment-flags.ts";
import { EXIT } from "../failure.ts";
import { aboveZero, atLeastZero, keyAndValue, positiveInteger, runName, wholeNumber } from "../flags.ts";
import { openProgress } from "../progress.ts";
import { openProject, type Project, projectOption } from "../project.ts";
import { inRun } from "../run-files.ts";
import { alone, type WaitFlags, waitOption } from "../run-lock.ts";
import { type TemplateFlags, templateVariableOption, templateVariables } from "../template-flags.ts";
import { print, tell } from "../terminal.ts";

interface RecordFlags extends EnvironmentFlags, WaitFlags, TemplateFlags {
  readonly project: string;
  readonly env: string;
  readonly out: string;
  readonly server: readonly string[];
  readonly model: string;
  readonly apiKeyEnv?: string;
  readonly format: FormatName;
  readonly temperature: number;
  readonly maxTokens: number;
  readonly examples?: string;
  readonly exampleCount: number;
  readonly field?: readonly string[];
  readonly tokenIds?: boolean;
  readonly split?: string;
  readonly tasks?: number;
  readonly episodes: number;
  readonly seed: number;
  readonly concurrency: number;
  readonly context?: number;
  readonly requestsPerMinute?: number;
  readonly tokensPerMinute?: number;
  readonly priceIn?: number;
  readonly priceOut?: number;
  readonly budget?: number;
  readonly budgetTokens?: number;
  readonly budgetRequests?: number;
}

export function register(expert: Command): void {
  const command = environmentOptions(expert.command("record"), "gleaner expert record --env webshop --help");
  waitOption(projectOption(command))
    .description(
      "record a model behind an OpenAI-compatible server; an interrupted recording continues where it stopped",
    )
    .requiredOption("--env <environment>", WORLD)
    .requiredOption("--server <url...>", "base URL of each server of the model, e.g. http://127.0.0.1:8000/v1")
    .requiredOption("--model <name>", "the model's name on the server")
    .requiredOption("--out <run>", "run to record into")
    .option("--api-key-env <name>", "environment variable that holds the API key")
    .option("--split <split>", "split whose tasks are played (default: the first split)")
    .option("--tasks <n>", "play at most this many tasks", positiveInteger)
    .option("--episodes <n>", "episodes of each task", positiveInteger, 1)
    .option("--seed <n>", "random seed of the episodes", wholeNumber, 1)
    .option("--concurrency <n>", "episodes played at once", positiveInteger, 16)
    .optionsGroup("What the model reads and writes:")
    .option("--format <format>", `how a turn is written: ${FORMATS.join(", ")}`, formatName, "react")
    .option("--temperature <t>", "sampling temperature; 0 always takes the likeliest token", atLeastZero, 0)
    .option("--max-tokens <n>", "longest completion, in tokens", positiveInteger, 512)
    .option("--examples <run>", "show the model won episodes of this run first")
    .option("--example-count <n>", "how many episodes to show", positiveInteger, 1)
    .option("--context <tokens>", "context length (default: what the server reports)", positiveInteger)
    .option("--field <key=value...>", "add a field to every request, e.g. top_p=0.9")
    .addOption(templateVariableOption())
    .option(
      "--token-ids",
      "store each step's token ids; `gleaner doctor --server` says whether the server returns them",
    )
    .optionsGroup("Limits:")
    .option("--price-in <price>", "price of 1,000 prompt tokens", atLeastZero)
    .option("--price-out <price>", "price of 1,000 completion tokens", atLeastZero)
    .option("--budget <money>", "stop when the run has cost this much, earlier recordings included", aboveZero)
    .option("--budget-tokens <n>", "stop after this many tokens, prompt and completion together", positiveInteger)
    .option("--budget-requests <n>", "stop after this many requests", positiveInteger)
    .option("--requests-per-minute <n>", "at most this many, over all servers", aboveZero)
    .option("--tokens-per-minute <n>", "at most this many, prompt and completion together", aboveZero)
    .optionsGroup("Options:")
    .action(record);
}

async function record(flags: RecordFlags): Promise<void> {
  const run = runName(flags.out);
  const options = serverOptions(flags);
  const spec = environmentSpec("--env", flags.env, flags);
  const opened = await openBenchmark(spec);
  const split = flags.split ?? opened.splits[0]!;
  const tasks = (await inputOf("--split", () => opened.tasks(split))).slice(0, flags.tasks);
  const project = openProject(flags);
  const benchmark = asItBegan(project.repository, run, opened, tell);
  const { wait } = flags;
  try {
    await alone(project, { run, command: "expert record", wait }, () =>
      recordInto({ project, run, options, spec, benchmark, split, tasks }, flags),
    );
  } finally {
    project.close();
  }
}

interface Recording {
  readonly project: Project;
  readonly run: string;
  readonly options: ServerOptions;
  readonly spec: EnvironmentSpec;
  readonly benchmark: Benchmark;
  readonly split: string;
  readonly tasks: readonly Task[];
}

async function recordInto(recording: Recording, flags: RecordFlags): Promise<void> {
  const { project, run, options, spec, benchmark, split, tasks } = recording;
  const { repository } = project;
  const progress = openProgress({ folder: project.folder, run });
  try {
    const format = formatOf(flags, benchmark, repository);
    const sampling = samplingOf(flags, format);
    const { seed, episodes, concurrency } = flags;
    const configWith = (notes: readonly string[]): Json => {
      const server = { model: flags.model, notes };
      const config = { environment: withoutPaths(spec), notes: benchmark.notes, server, sampling, split, seed };
      return JSON.parse(JSON.stringify(config));
    };
    const notes = storedNotes(repository, run, configWith) ?? (await serverNotes(flags, progress.say));
    for (const note of notes) progress.say(`server: ${note}`);
    await inRun(project, { name: run, kind: "expert", config: configWith(notes) }, async () => {
      keepWorld(project.folder, run, spec);
      const seeds = storedSeeds(repository, run);
      // Answers of stored episodes leave the journal here, and the whole of it goes at the end: only what a power cut spares.
      repository.sync();
      const journal = openJournal(join(project.folder, "journals", `${run}.jsonl`), (each) => seeds.has(each));
      const spent = sumOf(spentIn(repository, run), journal.spent);
      const model = serverModel({ ...options, say: progress.say, name: `expert/${flags.model}`, spent });
      const { temperature, maxTokens } = flags;
      const policy = prompted({ model: journal.before(model), format, temperature, maxTokens, restrict: false });
      const common = { run, repository, benchmark, policy, tasks, episodes, concurrency, progress, seed, sampling };
      const stopped = await expertRollouts(common).then(() => undefined, stopOf);
      progress.stop();
      print(summaryOf({ repository, run, spent: model.spent(), prices: options.prices }));
      if (stopped?.kind === "server")
        throw new StopError("server", `${stopped.message}; run the same command again to continue`, { cause: stopped });
      if (!stopped) {
        repository.sync();
        journal.remove();
        const outcomes = repository.summariesOf(run).map(({ outcome }) => outcome.kind);
        // Nothing was recorded that anybody could learn from.
        if (outcomes.length > 0 && outcomes.every((kind) => kind === "failed")) process.exitCode = EXIT.broke;
        return;
      }
      print(`stopped: ${stopped.message}; run the same command with a larger budget to continue`);
      process.exitCode = EXIT.budget;
    });
  } finally {
    progress.stop();
  }
}

function stopOf(error: unknown): StopError {
  if (error instanceof StopError) return error;
  throw error;
}

/** With example episodes, if a run is named for them. Later turns show completions exactly as the model wrote them. */
function formatOf(flags: RecordFlags, benchmark: Benchmark, repository: Repository): Format {
  const plain = formatFor(flags.format, benchmark);
  const { examples, exampleCount } = flags;
  if (examples === undefined) return verbatim(plain);
  runNamed(repository, examples, "--examples");
  const won = repository
    .trajectoriesOf(examples)
    .map((id) => repository.trajectory(id)!)
    .filter(({ success }) => success);
  if (won.length < exampleCount) {
    throw new CliError(`--examples ${examples}: expected ${exampleCount} won episodes, found ${won.length}`);
  }
  const shown = won
    .slice(0, exampleCount)
    .map((trajectory) => ({ trajectory, task: repository.task(trajectory.taskId)! }));
  return verbatim(withExamples(plain, shown));
}

/** Everything that changes what the model answers. It is part of each trajectory's id. */
function samplingOf(flags: RecordFlags, format: Format): Record<string, Json> {
  const { temperature, maxTokens, context, field } = flags;
  const fields = fieldsOf(field);
  const template = templateVariables(flags);
  return {
    format: formatId(format),
    temperature,
    maxTokens,
    ...(context !== undefined && { context }),
    ...(Object.keys(fields).length > 0 && { fields }),
    ...(template && { template }),
  };
}

const fieldsOf = (texts: readonly string[] = []) =>
  Object.fromEntries(texts.map((text) => keyAndValue("--field", text))) as Record<string, Json>;

function serverOptions(flags: RecordFlags): ServerOptions {
  const { server, model, apiKeyEnv, concurrency, context, requestsPerMinute, tokensPerMinute } = flags;
  const prices = pricesOf(flags);
  const template = templateVariables(flags);
  return {
    urls: server,
    model,
    concurrency,
    extra: fieldsOf(flags.field),
    budget: budgetOf(flags, prices),
    ...(flags.tokenIds && { tokenIds: true }),
    ...(apiKeyEnv !== undefined && { apiKeyEnv }),
    ...(context !== undefined && { contextTokens: context }),
    ...(requestsPerMinute !== undefined && { requestsPerMinute }),
    ...(tokensPerMinute !== undefined && { tokensPerMinute }),
    ...(prices && { prices }),
    ...(template && { template }),
  };
}

function pricesOf({ priceIn, priceOut }: RecordFlags): Prices | undefined {
  if (priceIn === undefined && priceOut === undefined) return undefined;
  return { promptTokens: priceIn ?? 0, completionTokens: priceOut ?? 0 };
}

function budgetOf({ budget, budgetTokens, budgetRequests }: RecordFlags, prices: Prices | undefined): Budget {
  if (budget !== undefined && !prices) throw new CliError("--budget: expected --price-in and --price-out as well");
  return {
    ...(budget !== undefined && { money: budget }),
    ...(budgetTokens !== undefined && { tokens: budgetTokens }),
    ...(budgetRequests !== undefined && { requests: budgetRequests }),
  };
}

/** What the run's server lacked when it began. A run that holds nothing yet may become one of another config. */
function storedNotes(
  repository: Repository,
  run: string,
  configWith: (notes: readonly string[]) => Json,
): readonly string[] | undefined {
  const config = repository.run(run)?.config;
  const { notes } = (config as { readonly server?: { readonly notes?: readonly string[] } } | undefined)?.server ?? {};
  const isSame = notes !== undefined && canonicalJson(config) === canonicalJson(configWith(notes));
  return isSame || repository.countOf(run) > 0 ? notes : undefined;
}

/** The guarantees that this server lacks. They are found once: a continued recording keeps the first findings. */
async function serverNotes(flags: RecordFlags, say: (line: string) => void): Promise<readonly string[]> {
  const { server, model, apiKeyEnv } = flags;
  const template = templateVariables(flags);
  const probe = await probeServer({
    url: server[0]!,
    model,
    say,
    extra: fieldsOf(flags.field),
    ...(template && { template }),
    ...(apiKeyEnv !== undefined && { apiKeyEnv }),
  });
  const failed = probe.checks.find(
    ({ what, state }) => ["reachable", "answers", "usage"].includes(what) && state === "missing",
  );
  if (failed) throw new StopError("server", `--server ${server[0]}: ${failed.found}: ${failed.note}`);
  return probe.notes;
}

function formatName(text: string): FormatName {
  if ((FORMATS as readonly string[]).includes(text)) return text as FormatName;
  throw new InvalidArgumentError(`Expected one of ${FORMATS.join(", ")}.`);
}
