import assert from "node:assert/strict";
import { test } from "node:test";
import { readJsonLines, skipWithout } from "../../../test/shared.ts";
import { CliError } from "../../core/errors.ts";
import {
  checkSimplifications,
  findKind,
  idOf,
  keyOf,
  kindOf,
  readSimplifications,
  SPLITS,
  splitOf,
  TASK_KINDS,
  variationsOf,
} from "./tasks.ts";

test("30 tasks in 7,207 variations, 3,592 / 1,796 / 1,819 by split", () => {
  assert.equal(TASK_KINDS.length, 30);
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
  assert.equal(sum(TASK_KINDS.map(({ variations }) => variations)), 7207);
  const totals = SPLITS.map((split) => sum(TASK_KINDS.map((known) => variationsOf(known, split).count)));
  assert.deepEqual(totals, [3592, 1796, 1819]);
});

test("every variation belongs to the one split that lists it", () => {
  for (const known of TASK_KINDS) {
    const listed = SPLITS.flatMap((split) => {
      const { first, count } = variationsOf(known, split);
      return Array.from({ length: count }, (_, index) => `${first + index} ${split}`);
    });
    const all = Array.from({ length: known.variations }, (_, index) => `${index} ${splitOf(known, index)}`);
    assert.deepEqual(listed, all, known.name);
  }
});

test("the splits are those that the simulator told", { skip: skipWithout("scienceworld/golden") }, () => {
  type Range = readonly [number, number];
  type Recorded = { readonly task: string; readonly max: number } & Readonly<Record<"train" | "dev" | "test", Range>>;
  const [, ...episodes] = readJsonLines<Recorded>("scienceworld/golden/episodes_1.2.3.jsonl.gz");
  assert.equal(new Set(episodes.map(({ task }) => task)).size, 30);
  for (const episode of episodes) {
    const known = kindOf(episode.task);
    assert.equal(known.variations, episode.max);
    for (const split of SPLITS) {
      const { first, count } = variationsOf(known, split);
      assert.deepEqual([first, first + count - 1], episode[split], `${episode.task} ${split}`);
    }
  }
});

test("tasks are found by their former names, which ETO's files use", () => {
  const former = {
    "task-1-boil": "boil",
    "task-1-change-the-state-of-matter-of": "change-the-state-of-matter-of",
    "task-10-measure-melting-point-(known-substance)": "measure-melting-point-known-substance",
    "task-10-measure-melting-point-(unknown-substance)": "measure-melting-point-unknown-substance",
    "task-10-use-thermometer": "use-thermometer",
    "task-2-power-component-(renewable-vs-nonrenewable-energy)": "power-component-renewable-vs-nonrenewable-energy",
    "task-2a-test-conductivity-of-unknown-substances": "test-conductivity-of-unknown-substances",
    "task-3-find-non-living-thing": "find-non-living-thing",
    "task-5-chemistry-mix-paint-(secondary-color)": "chemistry-mix-paint-secondary-color",
    "task-6-lifespan-(longest-lived-then-shortest-lived)": "lifespan-longest-lived-then-shortest-lived",
    "task-7-identify-life-stages-2": "identify-life-stages-2",
    "task-8-inclined-plane-friction-(unnamed-surfaces)": "inclined-plane-friction-unnamed-surfaces",
    "task-9-mendellian-genetics-(unknown-plant)": "mendelian-genetics-unknown-plant",
  };
  for (const [name, current] of Object.entries(former)) assert.equal(findKind(name)?.name, current, name);
  for (const { name } of TASK_KINDS) assert.equal(findKind(name)?.name, name);
  for (const name of ["", "boiling", "constructor", "task-1-", "boil "]) assert.equal(findKind(name), undefined, name);
});

test("ids lead back to task and variation, by former names too", () => {
  for (const known of TASK_KINDS) {
    const last = known.variations - 1;
    assert.deepEqual(keyOf(idOf(known, last)), { kind: known, variation: last });
  }
  assert.equal(keyOf("scienceworld/task-1-boil/3").kind.name, "boil");
});

test("an unknown task is refused with the list of tasks", () => {
  for (const id of ["scienceworld/boiling/0", "scienceworld/constructor/0"])
    assert.throws(
      () => keyOf(id),
      /^CliError: unknown task "\w+": expected one of boil, melt, .*, mendelian-genetics-unk/,
    );
  for (const id of ["", "boil", "boil/3", "alfworld/boil/3", "scienceworld/boil", "scienceworld/boil/3/4"])
    assert.throws(() => keyOf(id), /expected scienceworld\/<task>\/<variation>/);
});

test("a variation out of range is refused with the range", () => {
  for (const number of ["30", "07", "999999"])
    assert.throws(() => keyOf(`scienceworld/boil/${number}`), /boil has the variations 0 to 29$/);
  for (const number of ["-1", "1.5", "", "1e1", " 1", "9999999"])
    assert.throws(() => keyOf(`scienceworld/boil/${number}`), CliError);
});

test("simplifications are read, and an unknown one is refused with the list", () => {
  assert.equal(readSimplifications("none"), "");
  assert.equal(readSimplifications("easy"), "easy");
  assert.equal(readSimplifications(" openDoors, teleportAction,openDoors"), "openDoors,teleportAction");
  assert.throws(
    () => readSimplifications("easy,teleport"),
    /^CliError: simplifications: unknown "teleport": expected none, or names from easy, teleportAction, .* noElectricalAction/,
  );
});

test("electrical tasks are not offered without electrical actions", () => {
  for (const name of ["power-component", "test-conductivity-of-unknown-substances"]) {
    assert.throws(() => checkSimplifications(kindOf(name), "openDoors,noElectricalAction"), /needs electrical actions/);
    checkSimplifications(kindOf(name), "easy");
  }
  checkSimplifications(kindOf("boil"), "noElectricalAction");
});

test("own step limits are never below ETO's", () => {
  assert.equal(TASK_KINDS.filter(({ etoMaxSteps }) => etoMaxSteps !== undefined).length, 24);
  for (const { name, maxSteps, etoMaxSteps = 0 } of TASK_KINDS) assert(maxSteps >= etoMaxSteps, name);
});
