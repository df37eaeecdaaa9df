/** The story of a task with several expert runs and with pairs: each sentence stands where it belongs, each half says what it is. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ExpertRun, Lesson, RunReading, Story } from "../analysis/story.ts";
import { taskId, trajectoryId } from "../core/ids.ts";
import { storyDocument } from "./story-document.ts";

const reading: RunReading = {
  states: [
    { step: 0, won: 1, of: 1 },
    { step: 1, won: 0, of: 1 },
  ],
  harmful: [{ from: 0, to: 1 }],
  beneficial: [],
  needRecover: 1,
};

const runOf = (policy: string, reading: RunReading | null): ExpertRun => ({
  trajectory: trajectoryId(policy),
  policy,
  won: false,
  return: 0,
  outcome: { kind: "terminated" },
  finalObservation: "over",
  steps: [],
  reading,
});

const half = (part: Lesson["part"]): Lesson => ({
  part,
  trajectory: trajectoryId(part),
  won: part === "preferred",
  fork: null,
  reasons: [],
  steps: [{ index: 0, actor: "student", byExpert: false, action: "go", isLearned: true }],
});

const story: Story = {
  kind: "story",
  run: "r",
  round: { method: "M", seed: 1, iteration: 1 },
  task: { id: taskId("w/train/t"), split: "train", category: "c", instruction: "i" },
  runs: [runOf("one", reading), runOf("two", { ...reading, harmful: [], needRecover: null })],
  lessons: [half("preferred"), half("rejected"), half("preferred"), half("rejected")],
};

test("what the probes say of a run stands behind what became of that run", () => {
  const { lead } = storyDocument(story);
  assert.deepEqual(
    lead!.map((sentence) => sentence.split(" ").slice(0, 4).join(" ")),
    ["one lost after 0", "Step 0 did harm:", "two lost after 0", "No step did harm", "M learned 2 pairs"],
  );
});

test("pairs are counted as pairs, and what is rejected is not said to be learned", () => {
  const sections = storyDocument(story).sections.slice(-4);
  assert.deepEqual(
    sections.map(({ title, table }) => [title.split(":")[0], table!.rows[0]!.at(-1)]),
    [
      ["Preferred, pair 1 of 2", "1, learned"],
      ["Rejected, pair 1 of 2", "1, made less likely"],
      ["Preferred, pair 2 of 2", "1, learned"],
      ["Rejected, pair 2 of 2", "1, made less likely"],
    ],
  );
});
