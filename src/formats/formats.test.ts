import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { taskId, trajectoryId } from "../core/ids.ts";
import type { Task } from "../core/task.ts";
import type { WeightedMessage } from "../core/training.ts";
import type { Trajectory } from "../core/trajectory.ts";
import { workshop } from "../worlds/workshop/index.ts";
import { demonstration } from "./demonstration.ts";
import { conversation, FORMATS } from "./format.ts";
import { formatFor } from "./named.ts";
import { tokenChunks, weightedTokens } from "./tokens.ts";

const benchmark = workshop();
const task: Task = {
  id: taskId("w/train/1"),
  split: "train",
  category: "c",
  instruction: "Open the door.",
  data: null,
};
const step = (index: number) => ({
  observation: `room ${index}`,
  thought: `thought ${index}`,
  action: `go ${index}`,
  completion: `raw ${index}`,
  reward: 0,
  usage: null,
});
const trajectory: Trajectory = {
  id: trajectoryId("t"),
  taskId: task.id,
  policy: "student",
  seed: 0,
  fork: { from: trajectoryId("parent"), step: 2 },
  steps: [0, 1, 2, 3].map(step),
  finalObservation: "",
  return: 1,
  success: true,
  outcome: { kind: "terminated" },
};
const text = formatFor("text", benchmark);
const react = formatFor("react", benchmark);

test("react keeps thought and action apart and reads them back", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z ]{0,20}$/), fc.stringMatching(/^[a-z ]{1,20}$/), (thought, action) => {
      const decision = { thought: thought.trim(), action: action.trim() };
      assert.deepEqual(react.parse(react.assistant(decision)), decision);
    }),
  );
});

test("the last Action: counts, and text without one is the action itself", () => {
  assert.equal(react.parse("Thought: Action: is a word\nAction: open door").action, "open door");
  assert.equal(react.parse("open door\n").action, "open door");
});

test("a demonstration masks what comes before the state it is for, whoever acted", () => {
  const { messages } = demonstration({
    format: react,
    task,
    trajectory,
    learnFrom: 1,
    reason: "r",
    parentPolicy: "expert/e",
  });
  const shown = messages.map((message) =>
    message.weight ? `${message.provenance.step} ${message.provenance.actor}` : message.role,
  );
  assert.deepEqual(shown, [
    "system",
    "user",
    "assistant",
    "user",
    "1 expert/e",
    "user",
    "2 student",
    "user",
    "3 student",
  ]);
});

test("a fork without its parent's policy is a programming mistake", () => {
  assert.throws(() => demonstration({ format: text, task, trajectory, learnFrom: 0, reason: "r" }), /parentPolicy/);
});

for (const name of FORMATS) {
  test(`${name}: what a policy reads is what it was trained on`, () => {
    const format = formatFor(name, benchmark);
    const { messages } = demonstration({ format, task, trajectory, learnFrom: 0, reason: "r", parentPolicy: "e" });
    const plain = messages.map(({ weight: _, ...message }) => {
      const { provenance: __, ...rest } = { provenance: null, ...message };
      return rest;
    });
    for (let turn = 0; turn < trajectory.steps.length; turn++) {
      const asked = conversation(format, task, trajectory.steps.slice(0, turn), trajectory.steps[turn]!.observation);
      assert.deepEqual(asked, plain.slice(0, asked.length));
      assert.notEqual(asked.at(-1)!.role, "assistant");
    }
  });
}

const letters = { encode: (content: string) => [...content].map((letter) => letter.charCodeAt(0)), bos: 1, end: 2 };

test("a longer conversation begins with the tokens of a shorter one", () => {
  const messages = conversation(text, task, trajectory.steps, "now");
  const shorter = tokenChunks(messages.slice(0, 4), letters).flat();
  assert.deepEqual(tokenChunks(messages, letters).flat().slice(0, shorter.length), shorter);
});

test("weights cover exactly the learned messages and their ends", () => {
  const provenance = { trajectory: trajectory.id, step: 0, actor: "a", reason: "r" };
  const messages: WeightedMessage[] = [
    { role: "user", content: "ab", weight: 0 },
    { role: "assistant", content: "c", weight: 1, provenance },
    { role: "user", content: "d", weight: 0 },
  ];
  assert.deepEqual(weightedTokens(messages, letters), {
    tokens: [1, 97, 98, 2, 99, 2, 100, 2],
    weights: [0, 0, 0, 0, 1, 1, 0, 0],
  });
});
