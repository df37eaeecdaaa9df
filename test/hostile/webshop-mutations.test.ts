// Damaged WebShop logs by the hundred: each record is judged or refused with a reason, its neighbours are untouched.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CliError } from "../../src/core/errors.ts";
import type { Json } from "../../src/core/json.ts";
import { random } from "../../src/core/random.ts";
import { replayer } from "../../src/engine/rollout/replay.ts";
import { importLogs } from "../../src/importers/import.ts";
import { etoWebshop } from "../../src/importers/readers/eto.ts";
import { READERS } from "../../src/importers/readers/registry.ts";
import { openSqlite } from "../../src/store/sqlite.ts";
import { SHOP_ROWS } from "../log-rows.ts";
import { jsonLines, scratchFolder } from "../logs.ts";
import { mutated } from "../mutating.ts";
import { etoEpisode, shop } from "../shop.ts";

const { write } = scratchFolder();
for (const [format, row] of SHOP_ROWS) {
  const reader = READERS[format]!({ benchmark: shop() });
  test(`${reader.name}: 400 damaged records are whole episodes or clear errors`, (t) => {
    let refused = 0;
    for (let seed = 0; seed < 400; seed++) {
      const damage = mutated(row, random("record", reader.name, seed));
      try {
        const { steps, firstObservation, instruction, end } = reader.read(damage);
        assert(steps.length > 0);
        const texts = steps.flatMap(({ thought, action, completion, observation }) => [
          thought,
          action,
          completion,
          observation ?? "",
        ]);
        assert([...texts, firstObservation ?? "", instruction].every((text) => text.isWellFormed()));
        assert(steps.slice(0, -1).every(({ observation }) => observation !== null));
        assert(!end || (end.return >= 0 && end.return <= 1));
      } catch (error) {
        assert(error instanceof CliError, String((error as Error).stack));
        assert.match(error.message, /expected/);
        refused += 1;
      }
    }
    t.diagnostic(`${refused} refused`);
    assert(refused > 100);
  });
}

test("damaged records among whole ones, and damaged arrays: every record has one fate", async () => {
  const benchmark = shop();
  const whole = etoEpisode(3);
  for (let seed = 0; seed < 60; seed++) {
    const draw = random("file", seed);
    const rows = [whole, mutated(etoEpisode(2) as unknown as Json, draw), etoEpisode(4)];
    const isArray = seed % 2 === 0;
    const content = isArray ? JSON.stringify(rows) : jsonLines(rows);
    const cut = seed % 3 === 0 ? content.slice(0, content.length - 1 - draw.integer(40)) : content;
    const repository = openSqlite(":memory:");
    const { replay, close } = replayer(benchmark, { normalize: etoWebshop.normalize, rewards: false });
    const files = [write(isArray ? "rows.json" : "rows.jsonl", cut)];
    const options = { run: "logs", reader: etoWebshop, files, benchmark, environment: {}, repository, replay };
    const { malformed, episodes, verified, diverged, unreplayable, unknownTasks, lines, broken, added } =
      await importLogs(options);
    await close();
    assert.equal(lines, malformed.length + episodes);
    assert.equal(episodes, verified + diverged.length + unreplayable.episodes + unknownTasks.length + broken.length);
    assert.equal(added, verified + diverged.length + unreplayable.episodes);
    assert.equal(repository.trajectoriesOf("logs").length, added);
    assert(verified >= (cut === content ? 2 : 1), `${seed}: the whole ones are confirmed`);
    repository.close();
  }
});
