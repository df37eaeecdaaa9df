/** The project and its runs. */
import { firstRound } from "../../analysis/told.ts";
import type { Run } from "../../core/run.ts";
import type { Project, RunLine } from "../api/project.ts";
import type { View } from "../view.ts";
import { keyOf, NO_ROUND, roundLineOf } from "./rounds.ts";

export function projectOf(view: View): Project {
  const { project: name, version, repository } = view;
  return { name, version, runs: repository.runs().map((run) => runLineOf(view, run)), exported: null };
}

function runLineOf({ repository, progress }: View, { name, kind, config }: Run): RunLine {
  const rounds = repository.rounds(name);
  const first = firstRound(rounds);
  return {
    name,
    kind,
    world: worldOf(config),
    trajectories: repository.countOf(name),
    rounds: rounds.map(roundLineOf),
    first: first ? keyOf(first) : NO_ROUND,
    progress: progress().find(({ run }) => run === name) ?? null,
  };
}

function worldOf(config: Run["config"]): string | null {
  const { environment } = (config ?? {}) as { readonly environment?: { readonly name?: unknown } | null };
  return typeof environment?.name === "string" ? environment.name : null;
}
