import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { temporaryFolder } from "../../test/tiny-model.ts";
import type { Example } from "./batches.ts";
import { initialize, readCheckpoint } from "./checkpoint.ts";
import { removeUnfinished } from "./folder.ts";
import { openGenerator } from "./generate.ts";
import type { Objective } from "./objectives.ts";
import { randomStream } from "./random.ts";
import { buildTokenizer } from "./tokenizer.ts";
import { DEFAULT_TRAIN_SETTINGS, type TrainProgress, type TrainSettings, train } from "./train.ts";

const BOS = 1;
const END = 2;
const FIRST = 4; // the first byte token; letters of the toy task
const LETTERS = 8;
const tokenizer = buildTokenizer([]);

function untrained(folder: string): string {
  const config = {
    hidden_size: 32,
    intermediate_size: 64,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    max_position_embeddings: 64,
    rope_theta: 10_000,
    rms_norm_eps: 1e-6,
    tie_word_embeddings: true,
  };
  initialize({ config, tokenizer, seed: 1, to: join(folder, "base") });
  return join(folder, "base");
}

/** Say four letters again, backwards. */
function task(random: { next(): number }): { prompt: number[]; answer: number[] } {
  const letters = Array.from({ length: 4 }, () => FIRST + Math.floor(random.next() * LETTERS));
  return { prompt: [BOS, ...letters, END], answer: letters.toReversed() };
}

function toyExamples(count: number, seed: number): Example[] {
  const random = randomStream(seed);
  return Array.from({ length: count }, () => {
    const { prompt, answer } = task(random);
    const learned = [...answer, END];
    return { tokens: [...prompt, ...learned], weights: [...prompt.map(() => 0), ...learned.map(() => 1)] };
  });
}

const likelihood = (examples: readonly Example[]): Objective => ({ kind: "likelihood", examples });
const toy = (count: number, seed = 1) => likelihood(toyExamples(count, seed));

const short: TrainSettings = { ...DEFAULT_TRAIN_SETTINGS, steps: 3, batch: 8, warmup: 1 };

async function all(events: AsyncIterable<TrainProgress>): Promise<TrainProgress[]> {
  const progress = [];
  for await (const event of events) progress.push(event);
  return progress;
}

test("the loss falls, and the trained model does the task on new inputs", async (t) => {
  const folder = temporaryFolder(t);
  const from = untrained(folder);
  const to = join(folder, "trained");
  const settings = { ...DEFAULT_TRAIN_SETTINGS, steps: 200, batch: 32, learningRate: 6e-3 };
  const progress = await all(train({ from, to, objective: toy(2000), settings, seed: 2 }));
  assert.deepEqual(
    progress.map(({ step }) => step),
    Array.from({ length: 200 }, (_, i) => i + 1),
  );
  assert(progress[0]!.loss > 5, `first loss ${progress[0]!.loss}`);
  assert(progress.at(-1)!.loss < 0.1, `last loss ${progress.at(-1)!.loss}`);

  const generator = await openGenerator(to);
  const random = randomStream(99);
  const tasks = Array.from({ length: 50 }, () => task(random));
  const answers = await Promise.all(
    tasks.map(({ prompt }, seed) =>
      generator.generate({ chunks: [prompt], maxTokens: 8, temperature: 0, seed, stop: END }),
    ),
  );
  await generator.close();
  const right = answers.filter(({ tokens }, i) => tokens.join() === tasks[i]!.answer.join()).length;
  assert(right >= 45, `${right} of 50`);
});

for (const optimizer of ["muon", "adamw"] as const) {
  test(`equal trainings give equal bytes, other seeds others (${optimizer})`, async (t) => {
    const folder = temporaryFolder(t);
    const from = untrained(folder);
    const objective = toy(50);
    const trained = async (name: string, seed: number) => {
      const to = join(folder, name);
      const progress = await all(train({ from, to, objective, settings: { ...short, optimizer }, seed }));
      return {
        progress,
        files: readdirSync(to)
          .sort()
          .map((file) => readFileSync(join(to, file)).toString("base64")),
      };
    };
    // At once, so that they disturb each other's timing.
    const [one, two, other] = await Promise.all([trained("one", 5), trained("two", 5), trained("other", 6)]);
    assert.deepEqual(one, two);
    assert.notDeepEqual(one.files, other.files);
  });
}

