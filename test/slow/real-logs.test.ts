/**
 * Every public set of ALFWorld episodes of real models at hand, replayed: not one answer may differ. They are of the older
 * release; without its logic every difference that is found must say so.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import type { Reason } from "../../src/importers/reasons.ts";
import type { ImportSummary } from "../../src/importers/summary.ts";
import { gleaner } from "../command.ts";
import { alfworldGames, shared, skipWithout } from "../shared.ts";
import { temporaryFolder } from "../temporary.ts";

const folder = temporaryFolder();
const none = { episodes: 0, won: 0, notWon: 0 };
const all = (episodes: number, isWon: boolean) => ({
  ...{ episodes, won: isWon ? episodes : 0, notWon: isWon ? 0 : episodes },
});

const SETS = [
  { file: "knowagent_llama-2-13b_D0", format: "knowagent", steps: 9000, won: 134, lost: 256, broken: 120 },
  { file: "knowagent_llama-2-13b_D1", format: "knowagent", steps: 8950, won: 182, lost: 216, broken: 112 },
  { file: "adapt_text-davinci-003_alfworld", format: "react-text", steps: 1456, won: 107, lost: 21, broken: 0 },
] as const;

for (const { file, format, steps, won, lost, broken } of SETS) {
  const path = `alfworld/trajectories/${file}.jsonl.gz`;
  test(`${file} replays to the letter`, { skip: skipWithout(path) }, async () => {
    const project = join(folder, file);
    const world = ["--data", alfworldGames()];
    const logic = ["--logic", shared("alfworld/logic-0.3")];
    const log = ["import", shared(path), "--format", format, "--env", "alfworld", "--json"];
    const summary: ImportSummary = JSON.parse((await gleaner(project, [...log, "--out", "logs", ...world, ...logic]))!);
    const episodes = won + lost + broken;
    assert.partialDeepStrictEqual(summary, {
      ...{ lines: episodes, episodes, verified: episodes, added: episodes, steps },
      ...{
        malformed: [],
        unknownTasks: [],
        diverged: [],
        broken: [],
        disagreements: [],
        cut: { episodes: 0, actions: 0 },
      },
      claims: { won: all(won, true), lost: all(lost, false), "broken off": all(broken, false), "not told": none },
    });
    const verified = await gleaner(project, ["verify", "logs", ...world, ...logic]);
    assert.match(verified!, new RegExp(`all ${episodes} trajectories verified`));

    const newer: ImportSummary & { readonly reasons: readonly Reason[] } = JSON.parse(
      (await gleaner(project, [...log, "--dry-run", ...world]))!,
    );
    assert(newer.diverged.length > 50);
    assert.deepEqual(
      newer.reasons.map(({ fate, count }) => ({ fate, count })),
      [{ fate: "diverged", count: newer.diverged.length }],
    );
    assert.match(newer.reasons[0]!.reason, /alfworld 0\.3 or older .*: add --logic DIR/);
  });
}
