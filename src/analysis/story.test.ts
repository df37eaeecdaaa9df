/** Stories told from a small store made by hand: steps, labels, lessons, and the order of the list. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { episode, roundOf, storeOf } from "../../test/recorded.ts";
import type { TaskId, TrainingSetId, TrajectoryId } from "../core/ids.ts";
import type { WeightedMessage } from "../core/training.ts";
import { storyDocument, storyListDocument } from "../reports/story-document.ts";
import { textOf } from "../reports/terminal.ts";
import { openSqlite } from "../store/sqlite.ts";
import { type RunReading, storyOf, type Telling, tasksIn } from "./story.ts";
import { storiesOf } from "./story-list.ts";

const id = (name: string) => name as TrajectoryId;

/** Two lost runs, one won; the student took over the first one's steps 2 and 4, and recovered behind the harm. */
function telling(): Telling {
  const repository = storeOf(["train/1", "train/2", "train/3"]);
  const on = (task: number) => ({ taskId: `train/${task}` as TaskId });
  episode(repository, "e1", "-", { policy: "expert/x", ownSteps: 6, ...on(1) });
  episode(repository, "e2", "-", { policy: "expert/x", ownSteps: 3, ...on(2) });
  episode(repository, "e3", "+", { policy: "expert/x", ownSteps: 3, ...on(3) });
  episode(repository, "start1", "-", on(1));
  episode(repository, "p2", "+", {
    ...on(1),
    fork: { from: id("e1"), step: 2 },
    actions: ["e1 2", "e1 3", "mend", "end"],
  });
  episode(repository, "p4", "-", { ...on(1), fork: { from: id("e1"), step: 4 } });
  const learned = (step: number, actor: string, reason: string): WeightedMessage => {
    return { role: "assistant", content: "x", weight: 1, provenance: { trajectory: id("p2"), step, actor, reason } };
  };
  const context: WeightedMessage = { role: "assistant", content: "x", weight: 0 };
  const trainingSet = "learned" as TrainingSetId;
  const recovery = [4, 5].map((step) => learned(step, "start", "recovery from s_4"));
  repository.addTrainingSet(trainingSet, {
    kind: "sft",
    examples: [{ source: id("p2"), messages: [context, context, context, context, ...recovery] }],
  });
  const round = roundOf(repository, {
    expert: ["e1", "e2", "e3"].map(id),
    explored: [id("start1")],
    probed: [id("p2"), id("p4")],
    trainingSet,
  });
  const reading: RunReading = {
    states: [
      { step: 0, won: 0, of: 1 },
      { step: 2, won: 1, of: 1 },
      { step: 4, won: 0, of: 1 },
    ],
    beneficial: [{ from: 0, to: 2 }],
    harmful: [{ from: 2, to: 4 }],
    needRecover: 4,
  };
  return { repository, run: "run", round, readingOf: (each) => (each === "e1" ? reading : undefined) };
}

test("a step has its label, who took over there and how that went", () => {
  const [run] = storyOf(telling(), "train/1" as TaskId).runs;
  assert.deepEqual(
    run!.steps.map(({ label, taken, isNeedRecover }) => [label, taken?.won ?? null, isNeedRecover]),
    [
      ["beneficial", 0, false],
      ["beneficial", null, false],
      ["harmful", 1, false],
      ["harmful", null, false],
      [null, 0, true],
      [null, null, false],
    ],
  );
  assert.deepEqual([run!.policy, run!.won], ["expert/x", false]);
});

test("a lesson says of each step who took it and whether it is learned", () => {
  const [lesson, ...others] = storyOf(telling(), "train/1" as TaskId).lessons;
  assert.deepEqual(others, []);
  assert.deepEqual([lesson!.reasons, lesson!.part, lesson!.won], [["recovery from s_4"], "example", true]);
  assert.deepEqual(
    lesson!.steps.map(({ actor, byExpert, isLearned }) => [actor, byExpert, isLearned]),
    [
      ["expert/x", true, false],
      ["expert/x", true, false],
      ["start", false, false],
      ["start", false, false],
      ["start", false, true],
      ["start", false, true],
    ],
  );
  assert.deepEqual(storyOf(telling(), "train/2" as TaskId).lessons, []);
});

