// What a config says of the chat template (`student.template`) reaches every student, its trainer and its ids.
import assert from "node:assert/strict";
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { chatCheckpoint, context, DATED, demonstration, learned, rowOf, THINKING } from "../../test/chat-checkpoint.ts";
import { pretrainedCheckpoint } from "../../test/pretrained-checkpoint.ts";
import { temporaryFolder } from "../../test/temporary.ts";
import { tinkerStub } from "../../test/tinker-stub.ts";
import { TINY_CONFIG } from "../../test/tiny-model.ts";
import { CliError, TrainerError } from "../core/errors.ts";
import type { CheckpointId } from "../core/ids.ts";
import type { Checkpoint, Trainer, TrainingSet } from "../core/training.ts";
import { type ExperimentConfig, parseConfig } from "../engine/experiment/config.ts";
import { openTokenizerWith } from "../tokenizers/chat-tokenizer.ts";
import { kindOf } from "./kinds.ts";
import { pretrainedModel } from "./pretrained/model.ts";
import { pretrainedTrainer } from "./pretrained/trainer.ts";
import { servedStudent } from "./served/student.ts";
import { trlTrainer } from "./served/trainer.ts";
import { tinkerBase, tinkerTrainer } from "./tinker/trainer.ts";

const PROJECT = temporaryFolder();
const TEMPLATE = { enable_thinking: false };
const EXAMPLE = demonstration(context("user", "find it"), learned("go"));
const SET: TrainingSet = { kind: "sft", examples: [EXAMPLE] };
const MESSAGES = [{ role: "user", content: "find it" }] as const;

/** A checkpoint folder with this chat template, whole but for what is in its weights. */
function folderWith(t: TestContext, template: string): string {
  const folder = chatCheckpoint(t, { template });
  writeFileSync(join(folder, "config.json"), JSON.stringify({ ...TINY_CONFIG, model_type: "llama" }));
  writeFileSync(join(folder, "model.safetensors"), "");
  return folder;
}

/** `student` without its kind. */
function configOf(kind: string, student: object): ExperimentConfig {
  const whole = {
    run: "r",
    environment: { name: "workshop" },
    expert: { scripted: true },
    methods: [],
    student: { kind, ...student },
  };
  return parseConfig("c.yaml", JSON.stringify(whole));
}

const placesOf = (folder: string) => ({
  served: { checkpoint: folder, serve: ["serve"] },
  pretrained: { checkpoint: folder },
  tinker: { url: "http://127.0.0.1:1", model: "m", tokenizer: folder },
});

test("it is part of what is stored and of every rollout's id, and nothing of it where it is not said", (t) => {
  const folder = folderWith(t, THINKING);
  for (const [kind, places] of Object.entries(placesOf(folder))) {
    const [without, with_] = [{}, { template: TEMPLATE }].map((more) => {
      const config = configOf(kind, { ...places, ...more });
      const { sampling, stored } = kindOf(config);
      return JSON.parse(JSON.stringify({ sampling: sampling(config), student: stored(config).student }));
    });
    assert(!JSON.stringify(without).includes("template"), kind);
    assert.deepEqual(with_.sampling, { ...without.sampling, template: TEMPLATE }, kind);
    assert.deepEqual(with_.student, { ...without.student, template: TEMPLATE }, kind);
  }
});

test("it is part of a checkpoint's id, and of none where it is not said", (t) => {
  const tokenizer = folderWith(t, THINKING);
  const place = { project: PROJECT, python: "python" };
  const hosted = { url: "http://127.0.0.1:1", baseModel: "base", tokenizer };
  const trainers: Readonly<Record<string, (settings: object) => Trainer>> = {
    trl: (settings) => trlTrainer({ ...place, settings }),
    tinker: (settings) => tinkerTrainer({ ...hosted, settings }),
    pretrained: (settings) => pretrainedTrainer(place.project, settings),
  };
  for (const [name, open] of Object.entries(trainers)) {
    const { settings } = open({});
    assert(!Object.keys(settings).includes("template"), name);
    assert.deepEqual(open({ template: TEMPLATE }).settings, { ...settings, template: TEMPLATE }, name);
  }
});

test("a variable that the template does not read is refused by its key before anything starts", async (t) => {
  const folder = folderWith(t, THINKING);
  for (const [kind, places] of Object.entries(placesOf(folder))) {
    const config = configOf(kind, { ...places, template: { enable_thinkin: false } });
    await assert.rejects(kindOf(config).open(PROJECT, config), (error: Error) => {
      assert.match(
        error.message,
        /^student\.template\.enable_thinkin: unknown variable .*did you mean "enable_thinking"/,
      );
      return error instanceof CliError;
    });
  }
});

