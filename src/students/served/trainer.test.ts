import assert from "node:assert/strict";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { chatCheckpoint, context, demonstration, learned, TEMPLATES } from "../../../test/chat-checkpoint.ts";
import { CliError, TrainerError } from "../../core/errors.ts";
import type { CheckpointId } from "../../core/ids.ts";
import type { Checkpoint, TrainEvent, TrainingSet, TrainRequest } from "../../core/training.ts";
import { openChatTokenizer } from "../../tokenizers/chat-tokenizer.ts";
import { type DpoRow, rowsOf, type SftExample } from "../shared/rows.ts";
import { type TrlOptions, trlTrainer } from "./trainer.ts";
import { trlReasonOf } from "./trl/failures.ts";

const CONTEXT_LENGTH = 64;
const EXAMPLE = demonstration(context("user", "find it"), learned("go"));
const SET: TrainingSet = { kind: "sft", examples: [EXAMPLE] };

/** A project with a checkpoint `base` and a program that stands in for Python: it gets the config's path as `$2`. */
function project(t: TestContext, program: string): TrlOptions {
  const folder = mkdtempSync(join(tmpdir(), "gleaner-trl-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const base = join(folder, "checkpoints", "base");
  mkdirSync(join(folder, "checkpoints"));
  cpSync(chatCheckpoint(t, { template: TEMPLATES.chatml }), base, { recursive: true });
  writeFileSync(join(base, "config.json"), JSON.stringify({ max_position_embeddings: CONTEXT_LENGTH }));
  const python = join(folder, "python");
  writeFileSync(python, `#!/bin/sh\n${program}\n`);
  chmodSync(python, 0o755);
  return { project: folder, python, settings: { steps: 2 } };
}

const from: Checkpoint = {
  id: "base" as CheckpointId,
  parent: null,
  trainingSet: null,
  trainer: "trl",
  at: { kind: "folder", path: "checkpoints/base" },
};

async function eventsOf(options: TrlOptions, request: Partial<TrainRequest> = {}): Promise<TrainEvent[]> {
  const events: TrainEvent[] = [];
  const full = { set: SET, from, id: "new" as CheckpointId, seed: 1, ...request };
  for await (const event of trlTrainer(options).train(full)) events.push(event);
  return events;
}

/** Rejects with this reason and leaves nothing but what was there. */
async function failsWith(options: TrlOptions, reason: string, pattern: RegExp, request: Partial<TrainRequest> = {}) {
  await assert.rejects(eventsOf(options, request), (error) => {
    assert(error instanceof TrainerError, String(error));
    assert.equal(trlReasonOf(error), reason);
    assert.match(error.message, pattern);
    return true;
  });
  assert.deepEqual(readdirSync(join(options.project, "checkpoints")), ["base"]);
}

const METRICS = `echo '{"kind":"metrics","step":1,"values":{"loss":2}}'`;
const error = (reason: string, message: string) =>
  `echo '${JSON.stringify({ kind: "error", reason, message })}'; exit 3`;

test("what the script says is heard, and its folder becomes the checkpoint", async (t) => {
  const options = project(
    t,
    `echo noise; ${METRICS}; mkdir "$(dirname "$2")/checkpoint"; echo '{"kind":"saved"}'; echo "$(dirname "$2")" >&2`,
  );
  const path = "checkpoints/new";
  mkdirSync(join(options.project, path));
  writeFileSync(join(options.project, path, "of-a-killed-run"), "");
  assert.deepEqual(await eventsOf(options), [
    { kind: "metrics", step: 1, steps: 2, values: { loss: 2 } },
    { kind: "done", at: { kind: "folder", path } },
  ]);
  assert.deepEqual(readdirSync(join(options.project, path)), ["gleaner.manifest"]);
  // What lay there was no checkpoint, but it is not ours to delete.
  assert.deepEqual(readdirSync(join(options.project, "checkpoints")), ["base", "new", "new.damaged"]);
});

test("the ways to end badly are told apart, and each says what to do", async (t) => {
  const cases = [
    [error("out of memory", "CUDA"), "out of memory", /training new: out of memory: CUDA \(a smaller deviceBatch/],
    [error("diverged", "loss is nan at step 3"), "diverged", /loss is nan at step 3 \(a smaller learningRate/],
    [error("bad checkpoint", "no weights"), "bad checkpoint", /no weights \(expected a folder with config\.json/],
    [error("packages missing", "No module named 'trl'"), "packages missing", /gleaner env install python/],
    [error("tokens differ", "example 0: here"), "tokens differ", /example 0: here .*\(trajectory t1\)/],
    [
      "echo first >&2; echo last words >&2; exit 7",
      "failed",
      /ended with status 7: first · last words; its whole output: /,
    ],
    ["kill -9 $$", "killed", /by SIGKILL: it said nothing \(usually because the system ran out of memory/],
    ["echo no way >&2; kill -ABRT $$", "crashed", /was ended by SIGABRT: no way \(a fault of Python/],
    // As a shell ends that had started what crashed.
    ["exit 134", "crashed", /was ended by SIGABRT: it said nothing/],
    ["exit 0", "failed", /it ended without a checkpoint/],
  ] as const;
  for (const [program, reason, pattern] of cases) await failsWith(project(t, program), reason, pattern);
  const nowhere = { ...project(t, ""), python: "/nowhere/python" };
  await failsWith(nowhere, "python missing", /\/nowhere\/python: no such program \(run `gleaner env install python`\)/);
});

test("a training whose process crashed begins once more, and only once", async (t) => {
  const count = `echo run >> "$(dirname "$0")/runs"`;
  const isFirst = `[ "$(wc -l < "$(dirname "$0")/runs")" -eq 1 ]`;
  const to = `"$(dirname "$2")/checkpoint"`;
  // The first run leaves half a checkpoint, which would be in the way of the second.
  const crash = `mkdir ${to}; touch ${to}/half; echo out of luck >&2; kill -SEGV $$`;
  const once = project(
    t,
    `${count}; ${METRICS}; if ${isFirst}; then ${crash}; fi; mkdir ${to}; echo '{"kind":"saved"}'`,
  );
  const events = await eventsOf(once);
  assert.deepEqual(
    events.map(({ kind }) => kind),
    ["metrics", "again", "metrics", "done"],
  );
  const log = join(once.project, "training-logs", "new.log");
  const again = events[1]!;
  assert(again.kind === "again");
  assert.match(again.reason, /^crashed: \S+python was ended by SIGSEGV: out of luck \(a fault of Python/);
  assert(again.reason.endsWith(`; its whole output: ${log}`));
  assert.equal(readFileSync(log, "utf8"), "out of luck\n");
  assert.deepEqual(readdirSync(join(once.project, "checkpoints", "new")), ["gleaner.manifest"]);
  for (const signal of ["SEGV", "KILL"]) {
    const always = project(t, `${count}; kill -${signal} $$`);
    await failsWith(always, signal === "KILL" ? "killed" : "crashed", new RegExp(`ended by SIG${signal}`));
    assert.equal(readFileSync(join(always.project, "runs"), "utf8"), "run\nrun\n");
  }
});

test("a training that someone asked to end, or that failed by itself, does not begin again", async (t) => {
  for (const [end, reason] of [
    ["kill -TERM $$", "stopped"],
    ["exit 1", "failed"],
  ] as const) {
    const options = project(t, `echo run >> "$(dirname "$0")/runs"; ${end}`);
    await failsWith(options, reason, /SIGTERM|status 1/);
    assert.equal(readFileSync(join(options.project, "runs"), "utf8"), "run\n");
  }
});

test("all that a failed training wrote is kept in the file that its error names", async (t) => {
  const options = project(t, "for line in $(seq 30000); do echo line $line; done >&2; echo plain; exit 1");
  const log = join(options.project, "training-logs", "new.log");
  await failsWith(options, "failed", /line 30000 .*; its whole output: \S+training-logs\/new\.log$/);
  const lines = readFileSync(log, "utf8").trim().split("\n");
  assert.equal(lines.length, 30001);
  assert(lines.includes("line 1") && lines.includes("plain"));
});

test("of several processes the one that crashed is the reason, not the one that misses it", async (t) => {
  const summary = String.raw`W1201 torch/distributed/elastic/api.py] ending\n rank : 1 (local_rank: 1)\n exitcode  : -6 (pid: 7)  (SIGABRT)\n`;
  const missing = JSON.stringify({ kind: "error", reason: "failed", message: "Connection closed by peer" });
  const crash = `echo terminate called >&2; echo '${missing}'; printf '${summary}' >&2; exit 1`;
  await failsWith(project(t, crash), "crashed", /worker 1 of \S+ was ended by SIGABRT: terminate called \(/);
  const diverged = JSON.stringify({ kind: "error", reason: "diverged", message: "loss is nan" });
  const both = project(t, `echo '${missing}'; echo '${diverged}'; printf '${summary}' >&2; exit 1`);
  await failsWith(both, "diverged", /loss is nan/);
});

test("a stopped training kills the whole process group and leaves nothing", { timeout: 20_000 }, async (t) => {
  const options = project(t, `sleep 600 & ${METRICS}; wait`);
  const stop = new AbortController();
  const training = async () => {
    for await (const _ of trlTrainer(options).train({
      ...{ set: SET, from, id: "new" as CheckpointId, seed: 1, signal: stop.signal },
    })) {
      stop.abort();
    }
  };
  // The sleeper holds standard output open: this ends only when it, too, is gone.
  await assert.rejects(training(), (error) => trlReasonOf(error) === "stopped");
  assert.deepEqual(readdirSync(join(options.project, "checkpoints")), ["base"]);
  await failsWith(options, "stopped", /before it began/, { signal: stop.signal });
});

test("leaving the loop early kills the script, too", { timeout: 20_000 }, async (t) => {
  const options = project(t, `${METRICS}; sleep 600`);
  for await (const event of trlTrainer(options).train({ set: SET, from, id: "new" as CheckpointId, seed: 1 })) {
    assert.equal(event.kind, "metrics");
    break;
  }
  assert.deepEqual(readdirSync(join(options.project, "checkpoints")), ["base"]);
});

test("an accelerate config goes to the launcher, unless there is none of that name", async (t) => {
  const options = project(t, `echo "$@" >&2; exit 1`);
  const config = join(options.project, "accelerate.yaml");
  await failsWith({ ...options, accelerateConfig: config }, "settings", /accelerate\.yaml: no such file/);
  writeFileSync(config, "");
  await failsWith(
    { ...options, accelerateConfig: config },
    "failed",
    /-m accelerate\.commands\.launch --config_file \S+accelerate\.yaml \S+train_trl\.py \S+config\.json/,
  );
});

test("settings out of range are refused by name", async (t) => {
  const options = project(t, "");
  for (const settings of [{ steps: 0 }, { batch: 1.5 }, { warmup: -1 }, { learningRate: 0 }, { maxLength: -1 }]) {
    const name = Object.keys(settings)[0]!;
    assert.throws(
      () => trlTrainer({ ...options, settings }),
      (error) => error instanceof CliError && error.message.includes(`expected ${name} to be`),
    );
  }
  await assert.rejects(eventsOf(options, { tuning: { steps: -1 } }), CliError);
});

test("rows that cannot be trained exactly are refused by number, trajectory, length and limit", async (t) => {
  const options = project(t, "echo should not run >&2; exit 1");
  const long = demonstration(context("user", "a".repeat(100)), learned("go"));
  const masked = demonstration(context("user", "a"), context("assistant", "b"));
  const cases = [
    [
      [EXAMPLE, long],
      /example 1 \(trajectory t1\): 120 tokens, expected at most 64 \(by training\.maxLength, .*\); nothing is cut/,
    ],
    [[masked], /example 0 \(trajectory t1\): no token of its \d+ is learned/],
    [[EXAMPLE, demonstration()], /example 1 \(trajectory t1\): no token of its 0 is learned/],
    [[{ ...EXAMPLE, weight: 0 }], /example 0 \(trajectory t1\): weight 0, expected a number above 0/],
    [[], /the training set is empty/],
  ] as const;
  for (const [examples, pattern] of cases) {
    await assert.rejects(eventsOf(options, { set: { kind: "sft", examples } }), pattern);
  }
  const pair = { prompt: [], chosen: EXAMPLE.messages, rejected: masked.messages, sources: ["t1", "t2"] as never };
  await assert.rejects(
    eventsOf(options, { set: { kind: "dpo", examples: [pair], beta: 0.1 } }),
    /pair 0 \(chosen t1, rejected t2\), rejected side: no token of its \d+ is learned/,
  );
  assert.deepEqual(readdirSync(join(options.project, "checkpoints")), ["base"]);
});

test("a shorter limit than the checkpoint's may be set, a longer one may not be used", async (t) => {
  const options = project(t, "exit 1");
  const set: TrainingSet = { kind: "sft", examples: [demonstration(context("user", "a".repeat(20)), learned("go"))] };
  const limited = (maxLength: number) => eventsOf({ ...options, settings: { maxLength } }, { set });
  await assert.rejects(limited(39), /40 tokens, expected at most 39/);
  await assert.rejects(limited(60), /ended with status 1/);
  const long: TrainingSet = { kind: "sft", examples: [demonstration(context("user", "a".repeat(90)), learned("go"))] };
  await assert.rejects(eventsOf({ ...options, settings: { maxLength: 500 } }, { set: long }), /at most 64/);
});

test("a pair is parted where its sides stop having context in common, the environment is masked", (t) => {
  const tokenizer = openChatTokenizer(chatCheckpoint(t, { template: TEMPLATES.chatml }));
  const examples = [
    {
      prompt: [{ role: "user", content: "find it" }],
      chosen: [learned("go on"), context("user", "seen"), learned("the end")],
      rejected: [learned("go off")],
      sources: ["t1", "t2"] as never,
    },
  ] as const;
  const [row] = [...rowsOf({ kind: "dpo", examples, beta: 0.1 }, tokenizer, 1000)] as DpoRow[];
  assert.deepEqual(row!.prompt_ids, tokenizer.prompt(examples[0].prompt));
  const kept = (ids: readonly number[], mask: readonly number[]) => tokenizer.decode(ids.filter((_, at) => mask[at]));
  assert.equal(kept(row!.chosen_ids, row!.chosen_mask), "go on<|im_end|>the end<|im_end|>");
  assert.equal(kept(row!.rejected_ids, row!.rejected_mask), "go off<|im_end|>");
  assert.equal(
    tokenizer.decode([...row!.prompt_ids, ...row!.chosen_ids]),
    tokenizer.render([...examples[0].prompt, ...examples[0].chosen], false).trimEnd(),
  );
});

test("a tokenised demonstration has its weight, and its messages without what only we know of them", (t) => {
  const tokenizer = openChatTokenizer(chatCheckpoint(t, { template: TEMPLATES.chatml }));
  const [of] = [...rowsOf({ kind: "sft", examples: [{ ...EXAMPLE, weight: 0.5 }] }, tokenizer, 1000)] as SftExample[];
  assert.equal(of!.weight, 0.5);
  assert.deepEqual(of!.messages, [
    { role: "user", content: "find it" },
    { role: "assistant", content: "go" },
  ]);
});
