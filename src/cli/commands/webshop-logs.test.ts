// Published WebShop episodes that cannot be replayed, as a user imports and looks at them.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { gleaner } from "../../../test/command.ts";
import { gleanerHere } from "../../../test/command-here.ts";
import { jsonLines, scratchFolder } from "../../../test/logs.ts";
import { readJsonLines, shared, skipWithout } from "../../../test/shared.ts";

const LOGS = "webshop/react_webshop_500.jsonl.gz";
const { folder, write } = scratchFolder();

test("episodes that cannot be replayed are said to be so, everywhere", { skip: skipWithout(LOGS) }, async (context) => {
  const project = join(folder, "project");
  const data = ["--data", shared("webshop")];
  const log = write("palm.jsonl", jsonLines(readJsonLines(LOGS).slice(0, 20)));
  const importing = ["import", log, "--format", "react-webshop", "--env", "webshop", ...data, "--out", "react"];
  const said = async (...args: readonly string[]) => {
    const { code, output } = await gleanerHere(context, ...args, "--project", project);
    assert.equal(code, 0, output);
    return output;
  };
  const imported = await said(...importing);
  assert.match(imported, /kept without a replay +│ +20 │/);
  assert.match(imported, /not replayed, kept for statistics and imitation only: 20, of which the log says 10 were won/);
  assert.match(imported, /20: the environment does not have its task/);
  assert.match(
    imported,
    /outside the split train: 20 of split test; a student that learns from these must not be evaluated/,
  );

  assert.match(
    await said("verify", "react", ...data),
    /run react: nothing was verified; 20 trajectories cannot be replayed: only their log says how they went/,
  );
  assert.match(await said("runs"), /20, 20 not replayable/);
  assert.match(
    await said("report", "react"),
    /expert\/palm: 20 trajectories cannot be replayed, 10 of them won by their log's word/,
  );
  // A dump writes as it goes.
  const dump = await gleaner(project, ["dump"]);
  assert.equal(dump!.match(/"kind":"unreplayable"/g)!.length, 20);
});