const BASE: Checkpoint = {
  id: "base" as CheckpointId,
  parent: null,
  trainingSet: null,
  trainer: "given",
  at: { kind: "folder", path: "checkpoints/base" },
};

async function eventsOf(trainer: Trainer, from: Checkpoint): Promise<void> {
  for await (const _ of trainer.train({ set: SET, from, id: "new" as CheckpointId, seed: 1 }));
}

test("TRL's rows are rendered with it, and Python is told", async (t) => {
  const project = temporaryFolder();
  const folder = folderWith(t, THINKING);
  cpSync(folder, join(project, "checkpoints", "base"), { recursive: true });
  const python = join(project, "python");
  writeFileSync(python, `#!/bin/sh\ncp "$2" "$(dirname "$2")/rows.jsonl" ${project}\nexit 1\n`);
  chmodSync(python, 0o755);
  const trainer = trlTrainer({ project, python, settings: { template: TEMPLATE } });
  await assert.rejects(eventsOf(trainer, BASE), TrainerError);
  const [row] = JSON.parse(readFileSync(join(project, "rows.jsonl"), "utf8")).rows;
  assert.deepEqual(row.input_ids, rowOf(openTokenizerWith(folder, TEMPLATE), EXAMPLE).inputIds);
  assert.notDeepEqual(row.input_ids, rowOf(openTokenizerWith(folder, {}), EXAMPLE).inputIds);
  assert.deepEqual(JSON.parse(readFileSync(join(project, "config.json"), "utf8")).settings.template, TEMPLATE);
});

test("a Tinker server is sent the tokens that it gives", async (t) => {
  const tokenizer = folderWith(t, THINKING);
  const stub = await tinkerStub(t, {});
  const settings = { steps: 1, batch: 1, warmup: 0, template: TEMPLATE };
  const server = { url: stub.url, backoffMs: 1, retries: 0 };
  await eventsOf(tinkerTrainer({ ...server, baseModel: "base", tokenizer, settings }), tinkerBase("base"));
  const passed = stub.requests.find(({ body }) => body.forward_backward_input !== undefined)!;
  const { inputIds } = rowOf(openTokenizerWith(tokenizer, TEMPLATE), EXAMPLE);
  const sent = JSON.stringify(passed.body);
  assert(sent.includes(JSON.stringify(inputIds.slice(0, -1)).slice(1, -1)), sent);
});

test("a pretrained student reads prompts and learns rows with it", async (t) => {
  const project = temporaryFolder();
  const base = join(project, "checkpoints", "base");
  mkdirSync(join(project, "checkpoints"));
  pretrainedCheckpoint(t, base);
  writeFileSync(join(base, "chat_template.jinja"), DATED);
  const template = { ...TEMPLATE, date: "2026-11-30" };
  const model = await pretrainedModel({ folder: base, name: "m", slots: 1, threads: 1, template, tokenIds: true });
  t.after(() => model.close());
  const { tokenIds } = await model.complete({ messages: MESSAGES, temperature: 0, maxTokens: 1, seed: 1 });
  assert.deepEqual(tokenIds!.prompt, openTokenizerWith(base, template).prompt(MESSAGES));
  const settings = { steps: 1, batch: 1, threads: 1 };
  await eventsOf(pretrainedTrainer(project, { ...settings, template }), BASE);
  // Without a day it cannot be rendered.
  await assert.rejects(eventsOf(pretrainedTrainer(project, settings), BASE), /writes today's date/);
});

test("a server is to show the day of the config, and the variables are said once", (t) => {
  process.env.GLEANER_PYTHON = process.execPath;
  const checkpoint = folderWith(t, DATED);
  const open = (serve: readonly string[], more: object) =>
    servedStudent(PROJECT, configOf("served", { checkpoint, serve, ...more }) as never);
  const template = { date: "2026-11-30" };
  assert.throws(() => open(["serve"], { template }), /^CliError: student\.serve: the chat template asks for today/);
  open(["serve", "--chat-template", "{template}"], { template });
  open(["serve"], {});
  const extra = { chat_template_kwargs: TEMPLATE };
  assert.throws(
    () => open(["serve"], { template: TEMPLATE, extra }),
    /^CliError: student\.extra\.chat_template_kwargs: /,
  );
});
