/** `gleaner show`: the expert's runs one by one, with what probing found in them and what was learned. */
import type { Command } from "commander";
import { storyOf, type Telling, tasksIn } from "../../analysis/story.ts";
import { type StoryList, storiesOf } from "../../analysis/story-list.ts";
import { firstRound, type Told, toldBy } from "../../analysis/told.ts";
import { type CommandLine, commandLine } from "../../core/command-line.ts";
import { CliError } from "../../core/errors.ts";
import type { TaskId } from "../../core/ids.ts";
import { runNamed } from "../../core/known-run.ts";
import type { Repository } from "../../core/repository.ts";
import { datasetOf, type Round } from "../../core/run.ts";
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
  name: string,
  flags: Pick<ShowFlags, "method" | "seed" | "iteration">,
): Told {
  const run = runNamed(repository, name);
  const rounds = repository.rounds(name);
  return toldBy(repository, run, {
    round: datasetOf(run) ? null : selected(rounds, name, flags),
    rounds,
    readingsOf: (upTo) => readingsOf(repository, upTo),
  });
}

function selected(
  rounds: readonly Round[],
  run: string,
  flags: Pick<ShowFlags, "method" | "seed" | "iteration">,
): Round | null {
  const asked = (["method", "seed", "iteration"] as const).filter((key) => flags[key] !== undefined);
  const left = rounds.filter((round) => asked.every((key) => round[key] === flags[key]));
  if (left.length === 0 && (rounds.length > 0 || asked.length > 0)) {
    const names = [
      ...new Set(rounds.map(({ method, seed, iteration }) => `${method}, seed ${seed}, iteration ${iteration}`)),
    ];
    throw new CliError(`run "${run}" has no round that fits these flags; it has: ${names.join("; ") || "none"}`);
  }
  return firstRound(left);
}
