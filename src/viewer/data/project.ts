/** The project and its runs. */
import { firstRound } from "../../analysis/told.ts";
import type { Run } from "../../core/run.ts";
import type { Project, RunLine } from "../api/project.ts";
import type { View } from "../view.ts";
import { keptByView } from "./kept.ts";
import { keyOf, lineOfHead, NO_ROUND } from "./rounds.ts";

export function projectOf(view: View): Project {
  const { project: name, version, repository } = view;
  return { name, version, runs: repository.runs().map((run) => runLineOf(view, run)), exported: null };
}

function runLineOf(view: View, { name, kind, config }: Run): RunLine {
  const { repository, progress } = view;
  const rounds = repository.roundHeads(name);
  const first = firstRound(rounds);
  return {
    name,
    kind,
    world: worldOf(config),
    trajectories: countOf(view, name),
    rounds: rounds.map(lineOfHead),
    first: first ? keyOf(first) : NO_ROUND,
    progress: progress().find(({ run }) => run === name) ?? null,
  };
}

/** To count what a large run holds takes as long as everything else here. */
const countOf = keptByView(({ repository }, run) => repository.countOf(run), { most: 1000 });

function worldOf(config: Run["config"]): string | null {
  const { environment } = (config ?? {}) as { readonly environment?: { readonly name?: unknown } | null };
  return typeof environment?.name === "string" ? environment.name : null;
}
