// `gleaner tasks` on the command line, and the panels that come with gleaner: they are the official splits as we read them.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { readPanel } from "../src/worlds/panel/panel.ts";
import { PANELS, panelNames } from "../src/worlds/panel/shipped.ts";
import { gleanerHere } from "./command-here.ts";
import { alfworldGames, shared, skipWithout } from "./shared.ts";
import { temporaryFolder } from "./temporary.ts";

const SMALL = ["--option", "testTasks=3", "trainTasks=5"];
const tasks = (context: TestContext, ...rest: readonly string[]) => gleanerHere(context, "tasks", ...rest);

test("the tasks of a split are printed, and compared with a list", async (context) => {
  const folder = temporaryFolder();
  const printed = await tasks(context, "workshop", "--split", "test", ...SMALL);
  assert.match(printed.output, /workshop\/test\/front-0-2 │ [0-9a-f]{20} │ [0-9a-f]{20} │ – /);
  assert.match(printed.output, /^3 tasks, fingerprint [0-9a-f]{20}$/m);
  const file = join(folder, "panel.json");
  writeFileSync(file, (await tasksJson(context)) ?? "");
  assert.deepEqual(await tasks(context, "workshop", "--check", file, ...SMALL), {
    code: 0,
    output: `3 tasks of test: the same as in ${file}`,
  });
  const other = await tasks(context, "workshop", "--check", file, ...SMALL, "kind=back");
  assert.equal(other.code, 1);
  assert.match(other.output, /here, and not in the list │ {5}3 │ workshop\/test\/back-0-0/);
});

test("without a split they are counted", async (context) => {
  const { code, output } = await tasks(context, "workshop", ...SMALL);
  assert.equal(code, 0);
  assert.match(output, /│ train +│ +5 │/);
  assert.match(output, /│ test +│ +3 │/);
  assert.match(output, /--split train says/);
});

async function tasksJson(context: TestContext): Promise<string> {
  const written: string[] = [];
  const write = context.mock.method(process.stdout, "write", (text: string) => written.push(text) > 0);
  await tasks(context, "workshop", "--split", "test", "--json", ...SMALL);
  write.mock.restore();
  return written.join("");
}

test("what is no split, list or panel is refused by name", async (context) => {
  const refused = async (...rest: readonly string[]) => {
    const { code, output } = await tasks(context, "workshop", ...rest);
    assert.equal(code, 2);
    return output;
  };
  assert.match(await refused("--seed", "1"), /--seed: expected --split with it, one of train, validation, test/);
  assert.match(await refused("--split", "tset"), /unknown split "tset".*did you mean "test"/);
  assert.match(await refused("--check", "nowhere"), /expected a file, or one of alfworld-valid_seen, .*got "nowhere"/);
  assert.match(
    await refused("--check", "alfworld-valid_seen"),
    /the list is of the split "valid_seen" of "alfworld"; workshop has/,
  );
});

const WORLDS: Readonly<Record<string, { readonly data: string; world(): readonly string[] }>> = {
  alfworld: { data: "alfworld/json_2.1.1.tar.xz", world: () => ["alfworld", "--data", alfworldGames()] },
  webshop: { data: "webshop/items_shuffle_1000.json.gz", world: () => ["webshop", "--data", shared("webshop")] },
};

for (const name of panelNames()) {
  const { data, world } = WORLDS[name.split("-")[0]!] ?? {};
  if (!data) {
    test(`the panel ${name} can be read`, () => {
      readPanel(name, readFileSync(join(PANELS, `${name}.json`), "utf8"));
    });
    continue;
  }
  test(`the panel ${name} is what the data here gives`, { skip: skipWithout(data) }, async (context) => {
    const { code, output } = await tasks(context, ...world!(), "--check", name);
    assert.match(output, /: the same as in /);
    assert.equal(code, 0);
  });
}
