import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { CliError } from "../../core/errors.ts";
import type { TaskId } from "../../core/ids.ts";
import { workshop } from "./index.ts";
import { idOf, KINDS, keyOf, RUINS, SPLITS, scrambled, type TaskData, taskOf } from "./tasks.ts";
import { checkWords, orderIn, STAGES, toolsByWord, WORDS_PER_STAGE, WORKSHOP } from "./words.ts";

const anyKey = fc.record(
  {
    split: fc.constantFrom(...SPLITS),
    kind: fc.constantFrom(...KINDS),
    ruin: fc.constantFrom(...RUINS),
    seed: fc.nat(),
    index: fc.nat(),
  },
  { noNullPrototype: true },
);

test("an id says everything about its task", () => {
  assert.equal(
    idOf({ split: "train", kind: "front", ruin: "ends", seed: 1, index: 17 }, WORKSHOP),
    "workshop/train/front-1-17",
  );
  fc.assert(fc.property(anyKey, (key) => assert.deepEqual(keyOf(idOf(key, WORKSHOP), WORKSHOP), key)));
});

test("what is not exactly an id is refused", () => {
  const wrong = [
    "workshop/train/front-1-017",
    "workshop/train/front-ends-1-17",
    "workshop/train/front-1-99999999999999999999",
    "workshop/train/side-1-17",
    "workshop/dev/front-1-17",
    "other/train/front-1-17",
    "workshop/train/front-1",
  ];
  for (const id of wrong) assert.throws(() => keyOf(id as TaskId, WORKSHOP), CliError, id);
});

test("an order names the words of its task, in the order of the work", () => {
  const property = fc.property(anyKey, (key) => {
    const task = taskOf(key, WORKSHOP);
    const { stages } = task.data as unknown as TaskData;
    const words = stages.map(({ word }) => word);
    assert.deepEqual(orderIn(task.instruction, WORKSHOP), words);
    assert.equal(words.filter(Boolean).length, 1 + (key.index % STAGES));
  });
  fc.assert(property);
});

test("front needs the last stages, back the first, any some", () => {
  const needed = (kind: (typeof KINDS)[number], index: number) => {
    const task = taskOf({ split: "train", kind, ruin: "ends", seed: 0, index }, WORKSHOP);
    return (task.data as unknown as TaskData).stages.map(({ word }) => (word ? 1 : 0)).join("");
  };
  assert.deepEqual(
    [0, 1, 2, 5].map((index) => needed("front", index)),
    ["000001", "000011", "000111", "111111"],
  );
  assert.deepEqual(
    [0, 1, 2, 5].map((index) => needed("back", index)),
    ["100000", "110000", "111000", "111111"],
  );
  const pairs = new Set(Array.from({ length: 300 }, (_, i) => needed("any", 6 * i + 1)));
  assert.equal(pairs.size, 15, "all pairs of six stages occur");
});

test("every tray holds three tools of its stage, the needed one among them, in one of the stage's rooms", () => {
  const tools = toolsByWord(WORKSHOP);
  const property = fc.property(anyKey, (key) => {
    const { stages } = taskOf(key, WORKSHOP).data as unknown as TaskData;
    for (const [i, { word, room, tray }] of stages.entries()) {
      assert(WORKSHOP.stages[i]!.rooms.includes(room));
      assert.equal(new Set(tray).size, 3);
      for (const tool of tray) assert(WORKSHOP.stages[i]!.tools.includes(tool));
      if (word) assert(tray.includes(tools.get(word)!));
    }
  });
  fc.assert(property);
});

test("rooms, trays and words are drawn evenly", async () => {
  const tasks = await workshop({ trainTasks: 3000 }).tasks("train");
  const count = new Map<string, number>();
  for (const { data } of tasks) {
    const { stages } = data as unknown as TaskData;
    for (const item of stages.flatMap(({ word, room, tray }) => [word ?? "", room, ...tray])) {
      count.set(item, (count.get(item) ?? 0) + 1);
    }
  }
  for (const stage of WORKSHOP.stages) {
    for (const [items, spread] of [
      [stage.rooms, 0.1],
      [stage.tools, 0.15],
      [stage.words, 0.3],
    ] as const) {
      const counts = items.map((item) => count.get(item)!);
      const mean = counts.reduce((sum, n) => sum + n, 0) / counts.length;
      for (const n of counts) assert(Math.abs(n - mean) < spread * mean, `${items}: ${counts}`);
    }
  }
});

