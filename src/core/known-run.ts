/** The run that a name means. */
import { CliError } from "./errors.ts";
import type { Repository } from "./repository.ts";
import type { Run } from "./run.ts";
import { listing, quoted, suggestion } from "./wording.ts";

/**
 * The run `name` of the project. Throws CliError that names those there are; `flag` (or a key of a config) says where the name
 * came from, if not from an argument.
 */
export function runNamed(repository: Repository, name: string, flag?: string): Run {
  const run = repository.run(name);
  if (run) return run;
  const names = repository.runs().map((each) => each.name);
  const there = names.length > 0 ? `it has ${listing(names)}` : "it has no runs (--project DIR names another project)";
  const where = flag === undefined ? "" : `${flag}: `;
  throw new CliError(`${where}there is no run ${quoted(name)} in this project${suggestion(name, names)}; ${there}`);
}
