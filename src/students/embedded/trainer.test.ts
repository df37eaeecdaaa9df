import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { demonstrationOf, trainerContract } from "../../../test/contract/trainer.ts";
import { temporaryFolder } from "../../../test/temporary.ts";
import { type CheckpointId, trajectoryId } from "../../core/ids.ts";
import type { Checkpoint, Demonstration, Preference, TrainingSet, TrainRequest } from "../../core/training.ts";
import { folderOf } from "../shared/checkpoint-folder.ts";
import { embeddedModel } from "./model.ts";
import { embeddedTrainer, initialCheckpoint } from "./trainer.ts";

const architecture = { width: 16, layers: 1, heads: 2, context: 64, vocabulary: 300 };
const COLOURS = ["red", "green", "blue", "grey"];
const set: TrainingSet = {
  kind: "sft",
  examples: COLOURS.map((colour, index) => demonstrationOf(`say ${colour}`, COLOURS[(index + 1) % 4]!)),
};
const material = set.examples.flatMap(({ messages }) => [...messages]);
const settings = { steps: 6, batch: 4, learningRate: 0.01 };

const fresh = async () => {
  const project = temporaryFolder();
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

/** To prefer `better` to `worse` as the answer to `question`, after a turn that both share. */
function preferenceOf(question: string, better: string, worse: string): Preference {
  const [{ messages: chosen }, { messages: rejected }] = [
    demonstrationOf(question, better, trajectoryId("better")),
    demonstrationOf(question, worse, trajectoryId("worse")),
  ];
  return {
    prompt: [{ role: "user", content: question }],
    chosen: chosen.slice(1),
    rejected: rejected.slice(1),
    sources: [trajectoryId("better"), trajectoryId("worse")],
  };
}

test("preferences turn what the model says", async () => {
  const { project, from } = await fresh();
  const learn = async (request: Omit<TrainRequest, "seed">) => {
    for await (const event of embeddedTrainer(project, settings).train({ ...request, seed: 1 }))
      if (event.kind === "done") return { ...from, at: event.at };
    throw new Error("expected an end");
  };
  const examples = [preferenceOf("say red", "blue", "green"), preferenceOf("say grey", "green", "red")];
  const answers = async (checkpoint: Checkpoint) => {
    const model = await embeddedModel(folderOf(project, checkpoint), "m", 4);
    const sampling = { temperature: 0, maxTokens: 4, seed: 1 };
    const said = examples.map(({ prompt, chosen, rejected }) =>
      model.complete({ messages: prompt, ...sampling, choices: [chosen[0]!.content, rejected[0]!.content] }),
    );
    const texts = (await Promise.all(said)).map(({ text }) => text);
    await model.close();
    return texts;
  };
  const imitated = await learn({ set, from, id: "imitated" as CheckpointId, tuning: { steps: 120 } });
  assert.deepEqual(await answers(imitated), ["green", "red"]);
  const pairs: TrainingSet = { kind: "dpo", examples, beta: 0.1 };
  const tuning = { steps: 60, batch: 2, learningRate: 1e-3, schedule: "constant" } as const;
  const preferred = await learn({ set: pairs, from: imitated, id: "preferred" as CheckpointId, tuning });
  assert.deepEqual(await answers(preferred), ["blue", "green"]);

  const empty: TrainingSet = { ...pairs, examples: [examples[0]!, { ...examples[1]!, rejected: [] }] };
  await assert.rejects(learn({ set: empty, from: imitated, id: "refused" as CheckpointId }), /trajectory worse/);
});

test("an example of weight 2 counts as twice the same example", async () => {
  const { project, from } = await fresh();
  const [red, green] = set.examples as readonly [Demonstration, Demonstration];
  const lossesOf = async (id: string, examples: readonly Demonstration[]) => {
    // All examples are in every batch, so that only their weights differ.
    const trainer = embeddedTrainer(project, { ...settings, batch: 3, optimizer: "adamw" });
    const losses: number[] = [];
    const training = { set: { kind: "sft", examples }, from, id: id as CheckpointId, seed: 1 } as const;
    for await (const event of trainer.train(training)) if (event.kind === "metrics") losses.push(event.values.loss!);
    return losses;
  };
  const twice = await lossesOf("twice", [red, green, green]);
  const weighted = await lossesOf("weighted", [red, { ...green, weight: 2 }]);
  const plain = await lossesOf("plain", [red, green]);
  for (const [step, loss] of twice.entries()) assert(Math.abs(loss - weighted[step]!) < 1e-3, `${twice} ${weighted}`);
  assert(Math.abs(plain.at(-1)! - twice.at(-1)!) > 1e-3, `${plain} ${twice}`);
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
