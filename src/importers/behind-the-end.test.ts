// A log that goes on behind the world's end is kept up to it, and told; nothing behind it is stored.
import assert from "node:assert/strict";
import { test } from "node:test";
import { corridor, walk, winning } from "../../test/corridor.ts";
import { imported, importing } from "../../test/importing.ts";
import { jsonLines, scratchFolder } from "../../test/logs.ts";
import { openSqlite } from "../store/sqlite.ts";

const { write } = scratchFolder();

test("actions behind the end are left out and counted, in rows and in texts", async () => {
  const { steps, finalObservation } = await walk(3, winning(3));
  const after = [
    { observation: finalObservation, action: "look" },
    { observation: "You see nothing.", action: "forward" },
  ];
  const seen = (index: number) => steps[index + 1]?.observation ?? finalObservation;
  const row = { task: "corridor/train/halls/3", steps: [...steps, ...after], finalObservation: "Nothing." };
  const turns = steps.map(({ action }, index) => `> ${action}\n${seen(index)}\n`).join("");
  const text = `open the door.\n\n${steps[0]!.observation}\n${turns}> look\nYou see nothing.\n> forward\nNothing.\n`;
  for (const [format, record] of [
    ["gleaner", row],
    ["react-text", { task: "corridor/train/halls/3", text }],
  ] as const) {
    const repository = openSqlite(":memory:");
    const options = { format, benchmark: corridor, repository };
    const files = [write(`${format}.jsonl`, jsonLines([record]))];
    const summary = await importing({ ...options, files });
    assert.partialDeepStrictEqual(summary, { verified: 1, diverged: [], cut: { episodes: 1, actions: 2 } }, format);
    const [trajectory] = imported(repository);
    const actions = (of: { readonly steps: readonly { action: string }[] }) => of.steps.map(({ action }) => action);
    assert.deepEqual(actions(trajectory!), actions({ steps }));
    assert.partialDeepStrictEqual(trajectory, { finalObservation, success: true, outcome: { kind: "terminated" } });
    // The store says so when the same logs are imported again.
    assert.partialDeepStrictEqual(await importing({ ...options, files }), { added: 0, cut: summary.cut });
  }
});

test("a difference before the end is still one", async () => {
  const { steps, finalObservation } = await walk(3, winning(3));
  const other = steps.map((step, index) => (index === 1 ? { ...step, observation: "You see a cat." } : step));
  const row = { task: "corridor/train/halls/3", steps: [...other, { observation: finalObservation, action: "look" }] };
  const files = [write("cat.jsonl", jsonLines([row]))];
  const summary = await importing({
    format: "gleaner",
    benchmark: corridor,
    files,
    repository: openSqlite(":memory:"),
  });
  assert.partialDeepStrictEqual(summary, { verified: 0, cut: { episodes: 0, actions: 0 } });
  assert.equal(summary.diverged.length, 1);
});