test("bad examples and settings are refused before anything starts", async (t) => {
  const folder = temporaryFolder(t);
  const from = untrained(folder);
  const to = join(folder, "trained");
  const examples = toyExamples(4, 1);
  const refused = (changes: object, expected: RegExp) =>
    assert.rejects(all(train({ from, to, objective: likelihood(examples), settings: short, seed: 1, ...changes })), {
      name: "ModelError",
      message: expected,
    });
  const long = { tokens: Array(65).fill(4), weights: [0, ...Array(64).fill(1)] };
  await refused({ objective: likelihood([...examples, long]) }, /example 4: expected at most 64 tokens .*got 65/);
  await refused({ objective: likelihood([{ tokens: [1, 4], weights: [0, 0] }]) }, /example 0/);
  await refused({ settings: { ...short, steps: 0 } }, /steps/);
  await refused({ settings: { ...short, batch: 1.5 } }, /batch/);
  await refused({ settings: { ...short, learningRate: Number.NaN } }, /learningRate/);
  await refused({ settings: { ...short, optimizer: "sgd" } }, /optimizer/);
  await refused({ to: from }, /expected no such file or folder/);
  await refused({ from: join(folder, "nothing") }, /nothing.config\.json/);
  assert.deepEqual(readdirSync(folder), ["base"]);
});

test("aborting stops within a step and leaves nothing", async (t) => {
  const folder = temporaryFolder(t);
  const from = untrained(folder);
  const to = join(folder, "trained");
  const controller = new AbortController();
  const settings = { ...short, steps: 100_000 };
  const running = train({ from, to, objective: toy(50), settings, seed: 1, signal: controller.signal });
  const seen: number[] = [];
  await assert.rejects(async () => {
    for await (const { step } of running) {
      seen.push(step);
      if (step === 3) controller.abort(new Error("enough"));
    }
  }, /enough/);
  assert(seen.length < 1000, `${seen.length} steps`);
  assert.deepEqual(readdirSync(folder), ["base"]);
});

test("leaving the loop early stops the training and leaves nothing", async (t) => {
  const folder = temporaryFolder(t);
  const from = untrained(folder);
  const settings = { ...short, steps: 100_000 };
  for await (const { step } of train({
    from,
    to: join(folder, "trained"),
    objective: toy(50),
    settings,
    seed: 1,
  })) {
    if (step === 2) break;
  }
  assert.deepEqual(readdirSync(folder), ["base"]);
});

test("a worker that dies fails the training and leaves nothing", async (t) => {
  const folder = temporaryFolder(t);
  const from = untrained(folder);
  // At once, before it runs native code: ending a thread in the middle of that would end the whole process.
  process.once("worker", (worker) => void worker.terminate());
  const settings = { ...short, steps: 100_000 };
  const running = train({ from, to: join(folder, "trained"), objective: toy(50), settings, seed: 1 });
  await assert.rejects(all(running), { name: "ModelError", message: /worker stopped early/ });
  assert.deepEqual(readdirSync(folder), ["base"]);
});

test("a process killed while training leaves nothing or the whole checkpoint", async (t) => {
  const folder = temporaryFolder(t);
  const from = untrained(folder);
  const to = join(folder, "trained");
  const script = join(folder, "train.ts");
  const options = { from, to, objective: toy(20), settings: { ...short, steps: 8 }, seed: 1 };
  writeFileSync(
    script,
    `import { train } from ${JSON.stringify(join(import.meta.dirname, "train.ts"))};
     for await (const { step } of train(${JSON.stringify(options)})) console.log(step);`,
  );
  const run = [...process.execArgv.filter((flag) => !flag.startsWith("--test")), script];
  // Killed at the first word it says, in the middle, and with the last step done, while the result is being written.
  for (const word of ["1\n", "4\n", "8\n"]) {
    const child = spawn(process.execPath, run, { stdio: ["ignore", "pipe", "inherit"] });
    child.stdout.on("data", (text) => {
      if (`\n${text}`.includes(`\n${word}`)) child.kill("SIGKILL");
    });
    await new Promise((resolve) => child.on("exit", resolve));
    if (existsSync(to)) break;
  }
  if (!existsSync(to)) await promisify(execFile)(process.execPath, run);
  const reference = join(folder, "reference");
  await all(train({ ...options, to: reference }));
  assert.deepEqual(readCheckpoint(to), readCheckpoint(reference));
  // What a kill left in the middle of writing has a name by which it is found and removed.
  removeUnfinished(folder, () => true);
  assert.deepEqual(readdirSync(folder).sort(), ["base", "reference", "train.ts", "trained"]);
});