test("the list: harmful steps first, then what nobody solved, then what was won", () => {
  const { lines } = storiesOf(telling());
  assert.deepEqual(
    lines.map(({ task, won, unsolved, recoveryLearned }) => [task, won, unsolved, recoveryLearned]),
    [
      ["train/1", false, false, true],
      ["train/2", false, true, false],
      ["train/3", true, false, false],
    ],
  );
  assert.deepEqual(
    [lines[0]!.fromStart, lines[0]!.probes],
    [
      { won: 0, of: 1 },
      { won: 1, of: 2 },
    ],
  );
});

test("as text: the labels in words, context in one row, the rest of a long list counted", () => {
  const text = textOf(storyDocument(storyOf(telling(), "train/1" as TaskId)), true);
  assert.match(
    text,
    /^expert\/x lost after 6 steps\.\nSteps 2–3 did harm: the student won from before them and lost from after them\./,
  );
  assert.match(text, /\n│ 2 +│ won 1 of 1 +│ ██ harmful +│ e1 2/);
  assert.match(text, /\n│ 4 +│ lost 1 of 1, need-recover │ +│ e1 4/);
  assert.match(
    text,
    /\n│ 0–1 +│ expert +│ e1 0 … e1 1 +│ 0, context only │\n│ 2–3 +│ student │ e1 2 … e1 3 +│ 0, context only │/,
  );
  assert.match(text, /\n│ 4 +│ student │ mend +│ 1, learned +│\n/);
  assert.match(text, /Why: recovery from s_4 \(/);
  const list = textOf(storyListDocument(storiesOf(telling()), { limit: 1 }), true);
  assert.match(list, /\n│ 1 +│ lost +│ +6 │ 0 of 1 │ 1 of 2 │ 2–3 +│ 0–1 +│ s_4, learned +│\n└/);
  assert.match(list, /\n… and 2 more, which --all shows\./);
});

test("nothing that comes from outside is obeyed by a terminal, and long texts are cut", () => {
  const repository = openSqlite(":memory:");
  repository.addRun({ name: "log", kind: "import", config: {} });
  const hostile = `\u001b[31m\u0007\r\n${"long ".repeat(100)}\u2028`;
  const task = {
    id: "train/\u001b]0;x" as TaskId,
    split: "train",
    category: hostile,
    instruction: hostile,
    data: null,
  };
  repository.addTask(task);
  const step = { observation: hostile, thought: "", action: hostile, completion: "", reward: 0, usage: null };
  repository.addTrajectory("log", {
    id: id("t"),
    taskId: task.id,
    policy: "expert/\u009b1m",
    seed: 0,
    fork: null,
    steps: [step],
    finalObservation: hostile,
    return: 0,
    success: false,
    outcome: { kind: "failed", error: { name: "E", message: hostile } },
  });
  const bare: Telling = { repository, run: "log", round: null, readingOf: () => undefined };
  assert.deepEqual(tasksIn(bare), [task.id]);
  for (const document of [storyDocument(storyOf(bare, task.id)), storyListDocument(storiesOf(bare))]) {
    const text = textOf(document, true);
    assert.doesNotMatch(text.replaceAll("\n", ""), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    for (const line of text.split("\n")) assert([...line].length <= 100, line);
    assert(text.split("\n").length < 60);
  }
  assert.match(textOf(storyDocument(storyOf(bare, task.id)), true), /No method has learned from it yet\./);
});

test("preferences: which side of a pair, and what of it is learned", () => {
  const { repository, round, ...rest } = telling();
  const say = (source: string): WeightedMessage => {
    const provenance = { trajectory: id(source), step: 0, actor: "start", reason: "preferred" };
    return { role: "assistant", content: "x", weight: 1, provenance };
  };
  const trainingSet = "pairs" as TrainingSetId;
  const pair = {
    prompt: [],
    chosen: [say("p2")],
    rejected: [say("start1")],
    sources: [id("p2"), id("start1")],
  } as const;
  repository.addTrainingSet(trainingSet, { kind: "dpo", examples: [pair], beta: 0.1 });
  const story = storyOf({ ...rest, repository, round: { ...round!, trainingSet } }, "train/1" as TaskId);
  assert.deepEqual(
    story.lessons.map(({ part, trajectory }) => [part, trajectory]),
    [
      ["preferred", "p2"],
      ["rejected", "start1"],
    ],
  );
});
