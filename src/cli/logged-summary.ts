/** What an import says of logs that are kept as they are: nothing of replays, since there is no world. */
import { CLAIMS, type ImportSummary } from "../importers/summary.ts";
import { table } from "./table.ts";
import { printable } from "./terminal.ts";

/** What was read, and what the logs say of their episodes. */
export function loggedTables(summary: ImportSummary): string[] {
  const { lines, unreplayable, totals, steps, stepsWithThought, unusedThoughts, leftOut } = summary;
  const counts = table(
    [],
    [
      ["records", lines],
      ["  kept as logged", unreplayable.episodes],
      ["  left out: no ending is told", totals.unknownTasks],
      ["  not understood", totals.malformed],
      ["turns of the agent", steps],
      ["  with a thought before an action", stepsWithThought],
      ...(unusedThoughts > 0 ? [["thoughts after the last action, not used", unusedThoughts] as const] : []),
      ...Object.entries(leftOut).map(([kind, count]) => [`left out: ${printable(kind)}`, count] as const),
    ],
  );
  const claims = CLAIMS.filter((claim) => summary.claims[claim].episodes > 0);
  const said = table(
    ["the log says", "episodes"],
    claims.map((claim) => [claim, summary.claims[claim].episodes]),
  );
  return [counts, said];
}

/** What to do about episodes whose logs do not tell how they ended: nothing can be learned from those. `ended`: what was said of them. */
export function endingHint({ totals, claims }: ImportSummary, ended: unknown): string[] {
  const untold = claims["not told"].episodes;
  if (typeof ended === "string" && untold > 0) return [`not told: ${untold}, kept as ${ended}, as --ended says`];
  if (totals.unknownTasks === 0) return [];
  return [
    "to keep what was left out, say where a record tells it: --reward PATH or --success PATH",
    "or say how all of these ended: --ended won or --ended lost",
  ];
}

/** `12 episodes kept as logged, 7 of them won`. */
export function keptText({ unreplayable: { episodes, won } }: ImportSummary): string {
  return `${episodes} ${episodes === 1 ? "episode" : "episodes"} kept as logged, ${won} of them won`;
}
