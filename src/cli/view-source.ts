/** What the viewer is lent: a project's store, how labels are read, and what worlds call one kind of action. Opens no world. */
import { basename, dirname, join } from "node:path";
import type { SkillOf } from "../analysis/skills.ts";
import type { Repository } from "../core/repository.ts";
import { readingsOf } from "../engine/algorithms/eef-stored.ts";
import { openSearching } from "../store/searching.ts";
import type { View } from "../viewer/view.ts";
import { environmentNamed } from "../worlds/open.ts";
import { DEFAULT_PROJECT, type Project } from "./project.ts";
import { version } from "./version.ts";
import { rankingIn } from "./view-decisions.ts";
import { rowsIn } from "./view-rows.ts";

/** Task ids begin with the environment's name. */
export const skillOf: SkillOf = ({ id }, action) => environmentNamed(id.split("/")[0]!)?.skill?.(action);

export interface Shown {
  /** What runs that are under way say of themselves now. */
  readonly progress: View["progress"];
  /** The runs that are shown, which must be there; none: all. */
  readonly runs?: readonly string[];
}

export function viewOf({ folder, repository, command }: Project, { progress, runs = [] }: Shown): View {
  return {
    project: nameOf(folder),
    version: version(),
    command,
    repository: runs.length === 0 ? repository : narrowed(repository, runs),
    changes: repository.changes,
    progress,
    readingsOf: (rounds) => readingsOf(repository, rounds),
    rankedWins: rankingIn(repository),
    find: openSearching(join(folder, "store.sqlite"), repository).find,
    ...rowsIn({ folder, repository }),
    skillOf: () => skillOf,
  };
}

/** A project where none was named is called after the folder that it lies in. */
const nameOf = (folder: string) => basename(basename(folder) === DEFAULT_PROJECT ? dirname(folder) : folder);

/** As if there were no other runs. */
function narrowed(repository: Repository, names: readonly string[]): Repository {
  return {
    ...repository,
    runs: () => repository.runs().filter(({ name }) => names.includes(name)),
    run: (name) => (names.includes(name) ? repository.run(name) : undefined),
  };
}
