import assert from "node:assert/strict";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { TrainerError } from "../../src/core/errors.ts";
import { type CheckpointId, trajectoryId } from "../../src/core/ids.ts";
import type { Checkpoint, Preference, TrainEvent, TrainingSet, TrainRequest } from "../../src/core/training.ts";
import { DEFAULT_PRETRAINED_SETTINGS, type PretrainedSettings } from "../../src/students/pretrained/settings.ts";
import { pretrainedTrainer } from "../../src/students/pretrained/trainer.ts";
import { context, demonstration, learned } from "../chat-checkpoint.ts";
import { demonstrationOf, trainerContract } from "../contract/trainer.ts";
import { pretrainedCheckpoint } from "../pretrained-checkpoint.ts";
import { temporaryFolder } from "../temporary.ts";

const ALL_PROJECTS = temporaryFolder();
const BASE = join(ALL_PROJECTS, "base");
pretrainedCheckpoint({ after }, BASE);

const FROM: Checkpoint = {
  id: "base" as CheckpointId,
  parent: null,
  trainingSet: null,
  trainer: "given",
  at: { kind: "folder", path: "checkpoints/base" },
};
const settings: Partial<PretrainedSettings> = { steps: 3, batch: 2, learningRate: 1e-2, loraRank: 4, threads: 1 };

function freshProject(): string {
  const project = mkdtempSync(join(ALL_PROJECTS, "project-"));
  cpSync(BASE, join(project, "checkpoints", "base"), { recursive: true });
  return project;
}

async function trained(
  project: string,
  given: Partial<PretrainedSettings>,
  request: Omit<TrainRequest, "from" | "seed">,
): Promise<number[]> {
  const events: TrainEvent[] = [];
  const trainer = pretrainedTrainer(project, { ...settings, ...given });
  for await (const event of trainer.train({ from: FROM, seed: 1, ...request })) events.push(event);
  return events.flatMap((event) => (event.kind === "metrics" ? [event.values.loss!] : []));
}

const examples = ["mug", "pot", "cd"].map((thing, index) => demonstrationOf(`find ${thing}`, `go to shelf ${index}`));
const id = "new" as CheckpointId;

trainerContract(
  "embedded-lora",
  async () => {
    const project = freshProject();
    return {
      trainer: pretrainedTrainer(project, settings),
      from: FROM,
      placeOf: (id) => ({ kind: "folder", path: `checkpoints/${id}` }),
      bytes(at) {
        const folder = join(project, at.kind === "folder" ? at.path : "");
        if (!existsSync(folder)) return undefined;
        const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
        return Buffer.concat(files.map((file) => readFileSync(join(file.parentPath, file.name))));
      },
    };
  },
  { kind: "sft", examples },
);

/** A conversation of several turns of which only the last answer is learned; `ending` comes after it. */
const recovery = (ending: string) =>
  demonstration(
    context("system", "Text game."),
    context("user", "find the mug"),
    context("assistant", "open drawer"),
    context("user", "It is empty."),
    learned("go to shelf"),
    ...(ending ? [context("user", ending)] : []),
  );

test("what comes after the last learned token changes nothing", async () => {
  const project = freshProject();
  const losses = [];
  for (const ending of ["", "You see a mug.", "You see a mug and much more than that."]) {
    losses.push(await trained(project, {}, { set: { kind: "sft", examples: [recovery(ending)] }, id }));
  }
  assert.deepEqual(losses[0], losses[1]);
  assert.deepEqual(losses[0], losses[2]);
});

test("an example of weight 2 counts as twice the same example, however the step is parted", async () => {
  const project = freshProject();
  const [one, other] = [examples[0]!, recovery("")];
  const lossesOf = (parts: number, batch: readonly (typeof one)[]) =>
    trained(project, { deviceBatch: parts, batch: batch.length }, { set: { kind: "sft", examples: batch }, id });
  const twice = await lossesOf(3, [one, other, other]);
  for (const parts of [1, 2]) {
    const weighted = await lossesOf(parts, [one, { ...other, weight: 2 }]);
    for (const [step, loss] of twice.entries()) assert(Math.abs(loss - weighted[step]!) < 1e-3, `${twice} ${weighted}`);
  }
  const plain = await lossesOf(1, [one, other]);
  assert(Math.abs(plain.at(-1)! - twice.at(-1)!) > 1e-3, `${plain} ${twice}`);
});

const pair = (chosen: string, rejected: string): Preference => ({
  prompt: [{ role: "user", content: "find the mug" }],
  chosen: [learned(chosen), context("user", "It is there."), learned("take it")],
  rejected: rejected ? [learned(rejected)] : [],
  sources: [trajectoryId("better"), trajectoryId("worse")],
});

test("preferences begin at ln 2 and are learned", async () => {
  const project = freshProject();
  const set: TrainingSet = { kind: "dpo", examples: [pair("go to shelf", "sit"), pair("look", "wait")], beta: 0.1 };
  const losses = await trained(project, { steps: 40, warmup: 0, learningRate: 3e-3 }, { set, id });
  assert(Math.abs(losses[0]! - Math.LN2) < 1e-4 && losses.at(-1)! < 0.2, `from ${losses[0]} to ${losses.at(-1)}`);
});

test("what cannot be trained exactly is refused by name before anything starts", async () => {
  const project = freshProject();
  const refused = (set: TrainingSet, message: RegExp, given: Partial<PretrainedSettings> = {}) =>
    assert.rejects(trained(project, given, { set, id }), (error) => {
      assert(error instanceof TrainerError);
      assert.match(error.message, message);
      return true;
    });
  const sft = (...given: (typeof examples)[number][]): TrainingSet => ({ kind: "sft", examples: given });
  const long = demonstrationOf("find it ".repeat(40), "no", trajectoryId("guilty"));
  await refused(
    sft(examples[0]!, long),
    /training new: example 1 \(trajectory guilty\): \d+ tokens, expected at most 256/,
  );
  await refused(sft(examples[0]!), /example 0 .*expected at most 20/, { maxLength: 20 });
  await refused(sft(demonstration(context("user", "a"))), /example 0 \(trajectory t1\): no token .* is learned/);
  await refused(sft(), /the training set is empty/);
  await refused({ kind: "dpo", examples: [pair("a", "")], beta: 0.1 }, /chosen better, rejected worse.*rejected side/);
  await refused({ kind: "dpo", examples: [pair("a", "b")], beta: 0 }, /beta is 0/);
  assert.deepEqual(readdirSync(join(project, "checkpoints")), ["base"]);
});

test("settings but for threads are part of the trainer's identity, and checked", () => {
  const project = temporaryFolder();
  const { threads: _, ...identity } = DEFAULT_PRETRAINED_SETTINGS;
  assert.deepEqual(pretrainedTrainer(project, { threads: 3 }).settings, identity);
  for (const [given, message] of [
    [{ loraRank: 0 }, /expected loraRank to be a whole number ≥ 1, got 0/],
    [{ threads: -1 }, /threads/],
    [{ schedule: "linear" as never }, /schedule/],
    [{ loraAlpha: 0 }, /loraAlpha/],
  ] as const) {
    assert.throws(() => pretrainedTrainer(project, given), { name: "CliError", message });
  }
});
