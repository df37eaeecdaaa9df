/** `gleaner show`: the expert's runs one by one, with what probing found in them and what was learned. */
import type { Command } from "commander";
import { storyOf, type Telling, tasksIn } from "../../analysis/story.ts";
import { type StoryList, storiesOf } from "../../analysis/story-list.ts";
import { type CommandLine, commandLine } from "../../core/command-line.ts";
import { CliError } from "../../core/errors.ts";
import type { TaskId } from "../../core/ids.ts";
import { runNamed } from "../../core/known-run.ts";
import type { Repository } from "../../core/repository.ts";
import { type DatasetConfig, datasetOf, type Round } from "../../core/run.ts";
import { quoted } from "../../core/wording.ts";
import { readingsOf } from "../../engine/algorithms/eef-stored.ts";
import { storyDocument, storyListDocument } from "../../reports/story-document.ts";
import { textOf } from "../../reports/terminal.ts";
import { wholeNumber } from "../flags.ts";
import { projectOption, readProject } from "../project.ts";
import { endingAtOnce } from "../signals.ts";
import { print, printJson } from "../terminal.ts";

interface ShowFlags {
  readonly project: string;
  readonly method?: string;
  readonly seed?: number;
  readonly iteration?: number;
  readonly all?: boolean;
  readonly json?: boolean;
}

/** Lines of the list without `--all`. */
const SHOWN = 20;

export function register(command: Command): void {
  projectOption(command)
    .argument("<run>", "a run of this project")
    .argument("[task]", "a task's id, or an ending that only this id has (default: list the expert's runs)")
    .option("--method <name>", "show this method's probes and examples (default: the first method that probed)")
    .option("--seed <n>", "show those of this seed (default: the lowest)", wholeNumber)
    .option("--iteration <n>", "show those of this iteration (default: the last)", wholeNumber)
    .option("--all", "print the whole list")
    .option("--json", "print JSON")
    .action((run: string, task: string | undefined, { project: folder, ...flags }: ShowFlags) => {
      const project = readProject({ project: folder });
      try {
        const { telling, remarks } = endingAtOnce(() => tellingOf(project.repository, run, flags));
        const { command } = project;
        if (task === undefined) printList(telling, { ...flags, command });
        else printStory(telling, task, { ...flags, command, remarks });
      } finally {
        project.close();
      }
    });
}

interface Shown extends Pick<ShowFlags, "all" | "json"> {
  readonly command: CommandLine;
  readonly remarks?: readonly string[];
}

function printList(telling: Telling, { all = false, json = false, command }: Shown): void {
  const list: StoryList = endingAtOnce(() => storiesOf(telling));
  if (json) printJson(list);
  else print(textOf(storyListDocument(list, { ...(!all && { limit: SHOWN }), command }), true));
}

function printStory(telling: Telling, task: string, { json = false, command, remarks = [] }: Shown): void {
  const story = storyOf(telling, taskNamed(telling, task, command));
  if (json) printJson(story);
  else print(textOf(storyDocument(story, remarks), true));
}

/** The task whose id is `name`, or the only one whose id ends with it. Throws CliError. */
export function taskNamed(telling: Telling, name: string, command: CommandLine = commandLine()): TaskId {
  const tasks = tasksIn(telling);
  if (name === "") throw new CliError('task: expected an id, or the ending of one, got ""');
  const endings = [
    tasks.filter((id) => id === name),
    tasks.filter((id) => id.endsWith(`/${name}`)),
    tasks.filter((id) => id.endsWith(name)),
  ];
  const found = endings.find((ids) => ids.length > 0) ?? [];
  if (found.length === 1) return found[0]!;
  const { run } = telling;
  if (found.length === 0)
    throw new CliError(
      `the expert of run "${run}" played no task ${quoted(name)} (see ${command("show", run, "--all")})`,
    );
  const some = found.slice(0, 5).join(", ");
  throw new CliError(
    `${found.length} tasks end with "${name}": ${some}${found.length > 5 ? ", …" : ""}; give more of the id`,
  );
}

/** The round that the flags select, and how its method read the probes. Throws CliError, naming the rounds there are. */
export function tellingOf(
  repository: Repository,
  run: string,
  flags: Pick<ShowFlags, "method" | "seed" | "iteration">,
): { readonly telling: Telling; readonly remarks: readonly string[] } {
  const dataset = datasetOf(runNamed(repository, run));
  if (dataset) return { telling: tellingOfDataset(repository, run, dataset), remarks: [] };
  const rounds = repository.rounds(run);
  const asked = (["method", "seed", "iteration"] as const).filter((key) => flags[key] !== undefined);
  const left = rounds.filter((round) => asked.every((key) => round[key] === flags[key]));
  if (left.length === 0 && (rounds.length > 0 || asked.length > 0)) {
    const names = [
      ...new Set(rounds.map(({ method, seed, iteration }) => `${method}, seed ${seed}, iteration ${iteration}`)),
    ];
    throw new CliError(`run "${run}" has no round that fits these flags; it has: ${names.join("; ") || "none"}`);
  }
  const round = chosen(left);
  const before = rounds.filter(
    ({ method, seed, iteration }) =>
      round && method === round.method && seed === round.seed && iteration <= round.iteration,
  );
  const readings = round && round.probed.length > 0 ? readingsOf(repository, before) : new Map();
  const telling: Telling = { repository, run, round, readingOf: (id) => readings.get(id) };
  const found = [...readings.values()].filter(({ needRecover }) => needRecover !== null).length;
  const counted = round?.counts.needRecover;
  const differs = readings.size > 0 && counted !== undefined && counted !== found;
  const remark = `The run counted ${counted} need-recover states, this reading finds ${found}: do not rely on the labels.`;
  return { telling, remarks: differs ? [remark] : [] };
}

/** A dataset is told as a round in which nobody played. */
function tellingOfDataset(repository: Repository, run: string, dataset: DatasetConfig): Telling {
  const { method, seed, iteration, trainingSet } = dataset;
  const expert = repository.trajectoriesOf(run);
  const name = { method, ...(seed !== undefined && { seed }), ...(iteration !== undefined && { iteration }) };
  const round = { ...name, expert, explored: [], probed: [], trainingSet };
  return { repository, run, round, readingOf: () => undefined };
}

/** The last iteration with the lowest seed of the first method that probed. If none probed, of the last method. */
function chosen(rounds: readonly Round[]): Round | null {
  const probing = rounds.filter(({ probed }) => probed.length > 0);
  const [first] = probing.length > 0 ? probing : rounds.toReversed();
  if (!first) return null;
  const own = rounds.filter(({ method, seed }) => method === first.method && seed === first.seed);
  return own.reduce((last, each) => (each.iteration > last.iteration ? each : last));
}
