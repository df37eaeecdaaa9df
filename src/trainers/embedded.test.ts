import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { demonstrationOf, trainerContract } from "../../test/contract/trainer.ts";
import type { CheckpointId } from "../core/ids.ts";
import type { Checkpoint, TrainingSet } from "../core/training.ts";
import { embeddedModel } from "../policies/embedded.ts";
import { embeddedTrainer, folderOf, initialCheckpoint } from "./embedded.ts";

const architecture = { width: 16, layers: 1, heads: 2, context: 64, vocabulary: 300 };
const COLOURS = ["red", "green", "blue", "grey"];
const set: TrainingSet = {
  kind: "sft",
  examples: COLOURS.map((colour, index) => demonstrationOf(`say ${colour}`, COLOURS[(index + 1) % 4]!)),
};
const material = set.examples.flatMap(({ messages }) => [...messages]);
const settings = { steps: 6, batch: 4, learningRate: 0.01 };

const fresh = async () => {
  const project = mkdtempSync(join(tmpdir(), "gleaner-trainer-"));
  return { project, from: await initialCheckpoint({ project, architecture, material, seed: 1 }) };
};

trainerContract(
  "embedded",
  async () => {
    const { project, from } = await fresh();
    return {
      trainer: embeddedTrainer(project, settings),
      from,
      placeOf: (id) => ({ kind: "folder", path: `checkpoints/${id}` }),
      bytes(at) {
        const folder = join(project, at.kind === "folder" ? at.path : "");
        if (!existsSync(folder)) return undefined;
        return Buffer.concat(
          readdirSync(folder)
            .sort()
            .map((file) => readFileSync(join(folder, file))),
        );
      },
    };
  },
  set,
);

test("the initial checkpoint follows from architecture, vocabulary and seed", async () => {
  const { project, from } = await fresh();
  assert.deepEqual(await initialCheckpoint({ project, architecture, material, seed: 1 }), from);
  assert.notEqual((await initialCheckpoint({ project, architecture, material, seed: 2 })).id, from.id);
  assert.throws(() => folderOf(project, { ...from, at: { kind: "folder", path: "checkpoints/gone" } }), /is gone/);
});

test("what was trained is what the policy's model says", async () => {
  const { project, from } = await fresh();
  const trainer = embeddedTrainer(project, { ...settings, steps: 120 });
  let at: Checkpoint["at"] | undefined;
  for await (const event of trainer.train({ set, from, id: "colours" as CheckpointId, seed: 1 })) {
    if (event.kind === "done") at = event.at;
  }
  const model = await embeddedModel(folderOf(project, { ...from, at: at! }), "colours", 4);
  const request = (colour: string) => ({
    messages: [{ role: "user" as const, content: `say ${colour}` }],
    temperature: 0,
    maxTokens: 4,
    seed: 1,
  });
  const free = await Promise.all(COLOURS.map(async (colour) => (await model.complete(request(colour))).text));
  assert.deepEqual(free, ["green", "blue", "grey", "red"]);
  const { text, usage } = await model.complete({ ...request("red"), choices: ["blue", "red"] });
  assert(["blue", "red"].includes(text));
  assert.deepEqual([usage.promptTokens > 0, usage.completionTokens > 0], [true, true]);
  const long = { ...request("red"), messages: [{ role: "user" as const, content: "red ".repeat(80) }] };
  await assert.rejects(model.complete(long), { name: "ContextFullError" });
  await model.close();
});
