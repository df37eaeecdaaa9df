/** What every method of a seed starts from: the expert's trajectories, the training tasks and the base student. */
import type { Benchmark } from "../../core/environment.ts";
import { CliError, inputOf } from "../../core/errors.ts";
import type { Task } from "../../core/task.ts";
import type { Checkpoint } from "../../core/training.ts";
import { type ExampleEpisode, withExamples } from "../../formats/few-shot.ts";
import { type Format, formatId } from "../../formats/format.ts";
import { formatFor } from "../../formats/named.ts";
import { verbatim } from "../../formats/verbatim.ts";
import { kindOf } from "../../students/kinds.ts";
import type { Sampling } from "../../students/student.ts";
import { baseCheckpoint } from "./base-student.ts";
import type { ExperimentConfig } from "./config.ts";
import { chosenExamples } from "./examples.ts";
import type { LiveOptions } from "./live.ts";
import type { Parts } from "./parts.ts";
import { openRecipes } from "./recipes.ts";
import { expertAndTasks, type Recorded } from "./training-tasks.ts";

export async function prepareSeed(config: ExperimentConfig, parts: Parts, seed: number): Promise<LiveOptions> {
  const { repository, progress, student } = parts;
  const benchmark = await parts.benchmark(seed);
  const heldOut = await heldOutTasks(config, benchmark);
  const recorded = await expertAndTasks(config, parts, { benchmark, seed, heldOut });
  const wanted = "examples" in config ? config.examples : undefined;
  const shown = chosenExamples(wanted, { repository, expert: recorded.expert, heldOut });
  for (const { task } of shown)
    progress.say(`seed ${seed} · ${task.id} is shown as an example, so it is not trained on`);
  const { expert, tasks, learnOnly } = withoutTasks(recorded, shown);
  const format = formatOf(config, benchmark, shown);
  const trainings = new Map<string, Promise<Checkpoint>>();
  const recipes = openRecipes(student, progress);
  const shared = { run: config.run, seed, repository, progress, trainings, recipes };
  const base = await baseCheckpoint(config, student, { ...shared, benchmark, format, expert, tasks, learnOnly });
  return {
    ...shared,
    benchmark,
    format,
    student,
    sampling: samplingOf(config, format),
    temperature: config.temperature,
    tasks: [...tasks.values()],
    heldOut,
    expert,
    learnOnly,
    base,
    concurrency: config.concurrency,
    program: parts.program,
    underWay: new Map(),
  };
}

/** A student that knows how to write reads and learns its own words as it wrote them. */
function formatOf(config: ExperimentConfig, benchmark: Benchmark, examples: readonly ExampleEpisode[]): Format {
  const format = withExamples(formatFor(config.format, benchmark), examples);
  return kindOf(config).writesFreely ? verbatim(format) : format;
}

function samplingOf(config: ExperimentConfig, format: Format): Sampling {
  const { restrict, maxTokens } = config;
  return { format: formatId(format), restrict, maxTokens, ...kindOf(config).sampling(config) };
}

function withoutTasks({ expert, tasks, learnOnly }: Recorded, shown: readonly ExampleEpisode[]): Recorded {
  const ids = new Set<string>(shown.map(({ task }) => task.id));
  const left = new Map([...tasks].filter(([id]) => !ids.has(id)));
  if (left.size === 0 && tasks.size > 0)
    throw new CliError("examples: expected fewer, since no training task is left beside those shown");
  return {
    expert: expert.filter(({ taskId }) => !ids.has(taskId)),
    tasks: left,
    learnOnly: learnOnly.filter(({ task }) => !ids.has(task.id)),
  };
}

async function heldOutTasks(config: ExperimentConfig, benchmark: Benchmark): Promise<Task[]> {
  const splits = config.evaluate?.splits ?? benchmark.splits.filter((split) => split === "test").slice(0, 1);
  if (splits.length === 0) {
    throw new CliError(
      `evaluate.splits: ${benchmark.name} has no split "test"; name one of ${benchmark.splits.join(", ")}`,
    );
  }
  const bySplit = await Promise.all(splits.map((split) => inputOf("evaluate.splits", () => benchmark.tasks(split))));
  return bySplit.flatMap((tasks) => tasks.slice(0, config.evaluate?.tasks));
}
