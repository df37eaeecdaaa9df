/** Which round of a run a view looks at. */
import type { Project, RunLine } from "../api/project.ts";
import type { RoundKey, RoundLine } from "../api/shared.ts";
import type { Query } from "./address.ts";

/** The address's round, else the run's first; with all rounds of the run. `-` for a run that is not in the project. */
export function roundIn(
  project: Project,
  run: string,
  query: Query,
): { readonly rounds: readonly RoundLine[]; readonly round: RoundKey } {
  const line = project.runs.find(({ name }) => name === run);
  return { rounds: line?.rounds ?? [], round: query.round ?? line?.first ?? "-" };
}

/** Rounds that played held-out tasks. */
export const evaluatedIn = (run: RunLine | undefined): readonly RoundLine[] =>
  run?.rounds.filter(({ evaluated }) => evaluated > 0) ?? [];
