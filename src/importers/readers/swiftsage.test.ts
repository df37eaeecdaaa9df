// The four files that hold ScienceWorld's steps, hand-made; test/jvm has them as the simulator writes them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { jsonLines, scratchFolder } from "../../../test/logs.ts";
import { type LogRecord, readLog } from "../reader.ts";
import { swiftsage } from "./swiftsage.ts";

const { write } = scratchFolder();
const HALLWAY = "This room is called the hallway. In it, you see: \n\tthe agent";

const step = (action: string, observation: string, score: string, more: object = {}) => ({
  action,
  observation,
  score,
  isCompleted: "false",
  freelook: `${HALLWAY}\n`,
  inventory: "In your inventory, you see:\n\tan orange\n",
  ...more,
});
const STEPS = [
  step("look around", HALLWAY, "0.0"),
  step("go to kitchen", "You move to the kitchen.", "0.33"),
  step("focus on apple", "You focus on the apple.", "1.0", { isCompleted: "true" }),
  step("wait1", "You decide to wait for 1 iterations.", "1.0", { isCompleted: "true" }),
];
const GOAL = "Your task is to find a(n) living thing.";
const about = { taskName: "task-4-find-living-thing", variationIdx: 7, taskDescription: GOAL };

async function read(content: unknown, indent?: number): Promise<LogRecord[]> {
  const file = write("log.json", typeof content === "string" ? content : JSON.stringify(content, null, indent));
  const records: LogRecord[] = [];
  for await (const record of readLog(swiftsage, file)) records.push(record);
  return records;
}

const EPISODE = {
  taskKey: "task-4-find-living-thing/7",
  instruction: GOAL,
  firstObservation: HALLWAY,
  steps: [
    { thought: "", action: "go to kitchen", completion: "go to kitchen", observation: "You move to the kitchen." },
    { thought: "", action: "focus on apple", completion: "focus on apple", observation: "You focus on the apple." },
  ],
  unusedThoughts: 0,
  leftOut: ["step behind the end"],
  claimed: "won",
  end: { return: 100, terminated: true },
};

test("run histories, oracle logs, gold paths and single histories tell the same episode", async () => {
  const oracle = {
    7: { episodeIdx: 7, history: { ...about, fold: "test", history: STEPS }, notes: { mode: "oracle" } },
  };
  const history = { taskIdx: "4", ...about, variationIdx: "7", simplifications: "easy", history: STEPS };
  const packed = { 0: { episodeIdx: 0, history, notes: {} }, 1: { episodeIdx: 1, history, notes: {} } };
  const path = { variationIdx: 7, fold: "train", taskDescription: ` ${GOAL}\n`, path: STEPS };
  const gold = { 4: { taskIdx: 4, taskName: about.taskName, goldActionSequences: [path, path] } };
  const told = { ...EPISODE, settings: "simplifications easy" };
  const episodes = async (content: unknown, indent?: number) =>
    (await read(content, indent)).map((each) => (each.kind === "episode" ? each.episode : each));
  for (const indent of [undefined, 2]) {
    assert.deepEqual(await episodes(oracle, indent), [EPISODE]);
    assert.deepEqual(await episodes(packed, indent), [told, told]);
    assert.deepEqual(await episodes(gold, indent), [EPISODE, EPISODE]);
    assert.deepEqual(await episodes([history], indent), [told]);
  }
  assert.deepEqual(await episodes(jsonLines([history, oracle[7]])), [told, EPISODE]);
});

test("without the wrapper's reset the first room is what was seen before the first action", async () => {
  const [record] = await read(jsonLines([{ ...about, history: STEPS.slice(1) }]));
  assert.deepEqual(record?.kind === "episode" && record.episode, EPISODE);
});

test("a wrong focus ends an episode, running out of steps does not", async () => {
  const wrong = [...STEPS.slice(0, 2), step("focus on door", "You focus on the door.", "-1.0"), STEPS[3]!];
  const [lost, unfinished] = await read(
    jsonLines([
      { ...about, history: wrong },
      { ...about, history: STEPS.slice(0, 2) },
    ]),
  );
  assert.partialDeepStrictEqual(lost, { episode: { claimed: "lost", end: { return: -100, terminated: true } } });
  assert.partialDeepStrictEqual(unfinished, { episode: { claimed: "lost", end: { return: 33, terminated: false } } });
  assert.equal(lost?.kind === "episode" && lost.episode.steps.length, 2);
});

test("what is no episode says what was expected", async () => {
  const problems: readonly [unknown, RegExp][] = [
    [{ ...about }, /expected an object with history, path or goldActionSequences, found none/],
    [{ ...about, history: "x" }, /history: expected a list of steps, found "x"/],
    [{ ...about, history: [STEPS[0]] }, /history: expected at least one action after the reset/],
    [
      { ...about, variationIdx: "3a", history: STEPS },
      /variationIdx: expected the number of a variation .* found "3a"/,
    ],
    [{ ...about, taskName: 4, history: STEPS }, /taskName: expected the task's name, found 4/],
    [{ ...about, history: [{ ...STEPS[1], score: "high" }] }, /history\[0\]\.score: expected a raw score .* "high"/],
    [
      { ...about, history: [{ ...STEPS[1], freelook: undefined }] },
      /history\[0\]: expected "look around" or a freelook/,
    ],
    [{ ...about, history: [{ ...STEPS[1], action: "\ud800" }] }, /history\[0\]\.action: expected Unicode text/],
    [{ goldActionSequences: [] }, /goldActionSequences: expected one path in each record, found 0/],
    [5, /expected an object with history, path or goldActionSequences, found 5/],
  ];
  const records = await read(jsonLines(problems.map(([row]) => row)));
  for (const [index, [, expected]] of problems.entries()) {
    const record = records[index]!;
    assert(record.kind === "malformed");
    assert.match(record.problem, expected);
    assert.equal(record.line, index + 1);
  }
});