test("each word asks for its own tool of its stage, and no two seeds disagree about it", () => {
  const tools = toolsByWord(WORKSHOP);
  for (const stage of WORKSHOP.stages) {
    const asked = stage.words.map((word) => tools.get(word)!);
    assert.deepEqual([...asked].sort(), [...stage.tools].sort());
  }
  assert.equal(tools.size, 48);
});

test("orders of three or more words never cross splits, whatever the seed, and do not repeat in a split", async () => {
  const splitOf = new Map<string, string>();
  for (const kind of KINDS) {
    for (const seed of [0, 1, 2, 3]) {
      const benchmark = workshop({ kind, seed });
      for (const split of benchmark.splits) {
        const long = (await benchmark.tasks(split)).filter(({ category }) => category[0]! >= "3");
        assert.equal(new Set(long.map((task) => task.instruction)).size, long.length, `${kind} ${seed} ${split}`);
        for (const { instruction } of long) {
          assert.equal(splitOf.get(instruction) ?? split, split, instruction);
          splitOf.set(instruction, split);
        }
      }
    }
  }
});

test("lengths are spread evenly; the option narrows training only", async () => {
  const counts = async (benchmark: ReturnType<typeof workshop>, split: string) => {
    const count: Record<string, number> = {};
    for (const { category } of await benchmark.tasks(split)) count[category] = (count[category] ?? 0) + 1;
    return count;
  };
  const all = { "1 word": 100, "2 words": 100, "3 words": 100, "4 words": 100, "5 words": 100, "6 words": 100 };
  const narrow = workshop({ lengths: [1, 2, 6], trainTasks: 30 });
  assert.deepEqual(await counts(workshop(), "test"), all);
  assert.deepEqual(await counts(narrow, "train"), { "1 word": 10, "2 words": 10, "6 words": 10 });
  assert.deepEqual(await counts(narrow, "test"), all);
  assert.equal((await workshop().tasks("train")).length, 400);
  assert.equal((await workshop().tasks("validation")).length, 120);
});

test("another seed draws other tasks", async () => {
  const [zero, one] = [await workshop({ seed: 0 }).tasks("train"), await workshop({ seed: 1 }).tasks("train")];
  const common = zero.filter(({ instruction }) => one.some((task) => task.instruction === instruction));
  assert(common.length < 0.5 * zero.length);
});

test("the shuffle of combinations meets every number once", () => {
  for (const length of [3, 4, 5]) {
    const size = WORDS_PER_STAGE ** length;
    const reached = new Set(Array.from({ length: size }, (_, number) => scrambled(number, size)));
    assert.equal(reached.size, size);
    assert(Math.min(...reached) === 0 && Math.max(...reached) === size - 1);
  }
});

test("options out of range are refused", () => {
  const wrong = [
    { trainTasks: 0 },
    { testTasks: 1.5 },
    { lengths: [] },
    { lengths: [7] },
    { seed: -1 },
    { maxSteps: 0 },
  ];
  for (const options of wrong) assert.throws(() => workshop(options), CliError, JSON.stringify(options));
});

test("word lists with a wrong count, a wrong word or a double meaning are refused", () => {
  const changed = (change: object) => ({
    ...WORKSHOP,
    stages: WORKSHOP.stages.map((stage, i) => (i === 2 ? { ...stage, ...change } : stage)),
  });
  assert.equal(checkWords(WORKSHOP), WORKSHOP);
  assert.throws(() => checkWords(changed({ rooms: ["garage"] })), /expected 2 rooms, got 1/);
  assert.throws(() => checkWords(changed({ rooms: ["garage", "barn"] })), /"barn" has two meanings/);
  assert.throws(() => checkWords(changed({ rooms: ["garage", "tray"] })), /"tray" has two meanings/);
  assert.throws(() => checkWords(changed({ rooms: ["garage", "The Attic"] })), /lower-case/);
  assert.throws(() => checkWords({ ...WORKSHOP, stages: [] }), /expected 6 stages, got 0/);
  assert.throws(() => checkWords({ ...WORKSHOP, name: "a/b" }), CliError);
});
