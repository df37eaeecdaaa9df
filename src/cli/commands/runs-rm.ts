/**
 * `gleaner runs rm`: takes runs out of the project. What other runs reuse stays with them; checkpoints, training sets and tasks
 * stay for `gleaner gc`, since the same config would find them again. Reports that were written stay, too.
 *
 * The store lets go of a run as a whole; its few files beside the store go behind that, and what a kill leaves of them is gc's.
 */
import type { Command } from "commander";
import { CliError } from "../../core/errors.ts";
import { runNamed } from "../../core/known-run.ts";
import type { Repository } from "../../core/repository.ts";
import { isAgreed } from "../confirm.ts";
import { openProject, type Project, projectOption, readProject } from "../project.ts";
import { removeRunFiles } from "../run-files.ts";
import { withNobodyIn } from "../run-lock.ts";
import { print } from "../terminal.ts";

interface RemoveFlags {
  readonly project: string;
  readonly with?: boolean;
  readonly yes?: boolean;
}

export function register(runs: Command): void {
  projectOption(runs.command("rm"))
    .description("remove runs; their checkpoints and training sets stay until `gleaner gc`")
    .argument("<runs...>", "runs of this project")
    .option("--with", "remove the runs that build on them, too")
    .option("--yes", "do not ask")
    .action((names: readonly string[], flags: RemoveFlags, command: Command) =>
      remove(names, { ...flags, project: projectOf(command) }),
    );
}

/** `gleaner runs --project DIR rm x` names the project as well as `gleaner runs rm x --project DIR` does. */
function projectOf(command: Command): string {
  const isOwn = command.getOptionValueSource("project") !== "default";
  return String((isOwn ? command : command.parent!).getOptionValue("project"));
}

async function remove(given: readonly string[], flags: RemoveFlags): Promise<void> {
  // A project that is not there is not made.
  readProject(flags).close();
  const project = openProject(flags);
  try {
    const { repository } = project;
    const asked = [...new Set(given)].map((name) => runNamed(repository, name).name);
    const going = flags.with ? withBuilders(repository, asked) : asked;
    expectNoBuilders(project, going);
    if (!flags.yes && !(await isAgreed(`Remove ${going.map((name) => described(repository, name)).join(", ")}?`))) {
      print("nothing was removed");
      return;
    }
    await withNobodyIn(project, { runs: going, command: "runs rm" }, async () => {
      const { trajectories, rounds, handedOver } = repository.removeRuns(going);
      for (const name of going) removeRunFiles(project.folder, name);
      const over = handedOver > 0 ? `; ${counted(handedOver, "trajectory")} that other runs reuse stay with them` : "";
      print(
        `removed: ${going.join(", ")} (${counted(trajectories, "trajectory")}, ${counted(rounds, "round")})${over}`,
      );
      print(`\`${project.command("gc")}\` says which checkpoints and texts no run names now`);
    });
  } finally {
    project.close();
  }
}

/** `names`, those that build on them, those that build on these, and so on. */
function withBuilders(repository: Repository, names: readonly string[]): readonly string[] {
  const builders = repository.buildOn(names);
  return builders.length === 0 ? names : withBuilders(repository, [...names, ...builders]);
}

function expectNoBuilders({ repository, command }: Project, names: readonly string[]): void {
  const builders = repository.buildOn(names);
  if (builders.length === 0) return;
  const what = names.length === 1 ? `run "${names[0]}"` : "these runs";
  const verb = builders.length === 1 ? "builds" : "build";
  throw new CliError(
    `${what} cannot be removed: ${builders.join(", ")} ${verb} on ${names.length === 1 ? "it" : "them"}; ` +
      `\`${command("runs", "rm", ...names, "--with")}\` removes ${builders.length === 1 ? "that run" : "those runs"}, too`,
  );
}

const described = (repository: Repository, name: string) =>
  `${name} (${repository.run(name)!.kind}, ${counted(repository.countOf(name), "trajectory")}, ${counted(repository.rounds(name).length, "round")})`;

function counted(count: number, noun: "trajectory" | "round"): string {
  const plural = noun === "round" ? "rounds" : "trajectories";
  return `${count} ${count === 1 ? noun : plural}`;
}
